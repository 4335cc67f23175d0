import type { Box } from '../vision.ts';

/** A label to be placed: the box of its face, and its own size, pixels. */
export interface Label {
  face: Box;
  width: number;
  height: number;
}

/** The picture, and the distance that labels keep from its edges and, if possible, from other faces; pixels. */
export interface LabelRoom {
  width: number;
  height: number;
  margin: number;
}

/** How much of a face a label on its frame may cover without hiding eyes or mouth; shares of the face's box. */
const FOREHEAD = 0.2;
const CHIN = 0.1;
const CHEEK = 0.1;

/** Costs of a place, the worst first. A label in another face's box is taken for that face's, all the more if the two boxes are apart. */
const OVER_LABEL = 100_000;
const IN_BOX_APART = 10_000;
const IN_BOX_OVERLAPPING = 100;
const NEAR_BOX = 10;
const OVER_FEATURES = 4;
const LESS_LIKED = 0.05;

/**
 * Places every label on its face's frame: away from other labels, other faces' boxes, eyes and mouth, and preferably above, in the
 * middle. If the whole frame is inside other boxes, the label goes inside its own. A label always overlaps the box of its face, and
 * lies inside the picture if it fits.
 */
export function placeLabels(labels: readonly Label[], room: LabelRoom): Box[] {
  const placed: Box[] = [];
  for (const label of labels) {
    const around = grow(label.face, label.width + label.height + room.margin);
    const isNear = (box: Box) => shared(box, around) > 0;
    const others = labels.filter((other) => other !== label && isNear(other.face)).map(({ face }) => face);
    const places = positions(label).map((place) => moveInside(place, room));
    const costs = costsOf(places, label.face, others, placed.filter(isNear), room.margin);
    placed.push(places[costs.indexOf(Math.min(...costs))]!);
  }
  return placed;
}

/** The cost of each place for the label of a face. */
function costsOf(places: Box[], face: Box, others: Box[], labels: Box[], near: number): number[] {
  const [x1, y1, x2, y2] = face;
  const features: Box = [x1, y1 + FOREHEAD * (y2 - y1), x2, y2 - CHIN * (y2 - y1)];
  const apart = others.filter((other) => shared(other, face) === 0);
  const overlapping = others.filter((other) => shared(other, face) > 0);
  return places.map(
    (place, rank) =>
      OVER_LABEL * sum(labels, (label) => hit(place, label)) +
      IN_BOX_APART * sum(apart, (other) => hit(place, other)) +
      IN_BOX_OVERLAPPING * sum(overlapping, (other) => hit(place, other)) +
      NEAR_BOX * sum(others, (other) => shared(grow(place, near), other)) +
      OVER_FEATURES * shared(place, features) +
      LESS_LIKED * rank,
  );
}

/** On the frame, above and below the face; then inside of it; then beside it. */
function positions({ face: [x1, y1, x2, y2], width, height }: Label): Box[] {
  const at = (left: number, top: number): Box => [left, top, left + width, top + height];
  const [wide, high] = [x2 - x1, y2 - y1];
  const above = y1 - height + Math.min(height / 2, FOREHEAD * high);
  const below = y2 - Math.min(height / 2, CHIN * high);
  const before = x1 - width + Math.min(height / 2, CHEEK * wide);
  const behind = x2 - Math.min(height / 2, CHEEK * wide);
  const across = [0.5, 0, 1].map((share) => x1 + share * (wide - width));
  const corners = [x1 - width / 2, x2 - width / 2];
  const down = [0, 0.5, 1].map((share) => y1 + share * (high - height));
  return [
    ...across.map((left) => at(left, above)),
    ...across.map((left) => at(left, below)),
    ...corners.map((left) => at(left, above)),
    ...corners.map((left) => at(left, below)),
    ...across.map((left) => at(left, y1)),
    ...across.map((left) => at(left, y2 - height)),
    ...down.flatMap((top) => [at(behind, top), at(before, top)]),
  ];
}

function moveInside([x1, y1, x2, y2]: Box, { width, height, margin }: LabelRoom): Box {
  const left = Math.max(Math.min(x1, width - margin - (x2 - x1)), margin);
  const top = Math.max(Math.min(y1, height - margin - (y2 - y1)), margin);
  return [left, top, left + x2 - x1, top + y2 - y1];
}

function grow([x1, y1, x2, y2]: Box, by: number): Box {
  return [x1 - by, y1 - by, x2 + by, y2 + by];
}

/** From 1 where a corner is touched to 2 where all of the box is covered: even a small overlap is bad. */
function hit(box: Box, other: Box): number {
  const share = shared(box, other);
  return share > 0 ? 1 + share : 0;
}

/** The share of a box that lies in the other. */
function shared(box: Box, other: Box): number {
  const width = Math.min(box[2], other[2]) - Math.max(box[0], other[0]);
  const height = Math.min(box[3], other[3]) - Math.max(box[1], other[1]);
  return width > 0 && height > 0 ? (width * height) / ((box[2] - box[0]) * (box[3] - box[1])) : 0;
}

function sum<T>(list: readonly T[], value: (item: T) => number): number {
  return list.reduce((total, item) => total + value(item), 0);
}
