import type { WhoIsScored } from '@attrai/vision/age/who-is-scored';
import type { CopyName } from '../guard/copies.ts';
import type { AgedFace } from './age-table.ts';

/** What was decided of a face, as it is or in a changed copy. */
export interface Decided {
  face: AgedFace;
  copy: CopyName | undefined;
  who: WhoIsScored;
}
