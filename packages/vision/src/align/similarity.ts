import type { Point } from '../vision.ts';

/** Turning, scaling and moving: [x, y] → [a·x - b·y + tx, b·x + a·y + ty]. */
export interface Similarity {
  a: number;
  b: number;
  tx: number;
  ty: number;
}

/** The similarity that maps `from` to `to` with the least squared distance (Umeyama 1991, in two dimensions, without reflection). */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const [fromX, fromY] = mean(from);
  const [toX, toY] = mean(to);
  let [dot, cross, spread] = [0, 0, 0];
  from.forEach(([x, y], i) => {
    const [u, v] = to[i]!;
    dot += (x - fromX) * (u - toX) + (y - fromY) * (v - toY);
    cross += (x - fromX) * (v - toY) - (y - fromY) * (u - toX);
    spread += (x - fromX) ** 2 + (y - fromY) ** 2;
  });
  // Points that all coincide say nothing about the scale: leave it.
  const a = spread > 0 ? dot / spread : 1;
  const b = spread > 0 ? cross / spread : 0;
  return { a, b, tx: toX - a * fromX + b * fromY, ty: toY - b * fromX - a * fromY };
}

export function transform({ a, b, tx, ty }: Similarity, [x, y]: Point): Point {
  return [a * x - b * y + tx, b * x + a * y + ty];
}

/** The transform that undoes it. */
export function invert({ a, b, tx, ty }: Similarity): Similarity {
  const size = a * a + b * b;
  const c = a / size;
  const d = -b / size;
  return { a: c, b: d, tx: -c * tx + d * ty, ty: -d * tx - c * ty };
}

/** Root mean square distance between the transformed points and where they should be. */
export function residual(by: Similarity, from: readonly Point[], to: readonly Point[]): number {
  let sum = 0;
  from.forEach((point, i) => {
    const [x, y] = transform(by, point);
    sum += (x - to[i]![0]) ** 2 + (y - to[i]![1]) ** 2;
  });
  return Math.sqrt(sum / from.length);
}

function mean(points: readonly Point[]): Point {
  const meanOf = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return [meanOf(0), meanOf(1)];
}
