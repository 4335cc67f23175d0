import { leftOut, type Skipped } from '../skipped.ts';
import type { AgedFace, Decided } from './age-table.ts';

/** Ages in years: from `from` to just below `to`. */
interface Band {
  title: string;
  from: number;
  to: number;
}

const BANDS: readonly Band[] = [
  { title: 'under 13', from: 0, to: 13 },
  { title: '13 to 15', from: 13, to: 16 },
  { title: '16 and 17', from: 16, to: 18 },
  { title: '18 to 24', from: 18, to: 25 },
  { title: '25 and older', from: 25, to: Number.POSITIVE_INFINITY },
];
const TEENAGERS: Band = { title: '13 to 17', from: 13, to: 18 };
const ADULTS = BANDS.at(-1)!;
const OF_COPIES = [BANDS[0]!, TEENAGERS, BANDS[3]!, ADULTS];

/** Who is scored, by age, group and copy: Markdown that says nothing about single faces. A table without rows is left out. */
export function report(decided: readonly Decided[], skipped: readonly Skipped[]): string {
  const [copies, plain] = [true, false].map((isCopy) => decided.filter(({ copy }) => (copy !== undefined) === isCopy));
  const left = skipped.length > 0 ? `; left out: ${leftOut(skipped)}` : '';
  const tables = [ageTable(plain!), groupTable(plain!), copyTable(copies!)].filter((table) => table !== '');
  return `${plain!.length} faces${left}.\n\n${tables.join('\n')}`;
}

function ageTable(plain: readonly Decided[]): string {
  // A bracket such as 10 to 19 fits no band, and gets a row of its own.
  const fits = ({ face }: Decided) => BANDS.some((band) => isWithin(face, band));
  const brackets = Map.groupBy(
    plain.filter((one) => !fits(one)),
    ({ face: { from, to } }) => `${from} to ${to}, not known closer`,
  );
  const rows = [...BANDS.map((band) => [band.title, within(plain, band)] as const), ...brackets];
  return table(
    ['Age', 'Faces', 'Clearly a child', 'Unsure', 'Scored'],
    rows.map(([title, faces]) => [
      title,
      `${faces.length}`,
      ...(['child', 'unsure', 'adult'] as const).map((wanted) => share(faces, ({ who }) => who === wanted)),
    ]),
  );
}

/** By gender and race, if the table of ages has them. */
function groupTable(plain: readonly Decided[]): string {
  const groups = (['gender', 'race'] as const).flatMap((column) =>
    [...Map.groupBy(plain, ({ face }) => face[column])].filter(([name]) => name !== '').sort(byName),
  );
  return table(
    ['Group', '13 to 17', 'Scored', '25 and older', 'Not scored'],
    groups.map(([name, faces]) => {
      const [teenagers, adults] = [within(faces, TEENAGERS), within(faces, ADULTS)];
      const refused = share(adults, (one) => !isScored(one));
      return [name, `${teenagers.length}`, share(teenagers, isScored), `${adults.length}`, refused];
    }),
  );
}

function copyTable(copies: readonly Decided[]): string {
  return table(
    ['Copy', ...OF_COPIES.flatMap(({ title }) => [title, 'Scored'])],
    [...Map.groupBy(copies, ({ copy }) => copy!)].sort(byName).map(([name, faces]) => [
      name,
      ...OF_COPIES.flatMap((band) => {
        const inside = within(faces, band);
        return [`${inside.length}`, share(inside, isScored)];
      }),
    ]),
  );
}

function within(decided: readonly Decided[], band: Band): Decided[] {
  return decided.filter(({ face }) => isWithin(face, band));
}

function isWithin(face: AgedFace, { from, to }: Band): boolean {
  return face.from >= from && (face.to < to || to === Number.POSITIVE_INFINITY);
}

function isScored({ who }: Decided): boolean {
  return who === 'adult';
}

function share(faces: readonly Decided[], holds: (one: Decided) => boolean): string {
  return faces.length === 0 ? '–' : `${((100 * faces.filter(holds).length) / faces.length).toFixed(1)} %`;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a.localeCompare(b);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map((_, i) => (i === 0 ? '---' : '---:'))) + rows.map(line).join('');
}
