import type { Interval } from '../evaluate/bootstrap.ts';

/** For example "0.84 [0.82, 0.86]"; a dash for undefined. */
export function interval(figure: Interval | undefined, digits: number): string {
  if (figure === undefined) return '–';
  const [value, low, high] = [figure.value, figure.low, figure.high].map((number) => fixed(number, digits));
  return `${value} [${low}, ${high}]`;
}

/** Has a real minus sign, and none before zero; a dash for undefined. */
export function fixed(value: number | undefined, digits: number): string {
  if (value === undefined) return '–';
  return value
    .toFixed(digits)
    .replace(/^-(?=0\.?0*$)/, '')
    .replace('-', '−');
}
