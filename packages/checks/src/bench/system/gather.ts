import { LANGUAGES } from '@attrai/bot/texts/language';
import { Crowd } from '../../harness/load/crowd.ts';
import type { Sample } from '../../harness/load/samples.ts';
import type { Suite } from '../../harness/suite/suite.ts';

/** So many that none of them gets near what Telegram allows one chat. */
const USERS = 400;

/** Users who send these photos, all in one language. */
export function gather({ sandbox }: Suite, photos: readonly Sample[]): Crowd {
  return new Crowd(sandbox, photos, USERS, LANGUAGES.slice(0, 1));
}
