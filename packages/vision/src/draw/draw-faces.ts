import { type Level, type Mips, photoOf } from '../mips.ts';
import type { Box, Scored, Unscored } from '../vision.ts';
import type { Glyphs } from './glyphs.ts';
import { placeLabels } from './labels.ts';
import { type Colour, fillRounded, strokeCorners, strokeRounded } from './paint.ts';
import { accent, LINE, SHADOW, UNSCORED, WHITE } from './palette.ts';
import { drawText, measureText } from './text.ts';

/** What is drawn of a face; `box` in pixels of the picture. */
export type DrawnFace = { box: Box } & (Scored | Pick<Unscored, 'score'>);

/** How a face is drawn. Lengths in pixels. */
interface Frame {
  /** Inside the picture. */
  box: Box;
  /** Shorter side of the box. */
  side: number;
  text: string;
  colour: Colour;
  /** Without a score: thinner and smaller. */
  quiet: boolean;
  /** Thickness of the thin line. */
  line: number;
  /** Height of the label's digits. */
  digit: number;
}

/** '7.3' or '7,3'; '≈4.8' for a score of low confidence; '–' for no score. */
export function labelText(face: Scored | Pick<Unscored, 'score'>, decimalComma = false): string {
  if (face.score === null) return '–';
  const number = face.score.toFixed(1);
  return `${face.confidence === 'low' ? '≈' : ''}${decimalComma ? number.replace('.', ',') : number}`;
}

/**
 * Draws a box and a label for every face into the photo in the kernels' memory. The label has the score, or a dash. Lines and labels
 * scale with the picture and, within limits, with the face.
 */
export function drawFaces(mips: Mips, faces: readonly DrawnFace[], glyphs: Glyphs, decimalComma = false): void {
  const { width, height } = mips.photo;
  const frames = faces.map((face) => frameOf(face, mips.photo, decimalComma));
  for (const frame of frames) drawFrame(mips, frame);

  const labels = frames.map(({ box, text, digit }) => {
    const long = Math.max(measureText(glyphs, text, digit) + 1.3 * digit, 2.6 * digit);
    return { face: box, width: long, height: 1.9 * digit };
  });
  placeLabels(labels, { width, height, margin: thinLine(mips.photo) }).forEach((label, i) => {
    drawLabel(mips, label, frames[i]!, glyphs);
  });
}

function frameOf(face: DrawnFace, photo: Level, decimalComma: boolean): Frame {
  const box = keepInside(face.box, photo);
  const side = Math.min(box[2] - box[0], box[3] - box[1]);
  const quiet = face.score === null;
  return {
    box,
    side,
    text: labelText(face, decimalComma),
    colour: face.score === null ? UNSCORED : accent(face.score, face.confidence),
    quiet,
    line: Math.min(thinLine(photo), Math.max(1, side / 32)),
    digit: digitHeight(side, photo) * (quiet ? 0.8 : 1),
  };
}

/** A thin white frame on a soft shadow, with thick corners in the face's colour. */
function drawFrame(mips: Mips, { box, side, colour, quiet, line }: Frame): void {
  const radius = Math.min(5 * line, side / 4);
  strokeRounded(mips, box, { radius, thickness: 2 * line, colour: SHADOW, blur: 3 * line });
  strokeRounded(mips, box, { radius, thickness: line, colour: LINE });
  const corners = { radius, thickness: (quiet ? 1.6 : 2.2) * line, colour };
  strokeCorners(mips, box, corners, Math.max(side / 5, radius));
}

/** White text on the face's colour, in a thin white rim on a soft shadow. */
function drawLabel(mips: Mips, box: Box, { text, colour, quiet, line, digit }: Frame, glyphs: Glyphs): void {
  const [x1, y1, x2, y2] = box;
  const radius = (y2 - y1) / 2;
  fillRounded(mips, [x1, y1 + line / 2, x2, y2 + line / 2], { radius, colour: SHADOW, blur: 3 * line });
  if (!quiet) strokeRounded(mips, box, { radius, thickness: 1.2 * line, colour: LINE });
  fillRounded(mips, box, { radius, colour });
  const left = (x1 + x2 - measureText(glyphs, text, digit)) / 2;
  const place = { left, top: (y1 + y2 - digit) / 2, height: digit, colour: WHITE };
  drawText(photoOf(mips), glyphs, text, place);
}

/** 2.5 px in a photo of 1280 px, which a phone shows 390 points wide. Small faces get thinner lines. */
function thinLine({ width, height }: Level): number {
  return Math.max(1.5, Math.max(width, height) / 500);
}

/**
 * A tenth of the face's shorter side, plus 10 px in a photo of 1280 px so that small faces have readable digits; but never so high that the
 * label covers the face or the picture.
 */
function digitHeight(side: number, { width, height }: Level): number {
  const longer = Math.max(width, height);
  const wanted = Math.min(side / 10 + longer / 128, longer / 45);
  const fitting = Math.max(1, Math.min(width / 5, height / 4));
  return Math.min(Math.max(9, wanted), fitting);
}

/** The face's box, clipped to the picture so that its frame is visible. */
function keepInside([x1, y1, x2, y2]: Box, photo: Level): Box {
  const line = thinLine(photo);
  return [Math.max(x1, line), Math.max(y1, line), Math.min(x2, photo.width - line), Math.min(y2, photo.height - line)];
}
