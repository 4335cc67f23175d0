/** A refusal in the Bot API's own shape: https://core.telegram.org/bots/api#making-requests */
export class ApiError extends Error {
  readonly code: number;
  /** Seconds, for 429. */
  readonly retryAfter: number | undefined;

  constructor(code: number, description: string, retryAfter?: number) {
    super(description);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  toJSON() {
    return {
      ok: false,
      error_code: this.code,
      description: this.message,
      ...(this.retryAfter !== undefined && { parameters: { retry_after: this.retryAfter } }),
    };
  }
}

export function badRequest(what: string): ApiError {
  return new ApiError(400, `Bad Request: ${what}`);
}

export function conflict(what: string): ApiError {
  return new ApiError(409, `Conflict: ${what}`);
}
