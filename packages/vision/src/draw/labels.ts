import type { Box } from '../vision.ts';

/** A label to be placed: the face it belongs to (one of the boxes) and its size, pixels. */
export interface Label {
  face: Box;
  width: number;
  height: number;
}

/** Where labels may be: `margin` from the picture's edges, `gap` from their faces; pixels. */
export interface LabelRoom {
  width: number;
  height: number;
  margin: number;
  gap: number;
}

/**
 * Places every label near its face: wholly inside the picture, where it fits, and as little as can be over other labels
 * and faces. Above the face is liked best, then below, then inside its upper and lower edge, then beside it.
 */
export function placeLabels(labels: readonly Label[], faces: readonly Box[], room: LabelRoom): Box[] {
  const placed: Box[] = [];
  for (const label of labels) {
    const others = faces.filter((face) => face !== label.face);
    const choices = positions(label, room.gap).map((box) => moveInside(box, room));
    const costs = choices.map((box, preference) => {
      const area = label.width * label.height;
      const overLabels = sum(placed, (other) => shared(box, other)) / area;
      const overFaces = sum(others, (other) => shared(box, other)) / area;
      const overOwn = shared(box, label.face) / area;
      return 100 * overLabels + 4 * overFaces + overOwn + preference / 10;
    });
    placed.push(choices[costs.indexOf(Math.min(...costs))]!);
  }
  return placed;
}

function positions({ face: [x1, y1, x2, y2], width, height }: Label, gap: number): Box[] {
  const at = (left: number, top: number): Box => [left, top, left + width, top + height];
  const centre = (x1 + x2 - width) / 2;
  const middle = (y1 + y2 - height) / 2;
  return [
    at(centre, y1 - gap - height),
    at(x1, y1 - gap - height),
    at(x2 - width, y1 - gap - height),
    at(centre, y2 + gap),
    at(x1, y2 + gap),
    at(x2 - width, y2 + gap),
    at(centre, y1 + gap),
    at(centre, y2 - gap - height),
    at(x2 + gap, middle),
    at(x1 - gap - width, middle),
  ];
}

function moveInside([x1, y1, x2, y2]: Box, { width, height, margin }: LabelRoom): Box {
  const left = Math.max(Math.min(x1, width - margin - (x2 - x1)), margin);
  const top = Math.max(Math.min(y1, height - margin - (y2 - y1)), margin);
  return [left, top, left + x2 - x1, top + y2 - y1];
}

function shared(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return width > 0 && height > 0 ? width * height : 0;
}

function sum<T>(list: readonly T[], value: (item: T) => number): number {
  return list.reduce((total, item) => total + value(item), 0);
}
