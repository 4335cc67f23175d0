import type { Chart } from '../report/document.ts';
import { type IntervalRow, intervalChart } from '../report/interval-chart.ts';
import { fixed } from '../report/numbers.ts';
import type { Evaluation } from './evaluate.ts';
import type { Figures } from './figures.ts';

/** Bias and correlation of each group. */
export function groupCharts(groupings: Evaluation['groupings'], sameScale: boolean): Chart[] {
  const rowsOf = (row: (figures: Figures) => Omit<IntervalRow, 'label'>): IntervalRow[] =>
    groupings.flatMap(({ column, groups, figures }) => [
      { label: column },
      ...groups.map(({ label }, i) => ({ label, ...row(figures[i]!) })),
    ]);
  const bias = rowsOf((figures) => {
    const interval = sameScale ? figures.bias : figures.biasOfTen;
    return { note: `${fixed(interval.value, 1)}, n = ${figures.n}`, ...interval };
  });
  const r = rowsOf(({ r, n }) =>
    r ? { note: `${fixed(r.value, 2)}, n = ${n}`, ...r } : { note: `n = ${n}: too few` },
  );
  const reach = Math.max(...bias.flatMap(({ low, high }) => [Math.abs(low ?? 0), Math.abs(high ?? 0)]), 1);
  const name = `points of ${sameScale ? 'the rating' : 'ten'}: underrated left of 0, overrated right`;
  const lowest = Math.min(0.5, ...r.map(({ low = 1 }) => low));
  const rAxis = { name: 'Pearson’s r', from: Math.max(-1, Math.floor(lowest * 10) / 10), to: 1 };
  return [
    intervalChart(
      'Bias by group (prediction − rating), with 95% intervals',
      { name, from: -reach, to: reach },
      bias,
      [0],
    ),
    intervalChart('Correlation by group, with 95% intervals', rAxis, r, []),
  ];
}
