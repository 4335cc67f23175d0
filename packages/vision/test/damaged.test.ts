import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodePhoto } from '../src/photo/decode.ts';
import type { Pixels } from '../src/pixels.ts';
import { blockJpeg, type Fault, withOrientation } from './support/block-jpeg.ts';
import { groupPhoto } from './support/paths.ts';

const photo = await readFile(groupPhoto);
const progressive = await sharp(photo).jpeg({ progressive: true }).toBuffer();
const png = await sharp(photo).png().toBuffer();
const interlaced = await sharp(photo).png({ progressive: true }).toBuffer();
const lossy = await sharp(photo).webp().toBuffer();
const lossless = await sharp(photo).webp({ lossless: true, effort: 4 }).toBuffer();

const [COLUMNS, ROWS] = [48, 32];
const BLOCKS = COLUMNS * ROWS;
/** A picture that gets brighter to the right and to the bottom. */
const sky = { columns: COLUMNS, rows: ROWS, level: (x: number, y: number) => 60 + x / 2 + y };

describe('a photo that lacks nothing but its end mark is read like the whole one', () => {
  test.each([
    ['a JPEG without its end marker', photo, 2],
    ['a JPEG without half its end marker', photo, 1],
    ['a progressive JPEG without its end marker', progressive, 2],
    ['a PNG without its end chunk', png, 12],
    ['a PNG whose last check sum is cut', png, 13],
  ])('%s', async (_, bytes, less) => {
    expect(await decode(bytes.subarray(0, -less))).toEqual(await decode(bytes));
  });

  test('a WebP that is cut after the picture', async () => {
    const described = await sharp(photo)
      .withExif({ IFD0: { Copyright: 'nobody'.repeat(100) } })
      .webp()
      .toBuffer();
    expect(await decode(described.subarray(0, -500))).toEqual(await decode(lossy));
  });
});

describe('a cut photo', () => {
  const kinds: [string, Buffer, { slightly: number; badly: number }][] = [
    ['a JPEG', photo, { slightly: 0.95, badly: 0.85 }],
    ['a PNG', png, { slightly: 0.95, badly: 0.85 }],
    ['an interlaced PNG', interlaced, { slightly: 0.98, badly: 0.9 }],
    ['a lossy WebP', lossy, { slightly: 0.97, badly: 0.85 }],
    ['a lossless WebP', lossless, { slightly: 0.95, badly: 0.85 }],
  ];

  test.each(kinds)('is read as far as it goes, if at most a tenth is missing: %s', async (_, bytes, { slightly }) => {
    const [whole, cut] = [await decode(bytes), await decode(bytes.subarray(0, bytes.length * slightly))];
    expect([cut.width, cut.height]).toEqual([620, 349]);
    expect(equalRows(whole, cut)).toBeGreaterThanOrEqual(0.9 * 349);
    expect(equalRows(whole, cut)).toBeLessThan(349);
  });

  test.each(kinds)('is refused if more is missing, and the error says how much: %s', async (_, bytes, { badly }) => {
    const cut = bytes.subarray(0, bytes.length * badly);
    await expect(decode(cut)).rejects.toMatchObject({ code: 'unreadable', grade: 'final' });
    expect(await missingIn(cut)).toBeGreaterThan(10);
    expect(await missingIn(cut)).toBeLessThan(100);
  });

  test('is black where a PNG ends, and shows nothing of the photo before', async () => {
    const red = sharp({ create: { width: 620, height: 349, channels: 3, background: '#ff0000' } });
    const other = await red.png().toBuffer();
    for (let i = 0; i < 5; i++) await decode(other);
    const { data } = await decode(png.subarray(0, png.length * 0.95));
    expect(new Set(data.subarray(-5 * 3 * 620))).toEqual(new Set([0]));
  });

  test('is read as far as it goes, whatever edges it shows', async () => {
    const level = (x: number, y: number) => (y > 10 ? 40 + 160 * (y % 2) : y === 10 && x >= 20 ? 120 : 20);
    const bytes = blockJpeg({ ...sky, level });
    expect(await missingIn(bytes.subarray(0, bytes.length * 0.95))).toBe(0);
  });

  // The scans: mean colours, low frequencies of the brightness, two of colours, the rest of the brightness; then one more bit of each.
  test.each([6, 5, 4.97])('is read coarsely, if it is a progressive JPEG with %f scans', async (scans) => {
    const [whole, cut] = [await decode(progressive), await decode(progressive.subarray(0, inScan(scans)))];
    expect(meanDifference(whole, cut)).toBeLessThan(8);
    expect(meanDifference(whole, cut)).toBeGreaterThan(0);
  });

  test.each([0.5, 0.95, 1.5, 4.5])('is refused, if it is a progressive JPEG with only %f scans', async (scans) => {
    expect(await missingIn(progressive.subarray(0, inScan(scans)))).toBeGreaterThan(10);
  });
});

