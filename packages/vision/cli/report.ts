import { extname } from 'node:path';
import { labelText } from '../src/draw/draw-faces.ts';
import type { Estimate, Face } from '../src/vision.ts';
import type { Found } from './files.ts';
import { printable } from './terminal.ts';

/** How a face without a score is written, and what that means. */
const UNSCORED = {
  unsure: { sign: '–', meaning: 'may be under 18, not scored; --adults scores it' },
  child: { sign: 'child', meaning: 'looks like a child, never scored' },
} as const;

export function jsonLine(photo: string, { width, height, faces, ms }: Estimate): string {
  const rounded = Object.fromEntries(
    Object.entries(ms).map(([stage, value]) => [stage, Math.round(value * 100) / 100]),
  );
  return JSON.stringify({ photo, width, height, faces, ms: rounded });
}

export function textLine(photo: string, { width, height, faces, ms }: Estimate): string {
  const found = faces.length === 0 ? 'no face' : `${counted(faces.length, 'face')}:`;
  const time = ` ${ms.total.toFixed(0)} ms`;
  return [printable(photo), ` ${width}×${height} `, found, ...faces.map(scoreText), time].join(' ');
}

function scoreText(face: Face): string {
  return face.score === null ? UNSCORED[face.unscored].sign : labelText(face);
}

/** Explains the signs that were used in the lines of text; a line each. */
export function legend(faces: readonly Face[]): string[] {
  const unscored = Object.entries(UNSCORED)
    .filter(([why]) => faces.some((face) => face.score === null && face.unscored === why))
    .map(([, { sign, meaning }]) => `${sign}: ${meaning}`);
  const guessed = faces.some((face) => face.score !== null && face.confidence === 'low');
  return [...unscored, ...(guessed ? ['≈: little more than a guess'] : [])];
}

/** A line for each kind of file or folder that was skipped. */
export function skippedLines({ otherKinds, written, out, links, unreadable }: Found['skipped']): string[] {
  const endings = [...new Set(otherKinds.map((path) => extname(path).toLowerCase()))].sort();
  const pictures = (paths: string[], which: string) =>
    paths.length > 0 ? [`Skipped ${counted(paths.length, 'picture')} ${which}.`] : [];
  return [
    ...pictures(otherKinds, `of kinds that are not read (${endings.join(', ')})`),
    ...pictures(written, 'that estimate wrote (*.scored.jpg)'),
    ...out.map((folder) => `Skipped ${printable(folder)}: the pictures go there.`),
    ...links.map((folder) => `Skipped ${printable(folder)}: links to folders are not followed.`),
    ...unreadable.map((folder) => `Skipped ${printable(folder)}: the folder cannot be read.`),
  ];
}

/** The last line: counts of photos, faces and scores. */
export function summary(photos: number, failed: number, faces: readonly Face[]): string {
  const scored = faces.filter(({ score }) => score !== null).length;
  const unusable = failed > 0 ? ` (${failed} could not be used)` : '';
  return `${counted(photos, 'photo')}${unusable}, ${counted(faces.length, 'face')}, ${scored} scored.`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
