import { MARKER, readWord, type Segment, segmentsOf } from './segments.ts';

export interface Component {
  id: number;
  /** How often it is sampled across and down, against the others. */
  across: number;
  down: number;
  /** Which of the quantization tables it uses. */
  quantization: number;
}

/** A frame header (ITU T.81, B.2.2). */
export interface Frame {
  /** Pixels, as they are stored. */
  width: number;
  height: number;
  progressive: boolean;
  components: Component[];
  /** The largest of the components'. */
  across: number;
  down: number;
}

/** A picture as one scan stores it: in rows of units (MCUs), the last of which may reach over its edges. */
export interface UnitGrid {
  /** Pixels, as for the frame. */
  width: number;
  height: number;
  unitWidth: number;
  unitHeight: number;
  columns: number;
  rows: number;
}

const [BASELINE, EXTENDED, PROGRESSIVE] = [0xc0, 0xc1, 0xc2];
const LAST_FRAME = 0xcf;
/** Markers between the frame markers that are none: Huffman tables, JPG, arithmetic conditioning. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];

export function isFrame({ marker }: Segment): boolean {
  return marker >= BASELINE! && marker <= LAST_FRAME && !NO_FRAMES.includes(marker);
}

/** undefined for what libjpeg does not decode either, or not by Huffman codes: lossless, hierarchical, arithmetic, 12 bits. */
export function readFrame({ marker, body }: Segment): Frame | undefined {
  const count = body[5];
  if (![BASELINE, EXTENDED, PROGRESSIVE].includes(marker) || body[0] !== 8) return undefined;
  if (!count || count > 4 || body.length < 6 + 3 * count) return undefined;
  const components = Array.from({ length: count }, (_, i) => {
    const [id, sampling, quantization] = body.subarray(6 + 3 * i);
    return { id: id!, across: sampling! >> 4, down: sampling! & 15, quantization: quantization! };
  });
  const [height, width] = [readWord(body, 1), readWord(body, 3)];
  const within = ({ across, down }: Component) => across >= 1 && across <= 4 && down >= 1 && down <= 4;
  if (width === 0 || height === 0 || !components.every(within)) return undefined;
  const most = (of: (component: Component) => number) => Math.max(...components.map(of));
  const sampling = { across: most(({ across }) => across), down: most(({ down }) => down) };
  return { width, height, progressive: marker === PROGRESSIVE, components, ...sampling };
}

/** The units of a scan of these components. A component alone is stored block by block (ITU T.81, A.2.2). */
export function gridOf({ width, height, across, down }: Frame, components: readonly Component[]): UnitGrid {
  const [alone, ...others] = components;
  const blocks = others.length > 0 ? { across: 1, down: 1 } : alone!;
  const unitWidth = (8 * across) / blocks.across;
  const unitHeight = (8 * down) / blocks.down;
  const [columns, rows] = [Math.ceil(width / unitWidth), Math.ceil(height / unitHeight)];
  return { width, height, unitWidth, unitHeight, columns, rows };
}

/**
 * The grid of a JPEG that is one run of units, each of which builds on those before: baseline, one scan, no restarts. In such a file one
 * wrong bit may shift or discolour all that follows. undefined for any other.
 */
export function oneRunOf(jpeg: Uint8Array): UnitGrid | undefined {
  let frame: Frame | undefined;
  for (const segment of segmentsOf(jpeg)) {
    const { marker, body } = segment;
    if (isFrame(segment)) frame = readFrame(segment);
    if (marker === MARKER.restartInterval && readWord(body, 0) !== 0) return undefined;
    if (marker !== MARKER.scan) continue;
    const whole = frame !== undefined && !frame.progressive && frame.components.length === body[0];
    return whole ? gridOf(frame!, frame!.components) : undefined;
  }
  return undefined;
}
