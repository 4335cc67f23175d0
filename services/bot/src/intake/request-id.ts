import { createHmac } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 20;

/**
 * The id of a message's request: 100 bits of an HMAC-SHA256 over chat and message, keyed with the bot's token. An update
 * that comes twice has the same id. An id in a log doesn't tell whose photo it was.
 *
 * @param asked tells a further request of the same photo from the first
 */
export function requestIdOf(token: string, chatId: string, messageId: string, asked?: string): string {
  const what = asked === undefined ? `${chatId}:${messageId}` : `${chatId}:${messageId}:${asked}`;
  const digest = createHmac('sha256', token).update(what).digest();
  // 256 is a multiple of 32: every letter is equally likely.
  return Array.from(digest.subarray(0, LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
