import type { Random } from './random.ts';

// Things to draw on a face, as SVG in units of the face (paint.ts).

const CAP_COLOURS = [
  ...['#1b1b1f', '#7a1515', '#15306b', '#d8d8d2', '#2f4a2f'],
  ...['#8a6a3a', '#c03a2a', '#444', '#e0c060', '#5a3a6a'],
];

/** SVG of a peaked or woollen cap, down to the brow. */
export function cap(random: Random): string {
  const colour = random.pick(CAP_COLOURS);
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

const MOUSTACHE_COLOURS = ['#1a120c', '#2b1d12', '#0e0c0a', '#4a3322', '#6b4a2a', '#333'];

/** SVG of a moustache. */
export function moustache(random: Random): string {
  const colour = random.pick(MOUSTACHE_COLOURS);
  const y = random.between(0.76, 0.86);
  const width = random.between(0.38, 0.6);
  const thickness = random.between(0.08, 0.2);
  const opacity = random.between(0.65, 0.97);
  const tip = y + random.between(-0.04, 0.2);
  const half = (side: number) =>
    `<path d="M0 ${y - thickness / 2} Q${side * width * 0.5} ${y - thickness} ${side * width} ${tip} Q${side * width * 0.5} ${y + thickness} 0 ${y + thickness / 2}Z" fill="${colour}" fill-opacity="${opacity}"/>`;
  return half(-1) + half(1);
}

const THINGS = ['#5a5148', '#c58c6a', '#8a5a42', '#d9b79a', '#2b2b2b', '#e8e8e8', '#3a5a7a', '#3b2417'];
const MASKS = ['#9cc4d8', '#f2f2f2', '#1a1a1a'];
const HAIR = ['#1a1008', '#3a2412', '#0a0a0a', '#8a6a3a'];

/** SVG of something in front of half of the face: a thing on one side, a hand, a mask or hair. */
export function cover(random: Random): string {
  const side = random.pick([-1, 1]);
  const thing = random.pick(THINGS);
  const aside = `<rect x="${side < 0 ? -1.6 : 0}" y="-1.6" width="1.6" height="3.6" fill="${thing}"/>`;
  return random.pick([
    aside,
    aside,
    `<ellipse cx="0" cy="1.2" rx="1.1" ry=".75" fill="${thing}"/>`,
    `<path d="M-.95 .3 Q0 .2 .95 .3 L.8 1.2 Q0 1.9 -.8 1.2Z" fill="${random.pick(MASKS)}"/>`,
    `<path d="M${side * 0.1} -1.5 Q${side * 0.15} 0 ${side * 0.35} 1.5 L${side * 1.4} 1.6 L${side * 1.4} -1.5Z" fill="${random.pick(HAIR)}"/>`,
  ]);
}
