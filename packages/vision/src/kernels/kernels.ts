import { readFileSync } from 'node:fs';

/** TypeScript declares WebAssembly only with the DOM, which is not used here. */
declare const WebAssembly: {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

/** What `kernels/*.ts` export; pictures are addresses in `memory`. */
interface Exports {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  halve(from: number, width: number, height: number, to: number): void;
  blocks(from: number, width: number, height: number, to: number): void;
  mirroredBlocks(from: number, width: number, height: number, to: number): void;
  sample(
    from: number,
    fromWidth: number,
    fromHeight: number,
    x1: number,
    y1: number,
    x2: number,
    y2: number,
    width: number,
    height: number,
    scratch: number,
    to: number,
  ): void;
  warp(
    from: number,
    width: number,
    height: number,
    a: number,
    b: number,
    tx: number,
    ty: number,
    shift: number,
    side: number,
    to: number,
  ): void;
  paint(
    picture: number,
    width: number,
    left: number,
    top: number,
    right: number,
    bottom: number,
    cx: number,
    cy: number,
    flatX: number,
    flatY: number,
    radius: number,
    half: number,
    middle: number,
    blur: number,
    reach: number,
    colour: number,
    opacity: number,
  ): void;
}

/** The inner loops that resample photos and draw into them, in WebAssembly with SIMD, and the memory that holds one photo at a time. */
export interface Kernels extends Omit<Exports, 'memory'> {
  /** All the memory, grown to at least this many bytes. It keeps its contents, but earlier views become invalid. */
  memory(bytes: number): Uint8Array<ArrayBuffer>;
  /** Identifies the photo in the memory. */
  owner: object | undefined;
}

const PAGE = 65_536;
const module = new WebAssembly.Module(readFileSync(new URL('kernels.wasm', import.meta.url)));

/** Kernels with a memory of their own. It grows to the need of the largest photo (8 MB at 1280×1280) and does not shrink. */
export function loadKernels(): Kernels {
  const { memory, halve, blocks, mirroredBlocks, sample, warp, paint } = new WebAssembly.Instance(module)
    .exports as Exports;
  let view = new Uint8Array(memory.buffer);
  return {
    halve,
    blocks,
    mirroredBlocks,
    sample,
    warp,
    paint,
    memory(bytes) {
      if (bytes > view.length) {
        memory.grow(Math.ceil((bytes - view.length) / PAGE));
        view = new Uint8Array(memory.buffer);
      }
      return view;
    },
    owner: undefined,
  };
}
