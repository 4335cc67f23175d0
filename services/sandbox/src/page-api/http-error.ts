import { z } from 'zod';

/** An error answer of the page's API: {error}. */
export class HttpError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** Parses input. Throws HttpError 400 with all problems. */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '));
  throw new HttpError(400, problems.join('; '));
}

export const chatPath = z.object({
  chatId: id("must be a whole number: positive for a user's chat, negative for a group").refine(
    (chatId) => chatId !== 0,
    'must not be 0',
  ),
});

export function id(error: string) {
  return z.coerce.number({ error }).int({ error });
}
