import { type Level, type Mips, photoOf } from '../mips.ts';
import type { Box, Scored, Unscored } from '../vision.ts';
import type { Glyphs } from './glyphs.ts';
import { placeLabels } from './labels.ts';
import { type Colour, fillRounded, strokeCorners, strokeRounded } from './paint.ts';
import { accent, SHADOW, UNSCORED, WHITE } from './palette.ts';
import { drawText, measureText } from './text.ts';

/** What is drawn of a face; `box` in pixels of the picture drawn into. */
export type DrawnFace = { box: Box } & (Scored | Pick<Unscored, 'score'>);

/** '7.3', '10.0', and '≈4.8' where the score is little more than a guess. */
export function labelText({ score, confidence }: Scored): string {
  return `${confidence === 'low' ? '≈' : ''}${score.toFixed(1)}`;
}

/**
 * Draws a box for every face, and a label with its score, if it has one, into the photo, where the kernels hold it. Lines and labels
 * scale with the picture, labels also (within limits) with the face.
 */
export function drawFaces(mips: Mips, faces: readonly DrawnFace[], glyphs: Glyphs): void {
  const { width, height } = mips.photo;
  const line = Math.max(1.5, Math.max(width, height) / 500);
  const boxes = faces.map(({ box }) => keepInside(box, width, height, line));
  faces.forEach((face, i) => {
    drawBox(mips, boxes[i]!, line, colourOf(face));
  });

  const labels = faces.flatMap((face, i) => {
    if (face.score === null) return [];
    const box = boxes[i]!;
    const text = labelText(face);
    const digit = digitHeight(box, mips.photo);
    const label = { face: box, width: measureText(glyphs, text, digit) + 1.5 * digit, height: 2 * digit };
    return [{ ...label, text, digit, colour: colourOf(face) }];
  });
  placeLabels(labels, boxes, { width, height, margin: line, gap: 2 * line }).forEach((box, i) => {
    const { text, digit, colour } = labels[i]!;
    const radius = (box[3] - box[1]) / 2;
    fillRounded(mips, shift(box, line / 2), radius, SHADOW, 3 * line);
    fillRounded(mips, box, radius, colour);
    const left = box[0] + 0.75 * digit;
    drawText(photoOf(mips), glyphs, text, left, box[1] + digit / 2, digit, WHITE);
  });
}

function colourOf(face: DrawnFace): Colour {
  return face.score === null ? UNSCORED : accent(face.score, face.confidence);
}

/** A thin white frame on a soft shadow, with thick corners in the face's colour. */
function drawBox(mips: Mips, box: Box, line: number, colour: Colour): void {
  const side = Math.min(box[2] - box[0], box[3] - box[1]);
  const radius = Math.min(5 * line, side / 4);
  strokeRounded(mips, box, radius, 2 * line, SHADOW, 3 * line);
  strokeRounded(mips, box, radius, line, [255, 255, 255, 0.8]);
  strokeCorners(mips, box, radius, 2.2 * line, Math.max(side / 5, radius), colour);
}

/** Height of the label's digits: a sixth of the face's narrower side, but neither lost in the picture nor all over it. */
function digitHeight([x1, y1, x2, y2]: Box, { width, height }: Level): number {
  const longer = Math.max(width, height);
  const wanted = Math.min(x2 - x1, y2 - y1) / 6;
  const readable = Math.max(9, longer / 66);
  const fitting = Math.max(1, Math.min(width / 5, height / 4));
  return Math.min(Math.max(wanted, readable), Math.max(9, longer / 45), fitting);
}

/** The face's box, cut where it leaves the picture so that its frame can be seen. */
function keepInside([x1, y1, x2, y2]: Box, width: number, height: number, line: number): Box {
  return [Math.max(x1, line), Math.max(y1, line), Math.min(x2, width - line), Math.min(y2, height - line)];
}

function shift([x1, y1, x2, y2]: Box, by: number): Box {
  return [x1, y1 + by, x2, y2 + by];
}
