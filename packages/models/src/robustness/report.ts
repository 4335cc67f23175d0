import { fixed, fixedOrDash } from '../evaluate/numbers.ts';
import type { Block, Report } from '../report/document.ts';
import { type IntervalRow, intervalChart } from '../report/interval-chart.ts';
import type { Shift } from './measure.ts';

/** Shifts with one scorer model. */
export interface Measured {
  /** The model file's name. */
  scorer: string;
  shifts: Shift[];
}

/** What a change that happens to every photo on its way may do to a score: sd, of ten. */
const GOAL = 0.2;
const EVERYDAY = (({ change: { kind, name } }) => kind === 'size' || name === 'quality 70') satisfies (
  shift: Shift,
) => boolean;

/** The report on robustness: no picture and no file name is in it. */
export function robustnessReport(
  measured: readonly Measured[],
  { photos, date, versions }: { photos: number; date: Date; versions: Record<string, string> },
): Report {
  const [first] = measured;
  const faces = first!.shifts[0]!.faces;
  const made = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return {
    title: 'How far scores move when the photo changes and the face does not',
    blocks: [
      {
        kind: 'text',
        text: `${photos} photos with ${faces} scored faces, on ${date.toISOString().slice(0, 10)}. Each photo goes through the whole pipeline as it is and under each change; boxes are brought back and faces matched by them. A shift is the score under the change minus the score as it is, of ten points. No score is right here: the report tells noise.`,
      },
      ...measured.map(({ scorer, shifts }) => verdict(scorer, shifts)),
      ...measured.flatMap(({ scorer, shifts }): Block[] => [
        { kind: 'heading', text: `With ${scorer}` },
        {
          kind: 'table',
          head: ['Change', '', 'sd', 'mean', '95% within ±', 'faces scored again'],
          rows: shifts.map(row),
        },
      ]),
      { kind: 'chart', chart: chart(first!) },
      {
        kind: 'text',
        text: `Goal: sd up to ${GOAL} for changes of size and JPEG quality 70, which every photo meets on its way. Changes other than JPEG are stored without loss. Turned photos repeat their border outside, and blur is in pixels of the photo as it is. Scores are rounded to 0.1, which alone makes an sd of 0.04.`,
      },
      { kind: 'text', text: `Made with ${made.join(', ')}.` },
    ],
  };
}

function verdict(scorer: string, shifts: readonly Shift[]): Block {
  const everyday = shifts.filter(EVERYDAY);
  const missed = everyday.filter(({ sd }) => sd === undefined || sd > GOAL);
  const list = everyday.map(({ change, sd }) => `${change.kind} ${change.name}: ${fixedOrDash(sd, 2)}`).join(', ');
  return missed.length === 0
    ? { kind: 'text', text: `${scorer} reaches the goal, sd up to ${GOAL}: ${list}.` }
    : { kind: 'warning', text: `${scorer} misses the goal, sd up to ${GOAL}: ${list}.` };
}

function row({ change, faces, found, sd, mean, p95 }: Shift): string[] {
  const again = `${found} of ${faces}`;
  return [change.kind, change.name, fixedOrDash(sd, 2), fixedOrDash(mean, 2), fixedOrDash(p95, 2), again];
}

function chart({ scorer, shifts }: Measured): ReturnType<typeof intervalChart> {
  const rows = [...Map.groupBy(shifts, ({ change }) => change.kind)].flatMap(([kind, list]): IntervalRow[] => [
    { label: kind },
    ...list.flatMap(({ change, sd, mean, p95 }) =>
      sd === undefined || mean === undefined
        ? []
        : [
            {
              label: change.name,
              value: mean,
              low: mean - sd,
              high: mean + sd,
              note: `sd ${fixed(sd, 2)}, 95% within ±${fixedOrDash(p95, 2)}`,
            },
          ],
    ),
  ]);
  const reach = Math.max(0.5, ...rows.flatMap(({ low = 0, high = 0 }) => [Math.abs(low), Math.abs(high)]));
  return intervalChart(
    `Shift of the score, mean ± sd (${scorer})`,
    { name: `points of ten; dashed: 0 and the goal, ±${GOAL}`, from: -reach, to: reach },
    rows,
    [-GOAL, 0, GOAL],
  );
}
