import type { Colour } from '../../src/draw/paint.ts';
import type { Pixels } from '../../src/pixels.ts';
import type { Box } from '../../src/vision.ts';

/** A line along a rounded rectangle's edge, from `from` to `to` pixels outside it. It ends round, `reach` pixels from each corner. */
export interface Line {
  box: Box;
  radius: number;
  from: number;
  to: number;
  blur: number;
  reach: number;
  colour: Colour;
}

/** What src/draw/paint.ts promises, pixel by pixel over the whole picture, in float64. */
export function paintLine({ data, width, height }: Pixels, { box, radius, from, to, blur, reach, colour }: Line): void {
  const [x1, y1, x2, y2] = box;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromLeft = Math.min(x + 0.5 - x1, x2 - x - 0.5);
      const fromTop = Math.min(y + 0.5 - y1, y2 - y - 0.5);
      const [dx, dy] = [radius - fromLeft, radius - fromTop];
      const toEdge = (dx > 0 && dy > 0 ? Math.hypot(dx, dy) : Math.max(dx, dy)) - radius;
      const past = Math.max(fromLeft, fromTop) - reach;
      const toLine =
        past > 0 ? Math.hypot(toEdge - (from + to) / 2, past) - (to - from) / 2 : Math.max(toEdge - to, from - toEdge);
      const share = colour[3] * Math.min(Math.max(0.5 - toLine / blur, 0), 1);
      const at = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) data[at + c]! += (colour[c]! - data[at + c]!) * share;
    }
  }
}
