import { HIGHEST_COVERED, HIGHEST_RESIDUAL, LOWEST_DETECTION, SMALLEST_SURE } from '@attrai/vision/confidence';
import { SHOWN_THRESHOLDS } from '@attrai/vision/detect/detector';
import { MIN_FACE } from '@attrai/vision/vision';
import type { Block, Report } from '../report/document.ts';
import { fixed } from '../report/numbers.ts';
import { spreadOf } from '../robustness/measure.ts';
import type { Candidate } from './find-candidates.ts';
import type { SmallFaces } from './small-faces.ts';

const DETECTIONS = [0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99];
const LOW_DETECTIONS = [0.97, 0.98, 0.99, 0.995, 0.999];
const RESIDUALS = [5, 6, 7, 8, 9, 10];

/** What each threshold would find, miss and mistake, and the error of small faces' scores. @param faces the number in all photos together */
export function thresholdReport(
  candidates: readonly Candidate[],
  sizes: readonly SmallFaces[],
  { faces, photos }: { faces: number; photos: number },
): Report {
  const shown = candidates.filter(isShown);
  const blocks: Block[] = [
    {
      kind: 'text',
      text: `${photos} photos with ${faces} faces. The largest candidates of a photo count as its faces, any further one as a mistake, though it may be somebody in the background. The settings: a face is shown from detection ${SHOWN_THRESHOLDS.settled}, or ${SHOWN_THRESHOLDS.first} at the first look; its confidence is low below detection ${LOWEST_DETECTION}, above residual ${HIGHEST_RESIDUAL} px, or if half of it seems covered.`,
    },
    {
      kind: 'table',
      head: ['Shown from detection', 'Recall', 'Precision', 'Faces missed', 'Mistakes'],
      rows: [
        ...DETECTIONS.map((limit) => {
          const above = candidates.filter(({ probability }) => probability > limit);
          return shownRow(String(limit), above, faces);
        }),
        shownRow('as set', shown, faces),
      ],
    },
    {
      kind: 'table',
      head: ['Low confidence', 'of faces shown', 'of mistakes shown'],
      rows: [
        ...LOW_DETECTIONS.map((limit) => lowRow(`detection below ${limit}`, shown, (one) => one.probability < limit)),
        ...RESIDUALS.map((limit) => lowRow(`residual above ${limit} px`, shown, (one) => one.residual > limit)),
        lowRow('half covered', shown, ({ covered }) => covered > HIGHEST_COVERED),
        lowRow(
          'any of these, as set',
          shown,
          ({ probability, residual, covered }) =>
            probability < LOWEST_DETECTION || residual > HIGHEST_RESIDUAL || covered > HIGHEST_COVERED,
        ),
      ],
    },
    {
      kind: 'text',
      text: `Below, the photos were reduced until the box of the main face had so many pixels, and saved as JPEG. Its score is compared with that in the unchanged photo. The settings: faces from ${MIN_FACE} px, low confidence below ${SMALLEST_SURE} px.`,
    },
    {
      kind: 'table',
      head: ["Face's longer side, px", 'Scored', 'sd of the shift, of ten', 'mean', '95% within ±'],
      rows: sizes.map(sizeRow),
    },
  ];
  return { title: 'What thresholds find, miss and mistake', blocks };
}

function isShown({ probability, first }: Candidate): boolean {
  return probability > SHOWN_THRESHOLDS.settled || first >= SHOWN_THRESHOLDS.first;
}

function shownRow(title: string, above: readonly Candidate[], faces: number): string[] {
  const right = above.filter(({ face }) => face).length;
  const recall = (right / faces).toFixed(4);
  const precision = above.length === 0 ? '–' : (right / above.length).toFixed(4);
  return [title, recall, precision, String(faces - right), String(above.length - right)];
}

function lowRow(title: string, shown: readonly Candidate[], isLow: (candidate: Candidate) => boolean): string[] {
  const count = (face: boolean) => {
    const all = shown.filter((candidate) => candidate.face === face);
    return `${all.filter(isLow).length} of ${all.length}`;
  };
  return [title, count(true), count(false)];
}

function sizeRow({ side, photos, shifts }: SmallFaces): string[] {
  const { found, sd, mean, p95 } = spreadOf(shifts);
  const spread = [sd, mean, p95].map((value) => fixed(value, 2));
  return [String(side), `${found} of ${photos}`, ...spread];
}