describe('a JPEG that is damaged inside', () => {
  test.each([
    ['30 bytes overwritten', (bytes: Buffer, at: number) => bytes.fill(noise(30), at, at + 30)],
    ['512 bytes of zeros', (bytes: Buffer, at: number) => bytes.fill(0, at, at + 512)],
    [
      '30 bytes left out',
      (bytes: Buffer, at: number) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 30)]),
    ],
  ])('is refused for damage in its middle, and read with damage near its end: %s', async (_, damage) => {
    const at = (place: number) => damage(Buffer.from(photo), Math.floor(photo.length * place));
    const missing = await missingIn(at(0.5));
    // The first sign of it may come a little later.
    expect(missing).toBeGreaterThan(20);
    expect(missing).toBeLessThan(70);
    const [whole, damaged] = [await decode(photo), await decode(at(0.97))];
    expect(equalRows(whole, damaged)).toBeGreaterThan(0.9 * whole.height);
    expect(equalRows(whole, damaged)).toBeLessThan(whole.height);
  });

  test('is refused, if it is a progressive JPEG whose lowest frequencies are damaged', async () => {
    const at = inScan(1.5);
    const damaged = Buffer.concat([progressive.subarray(0, at), progressive.subarray(at + 30)]);
    expect(await missingIn(damaged)).toBeGreaterThan(10);
  });

  test.each<Fault>(['nonsense', 'nonsense after', 'tint'])(
    'is judged by the place of the damage: %s',
    async (fault) => {
      const damagedAt = (place: number) => blockJpeg({ ...sky, faults: { [Math.floor(BLOCKS * place)]: fault } });
      expect(await missingIn(damagedAt(0.3))).toBeCloseTo(70, -1);
      expect(await missingIn(damagedAt(0.85))).toBeCloseTo(15, -1);
      expect(await missingIn(damagedAt(0.92))).toBe(0);
    },
  );

  test('is refused for a wrong tint of half of it, which no decoder can notice', async () => {
    const tinted = blockJpeg({ ...sky, faults: { [BLOCKS / 2 + 10]: 'tint' } });
    await expect(sharp(tinted, { failOn: 'warning' }).raw().toBuffer()).resolves.toBeInstanceOf(Buffer);
    expect(await missingIn(tinted)).toBeGreaterThan(40);
  });

  test.each<Fault>(['lost', 'twice'])('is judged by the place from which its picture is shifted: %s', async (fault) => {
    const level = (x: number) => 60 + 3 * x;
    const shiftedAt = (place: number) => {
      const first = Math.floor(BLOCKS * place);
      const faults = Object.fromEntries([0, 1, 2, 3, 4].map((i) => [first + i, fault]));
      return blockJpeg({ ...sky, level, faults });
    };
    expect(await missingIn(shiftedAt(0.3))).toBeCloseTo(70, -1);
    expect(await missingIn(shiftedAt(0.95))).toBe(0);
  });

  test('is judged by the place from which its picture is shifted, though there are edges everywhere below', async () => {
    const level = (x: number, y: number) => 60 + 3 * x + (y > 10 ? 20 * (y % 2) : 0);
    const faults = Object.fromEntries([0, 1, 2, 3, 4].map((i) => [10 * COLUMNS + 20 + i, 'lost' as const]));
    expect(await missingIn(blockJpeg({ ...sky, level }))).toBe(0);
    expect(await missingIn(blockJpeg({ ...sky, level, faults }))).toBeCloseTo(68, -1);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('is noticed in EXIF orientation %i too', async (orientation) => {
    const at = BLOCKS / 2 + 10;
    expect(await missingIn(withOrientation(blockJpeg({ ...sky, faults: { [at]: 'tint' } }), orientation))).toBe(49);
    expect(await missingIn(withOrientation(blockJpeg(sky), orientation))).toBe(0);
  });

  test('is noticed in a reduced photo too', async () => {
    const tinted = blockJpeg({ columns: 240, rows: 160, level: () => 80, faults: { [240 * 80 + 100]: 'tint' } });
    await expect(decodePhoto(tinted)).rejects.toThrow('50% of the photo');
  });

  test.each<Fault>(['nonsense', 'twice'])('is missing only between two restart markers: %s', async (fault) => {
    const damaged = (rows: number[]) => {
      const blocks = rows.flatMap((row) => [0, 1, 2, 3].map((column) => row * COLUMNS + column));
      const faults = Object.fromEntries(blocks.map((block) => [block, fault]));
      return blockJpeg({ ...sky, restartInterval: COLUMNS, faults });
    };
    expect(await missingIn(damaged([]))).toBe(0);
    expect(await missingIn(damaged([5, 9]))).toBe(0);
    expect(await missingIn(damaged([5, 9, 14, 20]))).toBe(13);
  });

  test('has a wrong tint only up to the next restart marker', async () => {
    const tinted = blockJpeg({ ...sky, restartInterval: 2 * COLUMNS, faults: { [8 * COLUMNS + 10]: 'tint' } });
    expect(await missingIn(tinted)).toBe(0);
  });
});

