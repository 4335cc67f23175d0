import { readFileSync } from 'node:fs';

/** TypeScript knows WebAssembly with the DOM alone, of which the rest is not there. */
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

/** The inner loops that resample photos and draw into them, as WebAssembly with SIMD, and the memory in which they find one photo at a time. */
export interface Kernels extends Omit<Exports, 'memory'> {
  /** All the memory: at least so many bytes. It keeps what it holds when it grows, but earlier views of it end. */
  memory(bytes: number): Uint8Array<ArrayBuffer>;
  /** Whoever put the photo there. */
  owner: object | undefined;
}

const PAGE = 65_536;
const module = new WebAssembly.Module(readFileSync(new URL('kernels.wasm', import.meta.url)));

/** Kernels with a memory of their own. It grows to what the largest photo needs (8 MB at 1280×1280) and stays. */
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
