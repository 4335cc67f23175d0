import type { Chart } from '../report/document.ts';
import { type IntervalRow, intervalChart } from '../report/interval-chart.ts';
import type { Interval } from './bootstrap.ts';
import type { Evaluation } from './evaluate.ts';
import type { Figures } from './figures.ts';
import { fixed } from './numbers.ts';

type Groupings = Evaluation['groupings'];

/** Bias and correlation of each group. */
export function groupCharts(groupings: Groupings, sameScale: boolean): Chart[] {
  const biasOf = (figures: Figures) => (sameScale ? figures.bias : figures.biasOfTen);
  const bias = rowsOf(groupings, biasOf, (figures) => `${fixed(biasOf(figures).value, 1)}, n = ${figures.n}`);
  const reach = Math.max(...bias.flatMap(({ low, high }) => [Math.abs(low ?? 0), Math.abs(high ?? 0)]), 1);
  const name = `points of ${sameScale ? 'the rating' : 'ten'}: underrated left of 0, overrated right`;
  const r = rowsOf(
    groupings,
    (figures) => figures.r,
    (figures) => (figures.r ? `${fixed(figures.r.value, 2)}, n = ${figures.n}` : `n = ${figures.n}: too few`),
  );
  const lowest = Math.min(0.5, ...r.flatMap(({ low }) => (low === undefined ? [] : [low])));
  return [
    intervalChart(
      'Bias by group (prediction − rating), with 95% intervals',
      { name, from: -reach, to: reach },
      bias,
      [0],
    ),
    intervalChart(
      'Correlation by group, with 95% intervals',
      { name: 'Pearson’s r', from: Math.max(-1, Math.floor(lowest * 10) / 10), to: 1 },
      r,
      [],
    ),
  ];
}

function rowsOf(
  groupings: Groupings,
  figure: (figures: Figures) => Interval | undefined,
  note: (figures: Figures) => string,
): IntervalRow[] {
  return groupings.flatMap(({ column, groups, figures }) => [
    { label: column },
    ...groups.map(({ label }, i) => ({ label, note: note(figures[i]!), ...figure(figures[i]!) })),
  ]);
}
