import type { Interval } from './bootstrap.ts';

/** For example "0.84 [0.82, 0.86]"; a dash where there is nothing to say. */
export function interval(figure: Interval | undefined, digits: number): string {
  if (figure === undefined) return '–';
  const [value, low, high] = [figure.value, figure.low, figure.high].map((number) => fixed(number, digits));
  return `${value} [${low}, ${high}]`;
}

/** With a real minus, and none before zero. */
export function fixed(value: number, digits: number): string {
  return value
    .toFixed(digits)
    .replace(/^-(?=0\.?0*$)/, '')
    .replace('-', '−');
}

export function fixedOrDash(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : fixed(value, digits);
}

/** Whole numbers with a comma at the thousands. */
export function whole(value: number): string {
  return value.toLocaleString('en');
}
