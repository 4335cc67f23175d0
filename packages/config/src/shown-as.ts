/** Whether a value is a secret as a whole, or may have a password in it, as a URL. */
export type Secret = 'whole' | 'in part' | 'no';

const MOST_CHARACTERS = 100;
/** scheme://host:port/path or host:port, without a user or anything else that may be secret. */
const ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/[\w.-]+(:\d{1,5})?|[\w.-]+:\d{1,5})(\/[\w.-]*)?$/i;

/** A value for a message, to follow the name of its variable. No part of it that may be secret is shown. */
export function shownAs(value: string, secret: Secret): string {
  // Up to the last @, since a password may have one that was not encoded; without the query.
  const masked = /@/.test(value)
    ? value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@([^?]*).*$/is, '$1[redacted]@$2')
    : value;
  const shown = secret === 'no' || masked !== value || ADDRESS.test(value);
  if (secret === 'whole' || !shown) return ' (its value is secret and not shown)';
  return `=${JSON.stringify(masked.length > MOST_CHARACTERS ? `${masked.slice(0, MOST_CHARACTERS)}…` : masked)}`;
}
