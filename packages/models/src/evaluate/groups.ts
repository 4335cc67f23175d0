/** The pictures with one label in one column. */
interface Group<Sample> {
  label: string;
  samples: Sample[];
}

export interface Grouping<Sample> {
  column: string;
  /** How the groups were made, for the report. */
  how: string;
  groups: Group<Sample>[];
}

/** Smaller groups are joined if there are many: their intervals would be too wide to say anything. */
const FEWEST = 30;
/** With more values than this, numbers are cut into ranges, and rare texts are put together. */
const MOST_VALUES = 8;
const MOST_RANGES = 8;
const STEPS = [1, 2, 2.5, 5];
const NO_VALUE = 'no value';

/**
 * Groups pictures by a column of the table. Numbers are cut into at most 8 ranges of the same round width; a range with fewer than 30
 * pictures is joined with the next one towards the middle. Anything else is grouped by its text; if that makes more than 8 groups, those
 * with fewer than 30 pictures are put together as "others".
 */
export function groupBy<Sample>(
  column: string,
  samples: readonly Sample[],
  textOf: (sample: Sample) => string,
): Grouping<Sample> {
  const values = samples.map((sample) => ({ sample, value: textOf(sample).trim() }));
  const present = values.filter(({ value }) => value !== '');
  const missing = values.filter(({ value }) => value === '').map(({ sample }) => sample);
  const distinct = new Set(present.map(({ value }) => value));
  const numbers = distinct.size > MOST_VALUES && [...distinct].every((value) => Number.isFinite(Number(value)));
  const grouping = numbers
    ? byRange(present.map(({ sample, value }) => ({ sample, value: Number(value) })))
    : byText(present);
  if (missing.length > 0) grouping.groups.push({ label: NO_VALUE, samples: missing });
  return { column, ...grouping };
}

function byRange<Sample>(present: readonly { sample: Sample; value: number }[]): Omit<Grouping<Sample>, 'column'> {
  const all = present.map(({ value }) => value);
  const [lowest, highest] = [Math.min(...all), Math.max(...all)];
  const step = roundStep(highest - lowest);
  const [first, last] = [lowest, highest].map((value) => Math.floor(value! / step)) as [number, number];
  const ranges = Array.from({ length: last - first + 1 }, (_, i) => {
    const inside = present.filter(({ value }) => Math.floor(value / step) === first + i);
    return { from: (first + i) * step, to: (first + i + 1) * step, samples: inside.map(({ sample }) => sample) };
  });
  joinSmall(ranges);
  return {
    how: `ranges of ${step}; those with fewer than ${FEWEST} pictures joined with the next one towards the middle`,
    groups: ranges.map(({ from, to, samples }) => ({ label: `${round(from)} to ${round(to)}`, samples })),
  };
}

/** The smallest round width that cuts the span into at most 8 ranges. */
function roundStep(span: number): number {
  const power = 10 ** (Math.floor(Math.log10(span / MOST_RANGES)) - 1);
  const candidates = [1, 10, 100].flatMap((ten) => STEPS.map((step) => step * ten * power));
  return candidates.find((step) => span / step <= MOST_RANGES - 1)!;
}

function joinSmall<Sample>(ranges: { from: number; to: number; samples: Sample[] }[]): void {
  while (ranges.length > 1) {
    const small = ranges.findIndex(({ samples }) => samples.length < FEWEST);
    if (small === -1) return;
    const into = small < ranges.length / 2 ? small + 1 : small - 1;
    const [a, b] = [ranges[Math.min(small, into)]!, ranges[Math.max(small, into)]!];
    ranges.splice(Math.min(small, into), 2, { from: a.from, to: b.to, samples: [...a.samples, ...b.samples] });
  }
}

function byText<Sample>(present: readonly { sample: Sample; value: string }[]): Omit<Grouping<Sample>, 'column'> {
  const groups = [...Map.groupBy(present, ({ value }) => value)]
    .map(([label, members]) => ({ label, samples: members.map(({ sample }) => sample) }))
    .sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }));
  const small = groups.filter(({ samples }) => samples.length < FEWEST);
  if (groups.length <= MOST_VALUES || small.length < 2) return { how: 'one for each value', groups };
  const others = { label: `others (${small.length} values)`, samples: small.flatMap(({ samples }) => samples) };
  return {
    how: `one for each value; those with fewer than ${FEWEST} pictures together as others`,
    groups: [...groups.filter((group) => !small.includes(group)), others],
  };
}

function round(value: number): string {
  return String(Number(value.toPrecision(6)));
}
