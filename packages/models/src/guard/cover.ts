import type { Random } from './random.ts';

const THINGS = ['#5a5148', '#c58c6a', '#8a5a42', '#d9b79a', '#2b2b2b', '#e8e8e8', '#3a5a7a', '#3b2417'];
const MASKS = ['#9cc4d8', '#f2f2f2', '#1a1a1a'];
const HAIR = ['#1a1008', '#3a2412', '#0a0a0a', '#8a6a3a'];

/** SVG of something in front of half of the face: a thing on one side, a hand, a mask or hair, in units of the face (paint.ts). */
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
