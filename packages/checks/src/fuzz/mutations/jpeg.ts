import type { Random } from '../../harness/random.ts';
import { disturb, EDGES, type Mutation, replaced } from './mutation.ts';

interface Segment {
  marker: number;
  /** Position of its 0xff. */
  from: number;
  to: number;
}

const END = 0xd9;
const isFrame = ({ marker }: Segment) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const isApplication = ({ marker }: Segment) => marker >= 0xe0 && marker <= 0xef;
const isScan = ({ marker }: Segment) => marker === 0xda;
const isTable = ({ marker }: Segment) => marker === 0xc4 || marker === 0xdb;

/** The segments of a JPEG, without the data of scans; ITU T.81, B.1.1. */
function segmentsOf(jpeg: Buffer): Segment[] {
  const segments: Segment[] = [];
  let at = 2;
  while (at + 4 <= jpeg.length) {
    const marker = jpeg[at + 1]!;
    if (jpeg[at] !== 0xff || marker < 0xc0 || (marker >= 0xd0 && marker <= END)) {
      at += 1;
      continue;
    }
    const to = at + 2 + jpeg.readUInt16BE(at + 2);
    if (to > jpeg.length) break;
    segments.push({ marker, from: at, to });
    at = to;
  }
  return segments;
}

type Change = (jpeg: Buffer, segment: Segment, random: Random) => Buffer;

/** A mutation of one segment that `fits`. `change` may work in place. */
function ofSegment(fits: (segment: Segment) => boolean, change: Change): Mutation {
  return (bytes, random) => {
    const segments = segmentsOf(bytes).filter(fits);
    if (segments.length === 0) return bytes;
    return change(Buffer.from(bytes), random.pick(segments), random);
  };
}

const any = () => true;

/** Damage to the structure of a JPEG. */
export const JPEG: Record<string, Mutation> = {
  'another size': ofSegment(isFrame, (jpeg, { from, to }, random) => {
    if (to - from >= 9) jpeg.writeUInt16BE(random.pick(EDGES), from + random.pick([5, 7]));
    return jpeg;
  }),
  'other components, sampling or precision': ofSegment(isFrame, (jpeg, { from, to }, random) =>
    disturb(jpeg, random, random.oneIn(3) ? from + 4 : from + 9, to),
  ),
  'another kind of frame': ofSegment(isFrame, (jpeg, { from }, random) => {
    jpeg[from + 1] = 0xc0 + random.whole(16);
    return jpeg;
  }),
  'another table': ofSegment(isTable, (jpeg, { from, to }, random) => disturb(jpeg, random, from + 4, to)),
  'another scan': ofSegment(isScan, (jpeg, { from, to }, random) => disturb(jpeg, random, from + 4, to)),
  'other metadata (EXIF, profile)': ofSegment(isApplication, (jpeg, { from, to }, random) =>
    disturb(jpeg, random, from + 4, Math.min(to, from + 4 + random.pick([40, 200, 65_535]))),
  ),
  'a segment with a wrong length': ofSegment(any, (jpeg, { from }, random) => {
    jpeg.writeUInt16BE(random.pick(EDGES), from + 2);
    return jpeg;
  }),
  'a segment less': ofSegment(any, (jpeg, { from, to }) => replaced(jpeg, from, to, Buffer.alloc(0))),
  'a segment many times': ofSegment(any, (jpeg, { from, to }, random) => {
    const copies = Array.from({ length: 1 + random.whole(50) }, () => jpeg.subarray(from, to));
    return replaced(jpeg, from, from, Buffer.concat(copies));
  }),
  'a restart interval': ofSegment(any, (jpeg, { from }, random) => {
    const interval = Buffer.from([0xff, 0xdd, 0, 4, 0, 0]);
    interval.writeUInt16BE(random.pick(EDGES), 4);
    return replaced(jpeg, from, from, interval);
  }),
  'a marker in the middle of the pixels': (bytes, random) => {
    const copy = Buffer.from(bytes);
    const at = Math.max(0, random.whole(bytes.length) - 2);
    copy.set([0xff, 0xc0 + random.whole(64)].slice(0, copy.length - at), at);
    return copy;
  },
};
