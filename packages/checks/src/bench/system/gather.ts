import { LANGUAGES } from '@attrai/contracts/reply-to';
import { Crowd } from '../../harness/load/crowd.ts';
import type { Sample } from '../../harness/load/samples.ts';
import type { Suite } from '../../harness/suite/suite.ts';

/** Enough that no chat comes near Telegram's limit for one chat. */
const USERS = 400;

/** Users who send these photos, all with one language. */
export function gather({ sandbox }: Suite, photos: readonly Sample[]): Crowd {
  return new Crowd(sandbox, photos, USERS, LANGUAGES.slice(0, 1));
}
