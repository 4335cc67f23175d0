import type { Random } from './random.ts';

export const FRAMES = ['thin frames', 'metal frames', 'plastic frames', 'tinted glasses'] as const;
export type Spectacles = (typeof FRAMES)[number] | 'sunglasses';

const DARK = ['#0d0d0f', '#141414', '#1c1a18', '#2a2320', '#101826'];
/** Most are dark. */
const PLASTIC = [...DARK, ...DARK, '#4a2c1a', '#5b3a22', '#7a1f1f', '#1f3a6b', '#6b4b2a', '#3d3d44', '#8a5a33'];
const METAL = ['#8c8c90', '#6d6d72', '#b08d3c', '#c0a560', '#3a3a3e', '#55524d', '#222'];
const TINTS = ['#5a4030', '#444a52', '#6a5a30', '#3c5a4a', '#35353d'];
const SUN_TINTS = ['#050506', '#0b0b0d', '#1a1512', '#23190f', '#10161c', '#1d2a24'];
const SHAPES = ['round', 'square', 'square', 'drop', 'cat eye'] as const;
type Shape = (typeof SHAPES)[number];

/** Least and greatest thickness of the frame. */
const STROKES: Record<Spectacles, readonly [number, number]> = {
  'thin frames': [0.012, 0.028],
  'metal frames': [0.025, 0.045],
  'plastic frames': [0.05, 0.11],
  'tinted glasses': [0.02, 0.08],
  sunglasses: [0.02, 0.11],
};

/** SVG of a pair of glasses, in units of the face (paint.ts). */
export function spectacles(kind: Spectacles, random: Random): string {
  const sun = kind === 'sunglasses';
  const shape = random.pick(SHAPES);
  const width = random.between(sun ? 0.36 : 0.31, 0.46);
  const height = width * random.between(sun ? 0.7 : 0.55, shape === 'square' ? 0.85 : 1);
  const x = 0.5 + random.between(0, 0.03);
  const y = random.between(-0.02, 0.12);
  const stroke = random.between(...STROKES[kind]);
  const colour = random.pick(kind === 'thin frames' || kind === 'metal frames' ? METAL : PLASTIC);
  const glass = `${filling(kind, random)} stroke="${colour}" stroke-width="${stroke}"`;
  const line = `fill="none" stroke="${colour}" stroke-width="${Math.max(stroke, 0.02)}"`;
  const bridge = y - height * random.between(0.1, 0.5);
  const arch = bridge - random.between(0.02, 0.14);
  const inner = x - width * 0.95;
  const rise = random.between(0.015, 0.075);
  const reach = random.between(0.15, 0.35);
  const shine = sun && random.chance(0.5) ? random.between(0.06, 0.2) : 0;
  const sides = [-1, 1].map(
    (side) =>
      lens(shape, { x: side * x, y, width, height }, glass) +
      `<path d="M${side * (x + width * 0.97)} ${bridge} L${side * (x + width + reach)} ${bridge - rise}" ${line}/>` +
      `<path d="M${side * x - 0.15} ${y - height * 0.6} l0.12 0 l-0.12 ${height * 0.9} l-0.1 0Z" fill="#fff" fill-opacity="${shine}"/>`,
  );
  return `${sides.join('')}<path d="M${-inner} ${bridge} Q0 ${arch} ${inner} ${bridge}" ${line}/>`;
}

function filling(kind: Spectacles, random: Random): string {
  if (kind === 'sunglasses') return fill(random.pick(SUN_TINTS), random.between(0.78, 1));
  if (kind === 'tinted glasses') return fill(random.pick(TINTS), random.between(0.25, 0.6));
  return fill('#fff', random.chance(0.5) ? 0 : random.between(0.02, 0.14));
}

function fill(colour: string, opacity: number): string {
  return `fill="${colour}" fill-opacity="${opacity}"`;
}

/** The middle of a lens, half its width and half its height. */
interface Lens {
  x: number;
  y: number;
  width: number;
  height: number;
}

function lens(shape: Shape, { x, y, width, height }: Lens, style: string): string {
  if (shape === 'round') return `<ellipse cx="${x}" cy="${y}" rx="${width}" ry="${height}" ${style}/>`;
  if (shape === 'square') {
    const corner = Math.min(width, height) * 0.45;
    return `<rect x="${x - width}" y="${y - height}" width="${2 * width}" height="${2 * height}" rx="${corner}" ${style}/>`;
  }
  const up = shape === 'cat eye' ? 0.35 : 0;
  const at = (across: number, down: number) => `${x + Math.sign(x) * across * width} ${y + down * height}`;
  return `<path d="M${at(-0.9, -0.8)} Q${at(0.2, -1.15)} ${at(1, -0.75 - up)} Q${at(1.15, 0.4)} ${at(0.4, 1)} Q${at(-0.6, 1.1)} ${at(-0.95, 0)} Q${at(-1.05, -0.5)} ${at(-0.9, -0.8)}Z" ${style}/>`;
}
