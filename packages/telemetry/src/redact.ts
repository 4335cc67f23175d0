/** A bot token as BotFather gives it out, also where a URL has its colon encoded. */
const TOKEN = /\d+(?::|%3[aA])[A-Za-z0-9_-]{30,}/g;

/** user:password@ of a URL. Greedy up to the last @ before the path, since a password may contain an @ that was not encoded. */
const CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/"\\]*@/gi;

/** `text` without bot tokens and without the credentials of URLs. */
export function redact(text: string): string {
  return text.replace(CREDENTIALS, '$1[redacted]@').replace(TOKEN, '[redacted]');
}
