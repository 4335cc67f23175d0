import type { Chart } from './document.ts';
import { escapeXml } from './escape.ts';

export interface Axis {
  /** With its unit. */
  name: string;
  from: number;
  to: number;
}

export interface Place {
  x(value: number): number;
  y(value: number): number;
}

const WIDTH = 460;
const HEIGHT = 420;
const PLOT = { left: 56, right: 444, top: 44, bottom: 366 };
const MOST_TICKS = 8;

/** A chart with two axes of numbers. @param draw gives the SVG elements of what is shown */
export function plot(title: string, xAxis: Axis, yAxis: Axis, draw: (place: Place) => string): Chart {
  const place: Place = {
    x: (value) => round(PLOT.left + ((value - xAxis.from) / (xAxis.to - xAxis.from)) * (PLOT.right - PLOT.left)),
    y: (value) => round(PLOT.bottom - ((value - yAxis.from) / (yAxis.to - yAxis.from)) * (PLOT.bottom - PLOT.top)),
  };
  const columns = ticks(xAxis).map(
    (value) =>
      `<path class="grid" d="M${place.x(value)} ${PLOT.top}V${PLOT.bottom}"/><text x="${place.x(value)}" y="${PLOT.bottom + 18}" text-anchor="middle">${tickLabel(value)}</text>`,
  );
  const rows = ticks(yAxis).map(
    (value) =>
      `<path class="grid" d="M${PLOT.left} ${place.y(value)}H${PLOT.right}"/><text x="${PLOT.left - 8}" y="${place.y(value) + 4}" text-anchor="end">${tickLabel(value)}</text>`,
  );
  const names = [
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 40}" text-anchor="middle">${escapeXml(xAxis.name)}</text>`,
    `<text transform="translate(16 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(yAxis.name)}</text>`,
  ];
  const elements = [heading(title), ...columns, ...rows, ...names, draw(place)].join('\n');
  return { title, width: WIDTH, height: HEIGHT, elements };
}

export function heading(title: string): string {
  return `<text class="title" x="12" y="24">${escapeXml(title)}</text>`;
}

/** Round numbers inside the axis. */
export function ticks({ from, to }: Axis): number[] {
  const power = 10 ** Math.floor(Math.log10((to - from) / MOST_TICKS));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => (to - from) / one <= MOST_TICKS)!;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

/** With a real minus, as numbers in the text have. */
export function tickLabel(value: number): string {
  return String(value).replace('-', '−');
}

/** For coordinates: a hundredth of a pixel is more than anybody sees. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
