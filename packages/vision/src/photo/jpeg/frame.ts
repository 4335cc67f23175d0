import { MARKER, readWord, type Segment, segmentsOf } from './segments.ts';

export interface Component {
  id: number;
  /** Samples across and down, relative to the other components. */
  across: number;
  down: number;
  /** Number of its quantization table. */
  quantization: number;
}

/** A frame header (ITU T.81, B.2.2). */
export interface Frame {
  /** Pixels as they are stored, before EXIF turns them. */
  width: number;
  height: number;
  progressive: boolean;
  components: Component[];
  /** The largest sampling of any component. */
  across: number;
  down: number;
}

/** A picture as one scan stores it: in rows of units (MCUs). The last unit of a row, and the last row, may reach over the picture's edges. */
export interface UnitGrid {
  /** The frame's, pixels. */
  width: number;
  height: number;
  unitWidth: number;
  unitHeight: number;
  columns: number;
  rows: number;
}

const [BASELINE, EXTENDED, PROGRESSIVE] = [0xc0, 0xc1, 0xc2];
const LAST_FRAME = 0xcf;
/** Markers in that range that mark no frame: Huffman tables, JPG, arithmetic conditioning. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];

export function isFrame({ marker }: Segment): boolean {
  return marker >= BASELINE! && marker <= LAST_FRAME && !NO_FRAMES.includes(marker);
}

/** undefined for frames that libjpeg does not decode, or not by Huffman codes: lossless, hierarchical, arithmetic, 12 bits. */
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

/** The units of a scan with these components. A single component is stored block by block (ITU T.81, A.2.2). */
export function gridOf({ width, height, across, down }: Frame, components: readonly Component[]): UnitGrid {
  const [alone, ...others] = components;
  const blocks = others.length > 0 ? { across: 1, down: 1 } : alone!;
  const unitWidth = (8 * across) / blocks.across;
  const unitHeight = (8 * down) / blocks.down;
  const [columns, rows] = [Math.ceil(width / unitWidth), Math.ceil(height / unitHeight)];
  return { width, height, unitWidth, unitHeight, columns, rows };
}

/**
 * The grid of a JPEG that is a single run of units: baseline, one scan, no restarts. Each unit builds on those before it, so one wrong bit may
 * shift or discolour everything that follows. undefined for any other JPEG.
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
