import type { Chart } from './document.ts';
import { escapeXml } from './escape.ts';

export interface Axis {
  /** With its unit. */
  name: string;
  from: number;
  to: number;
}

/** From numbers on the axes to pixels. */
interface Place {
  x(value: number): number;
  y(value: number): number;
}

const [WIDTH, HEIGHT] = [460, 420];
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 444, 44, 366];
const MOST_TICKS = 8;

/** A chart with two axes of numbers. @param draw gives the SVG elements to show */
export function plot(title: string, xAxis: Axis, yAxis: Axis, draw: (place: Place) => string): Chart {
  const place: Place = { x: toPixels(xAxis, LEFT, RIGHT), y: toPixels(yAxis, BOTTOM, TOP) };
  const columns = ticks(xAxis).map((value) => {
    const x = place.x(value);
    return `<path class="grid" d="M${x} ${TOP}V${BOTTOM}"/><text x="${x}" y="${BOTTOM + 18}" text-anchor="middle">${tickLabel(value)}</text>`;
  });
  const rows = ticks(yAxis).map((value) => {
    const y = place.y(value);
    return `<path class="grid" d="M${LEFT} ${y}H${RIGHT}"/><text x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${tickLabel(value)}</text>`;
  });
  const names = [
    `<text x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 40}" text-anchor="middle">${escapeXml(xAxis.name)}</text>`,
    `<text transform="translate(16 ${(TOP + BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(yAxis.name)}</text>`,
  ];
  const elements = [heading(title), ...columns, ...rows, ...names, draw(place)].join('\n');
  return { title, width: WIDTH, height: HEIGHT, elements };
}

export function heading(title: string): string {
  return `<text class="title" x="12" y="24">${escapeXml(title)}</text>`;
}

/** Maps an axis to the pixels from `start` to `end`, to a hundredth: nobody sees less. */
export function toPixels({ from, to }: Axis, start: number, end: number): (value: number) => number {
  return (value) => Math.round((start + ((value - from) / (to - from)) * (end - start)) * 100) / 100;
}

/** Round numbers inside the axis. */
export function ticks({ from, to }: Axis): number[] {
  const power = 10 ** Math.floor(Math.log10((to - from) / MOST_TICKS));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => (to - from) / one <= MOST_TICKS)!;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

/** Has a real minus sign, as numbers in the text have. */
export function tickLabel(value: number): string {
  return String(value).replace('-', '−');
}
