import { codeOf, gradeOf } from '@attrai/contracts/errors';

export interface ErrorFields {
  type: string;
  message: string;
  code: string;
  grade: string;
  stack?: string;
  cause?: ErrorFields;
}

const MAX_CAUSES = 4;

/**
 * The fields of an error in a log line. Other properties of errors are not logged: libraries put requests, URLs and payloads
 * there.
 */
export function errorFields(thrown: unknown, causesLeft = MAX_CAUSES): ErrorFields {
  const graded = { code: codeOf(thrown), grade: gradeOf(thrown) };
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: String(thrown), ...graded };

  const systemCode = (thrown as NodeJS.ErrnoException).code;
  return {
    type: thrown.name,
    message: thrown.message,
    code: typeof systemCode === 'string' ? systemCode : graded.code,
    grade: graded.grade,
    ...(thrown.stack !== undefined && { stack: thrown.stack }),
    ...(thrown.cause !== undefined && causesLeft > 0 && { cause: errorFields(thrown.cause, causesLeft - 1) }),
  };
}
