export type Fault =
  /** A difference of brightness is wrong by 60. No decoder can know, and all that follows is wrong too. */
  | 'tint'
  /** An undefined code, for the brightness or after it. */
  | 'nonsense'
  | 'nonsense after'
  /** The block is missing, or comes twice: all that follows is shifted. */
  | 'lost'
  | 'twice';

interface BlockJpeg {
  /** Blocks of 8×8 pixels. */
  columns: number;
  rows: number;
  /** Brightness of a block, 0 to 255. */
  level: (column: number, row: number) => number;
  /** By number of the block, row by row. */
  faults?: Record<number, Fault>;
  /** Blocks from one restart marker to the next; none if left out. */
  restartInterval?: number;
}

const TINT = 60;
/** Differences have 0 to 8 bits. Each number of bits has a code of 4 bits. */
const SIZES = 9;
const CODE_LENGTH = 4;
/** The only code for a block's other coefficients: there are none. */
const NO_MORE = '0';
const NONSENSE = '1'.repeat(16);

/** A grey baseline JPEG of blocks with one brightness each, so simple that a fault can be placed exactly (ITU T.81, B and F). */
export function blockJpeg({ columns, rows, level, faults = {}, restartInterval = 0 }: BlockJpeg): Buffer {
  const blocks = columns * rows;
  const scan: number[] = [];
  let bits = '';
  let before = 128;
  for (let block = 0; block < blocks; block++) {
    if (restartInterval > 0 && block > 0 && block % restartInterval === 0) {
      scan.push(...bytesOf(bits), 0xff, 0xd0 + ((block / restartInterval - 1) % 8));
      bits = '';
      before = 128;
    }
    const wanted = Math.round(level(block % columns, Math.floor(block / columns)));
    const fault = faults[block];
    if (fault === 'lost') continue;
    bits += fault === 'nonsense' ? NONSENSE : codeOf(wanted - before + (fault === 'tint' ? TINT : 0));
    bits += fault === 'nonsense after' ? NONSENSE : NO_MORE;
    if (fault === 'twice') bits += codeOf(0) + NO_MORE;
    before = wanted;
  }
  scan.push(...bytesOf(bits));

  const [width, height] = [8 * columns, 8 * rows];
  return Buffer.from([
    ...[0xff, 0xd8],
    // Steps of 8 for the DC coefficient, which is 8 times the brightness.
    ...segment(0xdb, [0, ...Array(64).fill(8)]),
    ...segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]),
    ...segment(0xc4, [0x00, ...countsOf(CODE_LENGTH, SIZES), ...Array(SIZES).keys()]),
    ...segment(0xc4, [0x10, ...countsOf(1, 1), 0]),
    ...(restartInterval > 0 ? segment(0xdd, [restartInterval >> 8, restartInterval & 255]) : []),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    ...scan,
    ...[0xff, 0xd9],
  ]);
}

/** Adds an EXIF orientation to a JPEG. */
export function withOrientation(jpeg: Buffer, orientation: number): Buffer {
  // A big-endian TIFF header, and a directory of one entry: tag 0x0112, one short number.
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const exif = segment(0xe1, [...Buffer.from('Exif\0\0'), ...tiff]);
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from(exif), jpeg.subarray(2)]);
}

function segment(marker: number, body: number[]): number[] {
  const length = body.length + 2;
  return [0xff, marker, length >> 8, length & 255, ...body];
}

/** The number of codes of each length, 1 to 16. */
function countsOf(length: number, count: number): number[] {
  return Array.from({ length: 16 }, (_, i) => (i + 1 === length ? count : 0));
}

function codeOf(difference: number): string {
  const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
  const value = difference < 0 ? difference + 2 ** size - 1 : difference;
  return size.toString(2).padStart(CODE_LENGTH, '0') + (size > 0 ? value.toString(2).padStart(size, '0') : '');
}

/** Filled up with ones; a byte that looks like a marker is followed by a zero. */
function bytesOf(bits: string): number[] {
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return bytes.flatMap((byte) => {
    const value = Number.parseInt(byte.padEnd(8, '1'), 2);
    return value === 0xff ? [0xff, 0] : [value];
  });
}
