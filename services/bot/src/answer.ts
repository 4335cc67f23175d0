import type { Outcome } from '@attrai/contracts/result';
import type { NotAPhoto } from './chat/wants.ts';

/** What a user can be told about an accepted photo: its outcome, or why it never got to an estimator. */
export type Answer = Outcome | { kind: 'file_gone' | 'files_out_of_reach' } | { kind: 'not_a_photo'; what: NotAPhoto };