describe('an undamaged JPEG is read', () => {
  test('with a header that decoders warn of', async () => {
    const scan = photo.indexOf(Buffer.from([0xff, 0xda]));
    const strange = Buffer.from(photo);
    // A baseline scan's last coefficient; some phones leave it 0.
    strange[scan + 2 + photo.readUInt16BE(scan + 2) - 2] = 0;
    await expect(sharp(strange, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow('SOS');
    expect(await decode(strange)).toEqual(await decode(photo));
  });

  test.each([
    ['an edge along a row of blocks', (_: number, y: number) => (y < 16 ? 200 : 40)],
    ['a panel at its right', (x: number, y: number) => (x >= 20 && y >= 10 ? 200 : 40)],
    ['a collage', (x: number, y: number) => (x >= 20 === y >= 10 ? 200 : 40)],
    ['a chequerboard', (x: number, y: number) => ((x + y) % 2 === 0 ? 200 : 40)],
    ['stripes below a panel', (x: number, y: number) => (y > 10 ? 40 + 160 * (y % 2) : y === 10 && x >= 20 ? 120 : 20)],
    ['a panel below an edge', (x: number, y: number) => (y < 10 ? 20 : y > 10 && x < 20 ? 200 : 120)],
    ['steps to the right', (x: number, y: number) => (y > x / 2 ? 200 : 40)],
  ])('with a picture of %s', async (_, level) => {
    expect(await missingIn(blockJpeg({ ...sky, level }))).toBe(0);
  });

  test('with bytes behind its last block', async () => {
    const padded = Buffer.concat([photo.subarray(0, -2), Buffer.alloc(100), photo.subarray(-2)]);
    expect(await decode(padded)).toEqual(await decode(photo));
  });
});

describe('a PNG with a wrong check sum', () => {
  test('is refused for one in its middle, and read with one near its end', async () => {
    const wrongAt = (place: number) => {
      const wrong = Buffer.from(png);
      wrong[Math.floor(png.length * place)]! ^= 1;
      return wrong;
    };
    expect(await missingIn(wrongAt(0.5))).toBeGreaterThan(40);
    expect(equalRows(await decode(png), await decode(wrongAt(0.98)))).toBeGreaterThan(0.9 * 349);
  });
});

test.each([
  ['lossy', lossy],
  ['lossless', lossless],
])('a WebP is read if it lacks any few bytes: %s', async (_, bytes) => {
  const whole = await decode(bytes);
  for (let less = 1; less <= 40; less++) {
    expect(equalRows(whole, await decode(bytes.subarray(0, -less)))).toBeGreaterThan(0.9 * 349);
  }
});

async function decode(bytes: Buffer): Promise<Pixels> {
  return (await decodePhoto(bytes)).pixels;
}

/** The percentage missing that a refusal gives; 0 if the photo is read. */
async function missingIn(bytes: Buffer): Promise<number> {
  const refusal = await decode(bytes).catch((error: Error) => error);
  return refusal instanceof Error ? Number(/^(\d+)%/.exec(refusal.message)?.[1]) : 0;
}

/** The byte of the progressive JPEG at which so many scans, or parts of a scan, are over. */
function inScan(scans: number): number {
  const starts: number[] = [];
  for (let at = 0; at !== -1; at = progressive.indexOf(Buffer.from([0xff, 0xda]), at + 1)) starts.push(at);
  const [from, to] = [starts[1 + Math.floor(scans)]!, starts[2 + Math.floor(scans)]!];
  return Math.floor(from + (scans % 1) * (to - from));
}

/** The number of rows from the top that are the same. */
function equalRows(a: Pixels, b: Pixels): number {
  const different = a.data.findIndex((value, i) => value !== b.data[i]);
  return different === -1 ? a.height : Math.floor(different / (3 * a.width));
}

function meanDifference(a: Pixels, b: Pixels): number {
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;
}

/** Bytes without a marker of JPEG. */
function noise(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 7919 + 41) % 251));
}
