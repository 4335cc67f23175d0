import { countReasons } from '../fit/fit.ts';
import type { Skipped } from '../fit/ratings.ts';
import type { Decided } from './decided.ts';
import { ageTable, copyTable, groupTable } from './tables.ts';

/** Who is scored by age, group and copy: Markdown. */
export function report(decided: readonly Decided[], skipped: readonly Skipped[]): string {
  const plain = decided.filter(({ copy }) => copy === undefined);
  const left = skipped.length > 0 ? `; left out: ${skipped.length} (${countReasons(skipped)})` : '';
  const tables = [ageTable(decided), groupTable(decided), copyTable(decided)].filter((table) => table !== '');
  return `${plain.length} faces${left}.\n\n${tables.join('\n')}`;
}
