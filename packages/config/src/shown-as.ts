/** Whether a value is a secret as a whole, or may have a password in it, as a URL. */
export type Secret = 'whole' | 'in part' | 'no';

const MOST_CHARACTERS = 100;
/** scheme://host:port/path or host:port, without a user or anything else that may be secret. */
const ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/[\w.-]+(:\d{1,5})?|[\w.-]+:\d{1,5})(\/[\w.-]*)?$/i;

/** Up to the last @, since a password may have one that was not encoded. And the query of such a URL. */
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)?.*@([^?]*).*$/is;
/** A bot token, also where a URL has its colon encoded. */
const TOKEN = /\d+(?::|%3a)[\w-]{30,}/gi;

/** A value for a message, to follow the name of its variable. No part of it that may be secret is shown. */
export function shownAs(value: string, secret: Secret): string {
  const masked = value.replace(CREDENTIALS, '$1[secret]@$2').replace(TOKEN, '[secret]');
  const shown = secret === 'no' || masked !== value || ADDRESS.test(value);
  if (secret === 'whole' || !shown) return ' (its value is secret and not shown)';
  return `=${JSON.stringify(masked.length > MOST_CHARACTERS ? `${masked.slice(0, MOST_CHARACTERS)}…` : masked)}`;
}
