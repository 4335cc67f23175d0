import { FatalError, FinalError, RetryableError } from '@attrai/contracts/errors';
import { hintFor } from './hints.ts';

/** A call was refused: by the Bot API, or by a proxy or gateway on the way. */
export class Refused extends Error {
  readonly code: number;
  /** The answer has the form of https://core.telegram.org/bots/api#making-requests. False for a proxy's or gateway's own answer. */
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

/** A call was not sent: there was no connection. */
export class NeverWentOut extends Error {
  /** Node's, such as ECONNREFUSED. */
  readonly code: string | undefined;

  constructor({ code }: NodeJS.ErrnoException) {
    super('No connection');
    this.code = code;
  }
}

/** A call was answered with success, but not in the form of the Bot API. */
export class NotTheBotApi extends Error {}

/**
 * Refusals of all messages to a chat or topic. The words are from the Bot API server (Client.cpp), from TDLib (DialogManager.cpp,
 * can_send_message_to_dialog) and, in capitals, from Telegram itself. "Not enough rights to send photos to the chat" is not
 * among them: other content may pass.
 */
const CHAT_CLOSED =
  /chat not found|have no write access|have no rights to send|need administrator rights|user is deactivated|\b(CHAT_(WRITE|GUEST_SEND)_FORBIDDEN|CHAT_RESTRICTED|CHAT_ADMIN_REQUIRED|CHANNEL_PRIVATE|USER_BANNED_IN_CHANNEL|TOPIC_CLOSED|PRIVACY_PREMIUM_REQUIRED|ALLOW_PAYMENT_REQUIRED)/i;

/** A right of one kind, also where it comes as 403. */
const CONTENT_FORBIDDEN = /not enough rights to send|\bCHAT_SEND_\w+_FORBIDDEN/i;

/**
 * Grades a failed call. The original error is not kept: it may hold the URL with the token, and the payload.
 *
 * - RetryableError `telegram_busy` (429, with retryAfterMs), `telegram_failed`, `telegram_unreachable`
 * - FinalError `chat_closed` (blocked by the user, or no message is allowed), `telegram_refused` (other content may pass),
 *   `deleted_at_once` (it was sent, and deleted at once)
 * - FinalError `delivery_unknown`: a call that must not be repeated was sent, and its result is unknown
 * - FatalError `token_refused`
 *
 * @param repeatable whether the call may be made twice
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
 * The Bot API server answers 500 when it has not made the call. If it was stopped during the call, it says "request aborted"
 * (Client.cpp, on_message_send_failed). 502 and 504 come from a gateway when the server behind it did not answer: that may have
 * sent the message. Telegram's own gateway answers so in the form of the Bot API. An answer in another form comes from a gateway too.
 */
function isKnownNotDone({ code, isTelegrams, message }: Refused): boolean {
  return isTelegrams && code !== 502 && code !== 504 && !/request aborted/i.test(message);
}
