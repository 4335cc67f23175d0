import { codeOf, FatalError, FinalError, type Grade, gradeOf, RetryableError } from '@attrai/contracts/errors';

/** An error as it is sent to another thread: an Error itself would lose its class there, and with it grade and code. */
export interface ErrorParts {
  grade: Grade;
  code: string;
  message: string;
  stack: string | undefined;
  cause: ErrorParts | undefined;
}

const CLASSES = { retryable: RetryableError, final: FinalError, fatal: FatalError };

export function partsOf(error: unknown): ErrorParts {
  if (!(error instanceof Error)) return partsOf(new Error(String(error)));
  const { message, stack, cause } = error;
  const grounds = cause === undefined ? undefined : partsOf(cause);
  return { grade: gradeOf(error), code: codeOf(error), message, stack, cause: grounds };
}

/** The error again. One that had no grade is RetryableError `unexpected`, as it counts. */
export function errorOf({ grade, code, message, stack, cause }: ErrorParts): Error {
  const error = new CLASSES[grade](code, message, cause && { cause: errorOf(cause) });
  if (stack !== undefined) error.stack = stack;
  return error;
}
