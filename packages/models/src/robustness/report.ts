import type { Block, Chart, Report } from '../report/document.ts';
import { type IntervalRow, intervalChart } from '../report/interval-chart.ts';
import { fixed } from '../report/numbers.ts';
import type { Shift } from './measure.ts';

/** Shifts with one scorer model. */
export interface Measured {
  /** The model file's name. */
  scorer: string;
  shifts: Shift[];
}

/** The sd of shifts, points of ten, that a change may cause which every photo meets on its way. */
const GOAL = 0.2;

function isEveryday({ change: { kind, name } }: Shift): boolean {
  return kind === 'size' || name === 'quality 70';
}

/** The report on robustness. It contains no picture and no file name. */
export function robustnessReport(
  measured: readonly Measured[],
  { photos, date, versions }: { photos: number; date: Date; versions: readonly string[] },
): Report {
  const [first] = measured;
  const faces = first!.shifts[0]!.faces;
  const head = ['Change', '', 'sd', 'mean', '95% within ±', 'faces scored again'];
  return {
    title: 'How far scores move when the photo changes and the face does not',
    blocks: [
      {
        kind: 'text',
        text: `${photos} photos with ${faces} scored faces, on ${date.toISOString().slice(0, 10)}. Each photo goes through the whole pipeline unchanged and under each change. Boxes are brought back to the unchanged photo, and faces are matched by them. A shift is the score under the change minus the score of the unchanged photo, in points of ten. The report measures noise; it does not say which score is right.`,
      },
      ...measured.map(({ scorer, shifts }) => verdict(scorer, shifts)),
      ...measured.flatMap(({ scorer, shifts }): Block[] => [
        { kind: 'heading', text: `With ${scorer}` },
        { kind: 'table', head, rows: shifts.map(row) },
      ]),
      { kind: 'chart', chart: chart(first!) },
      {
        kind: 'text',
        text: `Goal: sd up to ${GOAL} for changes of size and JPEG quality 70, which every photo meets on its way. Changes other than JPEG are stored without loss. Turned photos repeat their border outside. Blur is in pixels of the unchanged photo. Scores are rounded to 0.1, which alone makes an sd of 0.04.`,
      },
      { kind: 'text', text: `Made with ${versions.join(', ')}.` },
    ],
  };
}

function verdict(scorer: string, shifts: readonly Shift[]): Block {
  const everyday = shifts.filter(isEveryday);
  const missed = everyday.some(({ sd }) => sd === undefined || sd > GOAL);
  const list = everyday.map(({ change, sd }) => `${change.kind} ${change.name}: ${fixed(sd, 2)}`).join(', ');
  const text = `${scorer} ${missed ? 'misses' : 'reaches'} the goal, sd up to ${GOAL}: ${list}.`;
  return { kind: missed ? 'warning' : 'text', text };
}

function row({ change, faces, found, sd, mean, p95 }: Shift): string[] {
  return [change.kind, change.name, ...[sd, mean, p95].map((value) => fixed(value, 2)), `${found} of ${faces}`];
}

function chart({ scorer, shifts }: Measured): Chart {
  const rows = [...Map.groupBy(shifts, ({ change }) => change.kind)].flatMap(([kind, list]): IntervalRow[] => [
    { label: kind },
    ...list.flatMap(({ change, sd, mean, p95 }) => {
      if (sd === undefined || mean === undefined) return [];
      const note = `sd ${fixed(sd, 2)}, 95% within ±${fixed(p95, 2)}`;
      return [{ label: change.name, value: mean, low: mean - sd, high: mean + sd, note }];
    }),
  ]);
  const reach = Math.max(0.5, ...rows.flatMap(({ low = 0, high = 0 }) => [Math.abs(low), Math.abs(high)]));
  const axis = { name: `points of ten; dashed: 0 and the goal, ±${GOAL}`, from: -reach, to: reach };
  return intervalChart(`Shift of the score, mean ± sd (${scorer})`, axis, rows, [-GOAL, 0, GOAL]);
}
