import { expect, test } from 'vitest';
import { legend, skippedLines, summary, textLine } from '../cli/report.ts';
import { type Estimate, type Face, STAGES, type Times } from '../src/vision.ts';

const found = { box: [0, 0, 9, 9], row: 0, landmarks: Array(5).fill([1, 1]), detection: 1 } as unknown as Face;
const sure = { ...found, score: 7.25, confidence: 'high' } as Face;
const guess = { ...found, score: 3, confidence: 'low' } as Face;
const unsure = { ...found, score: null, unscored: 'unsure' } as Face;
const child = { ...found, score: null, unscored: 'child' } as Face;

test('a line has different signs for a face that may be under 18 and one that looks like a child', () => {
  expect(textLine('a.jpg', estimate([sure, unsure, child, guess]))).toBe(
    'a.jpg  90×60  4 faces: 7.3 – child ≈3.0  12 ms',
  );
  expect(textLine('a.jpg', estimate([]))).toBe('a.jpg  90×60  no face  12 ms');
});

test('the legend has each sign that was used, once, and no other', () => {
  expect(legend([unsure, sure, unsure])).toEqual(['–: may be under 18, not scored; --adults scores it']);
  expect(legend([child, guess])).toEqual(['child: looks like a child, never scored', '≈: little more than a guess']);
  expect(legend([sure])).toEqual([]);
});

test('the summary counts photos, those that could not be used, faces and scores', () => {
  expect(summary(3, 0, [sure, child])).toBe('3 photos, 2 faces, 1 scored.');
  expect(summary(1, 1, [])).toBe('1 photo (1 could not be used), 0 faces, 0 scored.');
});

test('skipped files are listed by kind', () => {
  expect(skippedLines({ otherKinds: [], written: [], out: [], links: [], unreadable: [] })).toEqual([]);
  const skipped = { otherKinds: ['a.HEIC'], written: ['b'], out: ['o'], links: ['l'], unreadable: ['u\x07'] };
  expect(skippedLines(skipped)).toEqual([
    'Skipped 1 picture of kinds that are not read (.heic).',
    'Skipped 1 picture that estimate wrote (*.scored.jpg).',
    'Skipped o: the pictures go there.',
    'Skipped l: links to folders are not followed.',
    'Skipped u\\x07: the folder cannot be read.',
  ]);
});

function estimate(faces: Face[]): Estimate {
  const ms = { ...Object.fromEntries(STAGES.map((stage) => [stage, 0])), total: 12.2 } as Times;
  return { width: 90, height: 60, faces, picture: undefined, ms, cpuMs: ms };
}
