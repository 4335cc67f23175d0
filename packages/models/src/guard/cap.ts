import type { Random } from './random.ts';

const COLOURS = [
  ...['#1b1b1f', '#7a1515', '#15306b', '#d8d8d2', '#2f4a2f'],
  ...['#8a6a3a', '#c03a2a', '#444', '#e0c060', '#5a3a6a'],
];

/** SVG of a peaked or woollen cap, down to the brow, in units of the face (paint.ts). */
export function cap(random: Random): string {
  const colour = random.pick(COLOURS);
  const width = random.between(1.05, 1.3);
  const brow = random.between(-0.85, -0.5);
  const top = random.between(-2, -1.55);
  const crown = `<path d="M${-width} ${brow} C${-width} ${top} ${width} ${top} ${width} ${brow} Q0 ${brow - 0.3} ${-width} ${brow}Z" fill="${colour}"/>`;
  return crown + (random.chance(0.7) ? peak(colour, width * 0.95, brow, random) : rim(colour, width, brow));
}

function peak(colour: string, width: number, brow: number, random: Random): string {
  const low = brow + random.between(0.12, 0.4);
  return `<path d="M${-width} ${brow} Q0 ${brow - 0.35} ${width} ${brow} Q0 ${low} ${-width} ${brow}Z" fill="${colour}" stroke="#000" stroke-opacity=".35" stroke-width=".03"/>`;
}

function rim(colour: string, width: number, brow: number): string {
  return `<rect x="${-width}" y="${brow - 0.25}" width="${2 * width}" height=".28" rx=".1" fill="${colour}" stroke="#000" stroke-opacity=".3" stroke-width=".02"/>`;
}
