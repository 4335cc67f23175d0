import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confidenceOf, signalsOf } from '../src/confidence.ts';
import { Detector, SHOWN_THRESHOLDS } from '../src/detect/detector.ts';
import { type Mips, makeMips } from '../src/mips.ts';
import reference from './fixtures/reference-npm.json' with { type: 'json' };
import { modelsDir, npmPhoto } from './support/paths.ts';

/** Three people, 600×348. Below: the face that is cut, and the part of the photo that is left. */
const photo = 'tracking@1.1.3/test/assets/faces.png';
const [, face] = reference[photo].min40;
const [x1, y1, x2, y2] = face!.box as [number, number, number, number];
const across = (share: number) => Math.round(x1 + share * (x2 - x1));
const down = (share: number) => Math.round(y1 + share * (y2 - y1));
const CUTS = {
  left: { left: across(0.3), top: 0, width: 600 - across(0.3), height: 348 },
  right: { left: 0, top: 0, width: across(0.7), height: 348 },
  top: { left: 0, top: down(0.3), width: 600, height: 348 - down(0.3) },
  bottom: { left: 0, top: 0, width: 600, height: down(0.7) },
} as const;

let detector: Detector;
let withoutFirst: Detector;

beforeAll(async () => {
  detector = await Detector.open({ modelsDir });
  withoutFirst = await Detector.open({ modelsDir, thresholds: { ...SHOWN_THRESHOLDS, first: 1.1 } });
});
afterAll(() => Promise.all([detector.close(), withoutFirst.close()]));

test.each(['left', 'right', 'top', 'bottom'] as const)(
  "keeps a face that the photo's %s edge cuts by three tenths, with the landmarks of the first look, and doubts its score",
  async (edge) => {
    const { left, top } = CUTS[edge];
    const mips = await cutPhoto(edge);
    const isCut = ({ box: [a, b, c, d] }: { box: readonly number[] }) =>
      Math.hypot((a! + c!) / 2 + left - (x1 + x2) / 2, (b! + d!) / 2 + top - (y1 + y2) / 2) < (x2 - x1) / 2;
    expect((await withoutFirst.detect(mips)).filter(isCut), 'the last look loses the face').toEqual([]);

    const [kept, ...others] = (await detector.detect(mips)).filter(isCut);
    expect(others).toEqual([]);
    expect(kept!.landmarks).toEqual(kept!.first.landmarks);
    expect(confidenceOf(signalsOf(kept!, mips.photo, 0))).toBe('low');
  },
);

async function cutPhoto(edge: keyof typeof CUTS): Promise<Mips> {
  const { data, info } = await sharp(npmPhoto(photo))
    .removeAlpha()
    .extract(CUTS[edge])
    .raw()
    .toBuffer({ resolveWithObject: true });
  return makeMips({ data, width: info.width, height: info.height });
}
