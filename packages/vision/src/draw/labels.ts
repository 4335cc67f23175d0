import type { Box } from '../vision.ts';

/** A label to place: the box of its face, and its own size, pixels. */
export interface Label {
  face: Box;
  width: number;
  height: number;
}

/** The picture's size, and the distance that labels keep from its edges and, if possible, from other faces; pixels. */
interface LabelRoom {
  width: number;
  height: number;
  margin: number;
}

/** A label on the frame may cover so much of the face without hiding eyes or mouth; shares of the face's box. */
const FOREHEAD = 0.2;
const CHIN = 0.1;
const CHEEK = 0.1;

/** The costs of a place, the worst first. A label in another face's box seems to be that face's, most of all if the two boxes are apart. */
const OVER_LABEL = 100_000;
const IN_BOX_APART = 10_000;
const IN_BOX_OVERLAPPING = 100;
const NEAR_BOX = 10;
const OVER_FEATURES = 4;
const LESS_LIKED = 0.05;

/**
 * Places every label on its face's frame: away from other labels, from other faces' boxes, and from eyes and mouth; preferably above, in
 * the middle. If other boxes cover the whole frame, the label goes inside its own box. A label always overlaps the box of its face, and
 * lies inside the picture if it fits.
 */
export function placeLabels(labels: readonly Label[], room: LabelRoom): Box[] {
  const placed: Box[] = [];
  for (const label of labels) {
    const { face } = label;
    const around = grow(face, label.width + label.height + room.margin);
    const isNear = (box: Box) => shared(box, around) > 0;
    const faces = labels.filter((other) => other !== label && isNear(other.face)).map((other) => other.face);
    const others = { faces, labels: placed.filter(isNear) };
    const places = positions(label).map((place) => moveInside(place, room));
    const costs = places.map((place, rank) => costOf(place, face, others, room.margin) + LESS_LIKED * rank);
    placed.push(places[costs.indexOf(Math.min(...costs))]!);
  }
  return placed;
}

/** The cost of putting a face's label here. @param near the distance to keep from other faces, pixels */
function costOf(
  place: Box,
  face: Box,
  others: { faces: readonly Box[]; labels: readonly Box[] },
  near: number,
): number {
  const [x1, y1, x2, y2] = face;
  const features: Box = [x1, y1 + FOREHEAD * (y2 - y1), x2, y2 - CHIN * (y2 - y1)];
  const inBox = (other: Box) => (shared(other, face) > 0 ? IN_BOX_OVERLAPPING : IN_BOX_APART) * hit(place, other);
  return (
    sum(others.labels, (label) => OVER_LABEL * hit(place, label)) +
    sum(others.faces, (other) => inBox(other) + NEAR_BOX * shared(grow(place, near), other)) +
    OVER_FEATURES * shared(place, features)
  );
}

/** The places for a label: on the frame, above and below the face; then inside it; then beside it. */
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
  const row = (lefts: readonly number[], top: number) => lefts.map((left) => at(left, top));
  return [
    ...[...row(across, above), ...row(across, below)],
    ...[...row(corners, above), ...row(corners, below)],
    ...[...row(across, y1), ...row(across, y2 - height)],
    ...down.flatMap((top) => row([behind, before], top)),
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

/** From 1 where only a corner is touched to 2 where the whole box is covered: even a small overlap is bad. */
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
