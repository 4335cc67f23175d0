import type { IncomingMessage } from 'node:http';
import { readBody } from './http-client.ts';
import { NotTheBotApi, Refused } from './telegram-errors.ts';

/** https://core.telegram.org/bots/api#making-requests */
interface ApiAnswer {
  ok: boolean;
  result?: unknown;
  error_code?: number;
  description?: string;
  parameters?: { migrate_to_chat_id?: number; retry_after?: number };
}

/**
 * The result in an answer of the Bot API.
 *
 * @throws Refused, NotTheBotApi; Error if the connection breaks
 */
export async function readAnswer(response: IncomingMessage): Promise<unknown> {
  const { statusCode = 0, statusMessage = '', headers } = response;
  const answer = parse(String(await readBody(response)));
  if (answer?.ok) return answer.result;
  if (answer) {
    const { error_code = statusCode, description = statusMessage, parameters } = answer;
    const { migrate_to_chat_id: movedTo, retry_after } = parameters ?? {};
    const retryAfterMs = msOf(retry_after ?? headers['retry-after']);
    throw new Refused(error_code, { words: description, isTelegrams: true, movedTo, retryAfterMs });
  }
  // A gateway's own words may quote the URL with the token.
  if (statusCode >= 300) {
    const retryAfterMs = msOf(headers['retry-after']);
    throw new Refused(statusCode, { words: 'not by Telegram', isTelegrams: false, retryAfterMs });
  }
  throw new NotTheBotApi('No answer of the Bot API');
}

/** Undefined if it is no answer of the Bot API. */
function parse(text: string): ApiAnswer | undefined {
  try {
    const answer = JSON.parse(text);
    return typeof answer?.ok === 'boolean' ? answer : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined if it isn't a number: `Retry-After` may be a date. */
function msOf(seconds: unknown): number | undefined {
  const ms = Number(seconds ?? Number.NaN) * 1000;
  return Number.isFinite(ms) ? ms : undefined;
}
