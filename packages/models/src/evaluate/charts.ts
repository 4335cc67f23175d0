import { mean } from 'simple-statistics';
import type { Chart } from '../report/document.ts';
import { plot } from '../report/plot.ts';
import { intervals } from './bootstrap.ts';
import type { Evaluation } from './evaluate.ts';
import type { Judged } from './figures.ts';

const BINS = 10;
const MARGIN = 0.03;

/** Each picture as a dot: its prediction across, its rating up. */
export function scatterChart({ pictures, sameScale }: Evaluation): Chart {
  const { x, y, xName, yName } = axesOf(sameScale);
  const [from, to] = widen([...pictures.map(x), ...pictures.map(y)]);
  return plot('Prediction and rating', { name: xName, from, to }, { name: yName, from, to }, (place) => {
    const dots = pictures.map((picture) => `<circle cx="${place.x(x(picture))}" cy="${place.y(y(picture))}" r="2.5"/>`);
    return `${diagonal(place, from, to)}<g class="dot">${dots.join('')}</g>`;
  });
}

/** Ten bins with equally many pictures, by prediction: the mean rating of each, with a 95% interval. */
export function calibrationChart({ pictures, sameScale }: Evaluation): Chart {
  const { x, y, xName, yName } = axesOf(sameScale);
  const sorted = pictures.toSorted((a, b) => x(a) - x(b));
  const edge = (i: number) => Math.round((i * sorted.length) / BINS);
  const bins = Array.from({ length: BINS }, (_, i) => sorted.slice(edge(i), edge(i + 1))).map((bin) => ({
    at: mean(bin.map(x)),
    people: intervals(bin, (some) => [mean(some.map(y))])[0]!,
  }));
  const [from, to] = widen(bins.flatMap(({ at, people }) => [at, people.low, people.high]));
  const xAxis = { name: `${xName}, mean of a tenth`, from, to };
  return plot('Calibration: tenths of the pictures', xAxis, { name: `${yName}, mean`, from, to }, (place) => {
    const marks = bins.map(({ at, people }) => {
      const cx = place.x(at);
      return `<path class="two whisker" d="M${cx} ${place.y(people.low)}V${place.y(people.high)}"/><circle class="two" cx="${cx}" cy="${place.y(people.value)}" r="4"/>`;
    });
    return `${diagonal(place, from, to)}${marks.join('')}`;
  });
}

function axesOf(sameScale: boolean) {
  const x = (picture: Judged) => (sameScale ? picture.prediction : picture.score);
  const y = (picture: Judged) => (sameScale ? picture.rating : picture.ofTen);
  return sameScale
    ? { x, y, xName: 'prediction, points of the rating', yName: 'rating' }
    : { x, y, xName: 'score, of ten', yName: 'rating, of ten' };
}

function diagonal({ x, y }: { x(value: number): number; y(value: number): number }, from: number, to: number): string {
  return `<path class="guide" d="M${x(from)} ${y(from)}L${x(to)} ${y(to)}"/>`;
}

function widen(values: number[]): [from: number, to: number] {
  const from = Math.min(...values);
  const to = Math.max(...values);
  const margin = (to - from) * MARGIN || 1;
  return [from - margin, to + margin];
}
