import type { Random } from './random.ts';

const COLOURS = ['#1a120c', '#2b1d12', '#0e0c0a', '#4a3322', '#6b4a2a', '#333'];

/** SVG of a moustache, in units of the face (paint.ts). */
export function moustache(random: Random): string {
  const colour = random.pick(COLOURS);
  const y = random.between(0.76, 0.86);
  const width = random.between(0.38, 0.6);
  const thickness = random.between(0.08, 0.2);
  const opacity = random.between(0.65, 0.97);
  const tip = y + random.between(-0.04, 0.2);
  const half = (side: number) =>
    `<path d="M0 ${y - thickness / 2} Q${side * width * 0.5} ${y - thickness} ${side * width} ${tip} Q${side * width * 0.5} ${y + thickness} 0 ${y + thickness / 2}Z" fill="${colour}" fill-opacity="${opacity}"/>`;
  return half(-1) + half(1);
}
