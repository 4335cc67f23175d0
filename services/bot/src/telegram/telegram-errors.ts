import { FatalError, FinalError, RetryableError } from '@attrai/contracts/errors';
import { hintFor } from './hints.ts';

/** A call that was answered with a refusal: by the Bot API, or by something on the way to it. */
export class Refused extends Error {
  readonly code: number;
  /** https://core.telegram.org/bots/api#making-requests. False for a proxy's or a gateway's own words. */
  readonly isTelegrams: boolean;
  readonly movedTo: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: number, { words, isTelegrams, movedTo, retryAfterMs }: Refusal) {
    super(words);
    this.code = code;
    this.isTelegrams = isTelegrams;
    this.movedTo = movedTo;
    this.retryAfterMs = retryAfterMs;
  }
}

interface Refusal {
  words: string;
  isTelegrams: boolean;
  /** The supergroup that the group has become. */
  movedTo?: number | undefined;
  retryAfterMs?: number | undefined;
}

/** A call that never left: no connection came about. */
export class NeverWentOut extends Error {
  /** Node's, such as ECONNREFUSED. */
  readonly code: string | undefined;

  constructor({ code }: NodeJS.ErrnoException) {
    super('No connection');
    this.code = code;
  }
}

/** Somebody says that all is well, but not in the words of the Bot API. */
export class NotTheBotApi extends Error {}

/**
 * Refusals that hold for anything said in this chat, or in a topic that is closed to the bot, in the words of the Bot API server
 * (Client.cpp), of TDLib (DialogManager.cpp, can_send_message_to_dialog) and of Telegram itself, which are in capitals. A right
 * of one kind ("not enough rights to send photos to the chat") is not among them: other content may pass.
 */
const CHAT_CLOSED =
  /chat not found|have no write access|have no rights to send|need administrator rights|user is deactivated|\b(CHAT_(WRITE|GUEST_SEND)_FORBIDDEN|CHAT_RESTRICTED|CHAT_ADMIN_REQUIRED|CHANNEL_PRIVATE|USER_BANNED_IN_CHANNEL|TOPIC_CLOSED|PRIVACY_PREMIUM_REQUIRED|ALLOW_PAYMENT_REQUIRED)/i;

/** A right of one kind, also where it comes as 403. */
const CONTENT_FORBIDDEN = /not enough rights to send|\bCHAT_SEND_\w+_FORBIDDEN/i;

/**
 * What a failed call means. The original error is never kept: it may hold the URL with the token, and the payload.
 *
 * - RetryableError `telegram_busy` (429, with retryAfterMs), `telegram_failed`, `telegram_unreachable`
 * - FinalError `chat_closed` (blocked by the user, or nothing may be said there), `telegram_refused` (this content is not taken,
 *   other content may be), `deleted_at_once` (it was taken, and is gone)
 * - FinalError `delivery_unknown`: a call that must not be repeated went out, and its result is unknown
 * - FatalError `token_refused`
 *
 * @param repeatable whether doing the call twice does no harm
 */
export function gradeTelegramError(method: string, error: unknown, repeatable: boolean): Error {
  if (error instanceof Refused) return gradeRefusal(method, error, repeatable);
  if (error instanceof NotTheBotApi && method === 'getMe') {
    const what =
      'What answered getMe is no Bot API server. Check TELEGRAM_API_ROOT and BOT_TOKEN, and what is on the way';
    return new RetryableError('telegram_unreachable', `${what}.`);
  }
  const { code, name } = error as NodeJS.ErrnoException;
  const reason = code ?? name;
  if (repeatable || error instanceof NeverWentOut) {
    return new RetryableError('telegram_unreachable', `Telegram can't be reached (${method}: ${reason}). Try again.`);
  }
  return new FinalError('delivery_unknown', `${method} went out, but was not answered (${reason}). Don't repeat it.`);
}

function gradeRefusal(method: string, refused: Refused, repeatable: boolean): Error {
  const { code, isTelegrams, message, retryAfterMs = 1_000 } = refused;
  const said = `${method}: ${code} ${message}`;
  if (code === 429) {
    return new RetryableError('telegram_busy', `${said}. Wait as long as it says.`, { retryAfterMs });
  }
  if (code === 407) {
    return new RetryableError('telegram_unreachable', `The proxy wants another user or password (${said}).`);
  }
  const hint = hintFor(method, code, message);
  if (isTelegrams) {
    // Of other methods, 404 says that the server has no such method.
    if (code === 401 || (code === 404 && method === 'getMe')) {
      return new FatalError('token_refused', `Telegram refuses the bot token (${said}). ${hint}.`);
    }
    if (hint !== undefined) return new RetryableError('telegram_failed', `${said}. ${hint}.`);
    if (CONTENT_FORBIDDEN.test(message)) return new FinalError('telegram_refused', said);
    if (code === 403 || CHAT_CLOSED.test(message)) return new FinalError('chat_closed', said);
    if (/immediately deleted/.test(message)) return new FinalError('deleted_at_once', said);
    if (code === 409) return new RetryableError('telegram_failed', `${said}. Try again.`);
  }
  if (code < 500) return new FinalError('telegram_refused', hint === undefined ? said : `${said}. ${hint}.`);
  if (repeatable || isKnownNotDone(refused)) return new RetryableError('telegram_failed', `${said}. Try again.`);
  return new FinalError('delivery_unknown', `${said}. Don't repeat it.`);
}

/**
 * The Bot API server answers 500 when it has not done what it was asked, unless it was stopped in the midst of it: then it says
 * "request aborted" (Client.cpp, on_message_send_failed). 502 and 504 are a gateway's words for a server behind it
 * that gave no answer, also where Telegram's own gateway says them in the shape of the Bot API: that server may have sent the
 * message. Whatever else is not in that shape comes from somebody who can't know either.
 */
function isKnownNotDone({ code, isTelegrams, message }: Refused): boolean {
  return isTelegrams && code !== 502 && code !== 504 && !/request aborted/i.test(message);
}
