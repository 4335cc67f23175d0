import { FatalError, FinalError, RetryableError } from '@attrai/contracts/errors';
import { TelegramError } from 'telegraf';
import { hintFor } from './hints.ts';

/** Failures of a connection that was never made: the request did not go out. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'CERT_HAS_EXPIRED']);
/** Refusals that hold for anything said in this chat. */
const CHAT_CLOSED =
  /chat not found|not enough rights|have no rights|CHAT_WRITE_FORBIDDEN|CHAT_RESTRICTED|user is deactivated/i;

/**
 * What a failed call means. The original error is never kept: it holds the URL with the token, and the payload.
 *
 * - RetryableError `telegram_busy` (429, with retryAfterMs), `telegram_failed` (5xx), `telegram_unreachable`
 * - FinalError `chat_closed` (blocked by the user, or nothing may be said there), `telegram_refused` (any other 4xx)
 * - FinalError `delivery_unknown`: a call that must not be repeated went out, and its result is unknown
 * - FatalError `token_refused`
 *
 * @param repeatable whether doing the call twice does no harm
 */
export function gradeTelegramError(method: string, error: unknown, repeatable: boolean): Error {
  if (error instanceof TelegramError) return gradeAnswer(method, error, repeatable);

  if (error instanceof SyntaxError && method === 'getMe') {
    const what =
      'What answered getMe is no Bot API server. Check TELEGRAM_API_ROOT and BOT_TOKEN, and what is on the way';
    return new RetryableError('telegram_unreachable', `${what}.`);
  }
  const code = (error as { code?: unknown }).code;
  const reason = typeof code === 'string' ? code : (error as Error).name;
  if (repeatable || (typeof code === 'string' && NOT_SENT.has(code))) {
    return new RetryableError('telegram_unreachable', `Telegram can't be reached (${method}: ${reason}). Try again.`);
  }
  return new FinalError('delivery_unknown', `${method} went out, but was not answered (${reason}). Don't repeat it.`);
}

function gradeAnswer(method: string, { code, description, parameters }: TelegramError, repeatable: boolean): Error {
  const said = `${method}: ${code} ${description}`;
  if (code === 429) {
    const retryAfterMs = (parameters?.retry_after ?? 1) * 1000;
    return new RetryableError('telegram_busy', `${said}. Wait as long as it says.`, { retryAfterMs });
  }
  const hint = hintFor(method, code, description);
  // At its start the bot has asked with getMe whether root and token are right. A later 404 is not about them.
  if (code === 401 || (code === 404 && method === 'getMe')) {
    return new FatalError('token_refused', `Telegram refuses the bot token (${said}). ${hint}.`);
  }
  if (hint !== undefined) return new RetryableError('telegram_failed', `${said}. ${hint}.`);
  if (code === 403 || CHAT_CLOSED.test(description)) return new FinalError('chat_closed', said);
  // A gateway that gave up waiting says nothing about what was done behind it.
  if (code === 504 && !repeatable) return new FinalError('delivery_unknown', `${said}. Don't repeat it.`);
  if (code >= 500 || code === 409 || code === 404) return new RetryableError('telegram_failed', `${said}. Try again.`);
  return new FinalError('telegram_refused', said);
}
