import { mean } from 'simple-statistics';
import type { Chart } from '../report/document.ts';
import { plot } from '../report/plot.ts';
import { intervals } from './bootstrap.ts';
import type { Evaluation } from './evaluate.ts';
import type { Judged } from './figures.ts';

const BINS = 10;
const MARGIN = 0.03;

/** Each picture as a dot: what was predicted, what people said. */
export function scatterChart({ pictures, sameScale }: Evaluation): Chart {
  const { x, y, xName, yName } = axesOf(sameScale);
  const [from, to] = widen([...pictures.map(x), ...pictures.map(y)]);
  return plot('Prediction and rating', { name: xName, from, to }, { name: yName, from, to }, (place) => {
    const dots = pictures.map((picture) => `<circle cx="${place.x(x(picture))}" cy="${place.y(y(picture))}" r="2.5"/>`);
    return `${diagonal(place.x, place.y, from, to)}<g class="dot">${dots.join('')}</g>`;
  });
}

/** Ten bins of equally many pictures by prediction: how people rated them on average, with a 95% interval. */
export function calibrationChart({ pictures, sameScale }: Evaluation): Chart {
  const { x, y, xName, yName } = axesOf(sameScale);
  const sorted = pictures.toSorted((a, b) => x(a) - x(b));
  const bins = Array.from({ length: BINS }, (_, i) =>
    sorted.slice(Math.round((i * sorted.length) / BINS), Math.round(((i + 1) * sorted.length) / BINS)),
  ).map((bin) => ({ at: mean(bin.map(x)), people: intervals(bin, (some) => [mean(some.map(y))])[0]! }));
  const [from, to] = widen(bins.flatMap(({ at, people }) => [at, people.low, people.high]));
  return plot(
    'Calibration: tenths of the pictures',
    { name: `${xName}, mean of a tenth`, from, to },
    { name: `${yName}, mean`, from, to },
    (place) => {
      const marks = bins.map(({ at, people }) => {
        const cx = place.x(at);
        return `<path class="two whisker" d="M${cx} ${place.y(people.low)}V${place.y(people.high)}"/><circle class="two" cx="${cx}" cy="${place.y(people.value)}" r="4"/>`;
      });
      return `${diagonal(place.x, place.y, from, to)}${marks.join('')}`;
    },
  );
}

function axesOf(sameScale: boolean) {
  return sameScale
    ? {
        x: (picture: Judged) => picture.prediction,
        y: (picture: Judged) => picture.rating,
        xName: 'prediction, points of the rating',
        yName: 'rating',
      }
    : {
        x: (picture: Judged) => picture.score,
        y: (picture: Judged) => picture.ofTen,
        xName: 'score, of ten',
        yName: 'rating, of ten',
      };
}

function diagonal(x: (value: number) => number, y: (value: number) => number, from: number, to: number): string {
  return `<path class="guide" d="M${x(from)} ${y(from)}L${x(to)} ${y(to)}"/>`;
}

function widen(values: number[]): [from: number, to: number] {
  const from = Math.min(...values);
  const to = Math.max(...values);
  const margin = (to - from) * MARGIN || 1;
  return [from - margin, to + margin];
}
