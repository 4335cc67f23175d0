/**
 * What a failure calls for:
 * - retryable: the same work may succeed later; try again with back-off
 * - final: this piece of work can never succeed; tell the user and clean up
 * - fatal: this process is broken; log, exit, and let the orchestrator start a new one
 */
export type Grade = 'retryable' | 'final' | 'fatal';

abstract class GradedError extends Error {
  abstract readonly grade: Grade;
  /** Stable, lower_snake name of the cause, for logs, metrics and texts. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

export class RetryableError extends GradedError {
  readonly grade = 'retryable';
  /** Wait at least this long before the next try, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(code, message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }
}

export class FinalError extends GradedError {
  readonly grade = 'final';
}

export class FatalError extends GradedError {
  readonly grade = 'fatal';
}

/** The grade of anything thrown. Ungraded errors count as retryable: retries are limited, and a lost photo can't be undone. */
export function gradeOf(error: unknown): Grade {
  return error instanceof GradedError ? error.grade : 'retryable';
}

/** The `code` of a graded error, else `unexpected`. */
export function codeOf(error: unknown): string {
  return error instanceof GradedError ? error.code : 'unexpected';
}
