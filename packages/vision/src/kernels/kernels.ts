import { readFileSync } from 'node:fs';

/** TypeScript declares WebAssembly only with the DOM, which is not used here. */
declare const WebAssembly: {
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};

type Picture = [from: number, width: number, height: number];
type Rect = [x1: number, y1: number, x2: number, y2: number];
type Size = [width: number, height: number];

/** The exports of `kernels/*.ts`, which explain the parameters. WebAssembly takes numbers only; `from` and `to` are addresses in `memory`. */
interface Wasm {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  halve(...args: [...Picture, to: number]): void;
  blocks(...args: [...Picture, to: number]): void;
  mirroredBlocks(...args: [...Picture, to: number]): void;
  sample(...args: [...Picture, ...Rect, ...Size, scratch: number, to: number]): void;
  warp(
    ...args: [...Picture, a: number, b: number, tx: number, ty: number, shift: number, side: number, to: number]
  ): void;
  paint(
    ...args: [
      ...[from: number, width: number, ...part: Rect],
      ...[cx: number, cy: number, flatX: number, flatY: number, radius: number],
      ...[half: number, middle: number, blur: number, reach: number, colour: number, opacity: number],
    ]
  ): void;
}

const PAGE = 65_536;
const module = new WebAssembly.Module(readFileSync(new URL('kernels.wasm', import.meta.url)));

/**
 * The inner loops that resample photos and draw into them, in WebAssembly with SIMD. The memory holds one photo at a time. It grows to
 * what the largest photo needs (8 MB at 1280×1280) and does not shrink.
 */
export class Kernels {
  readonly wasm = new WebAssembly.Instance(module).exports as Wasm;
  /** Identifies the photo in the memory. */
  owner: object | undefined;
  #view = new Uint8Array(this.wasm.memory.buffer);

  /** The whole memory, grown to at least this many bytes. Growing keeps the contents, but makes earlier views invalid. */
  memory(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes > this.#view.length) {
      this.wasm.memory.grow(Math.ceil((bytes - this.#view.length) / PAGE));
      this.#view = new Uint8Array(this.wasm.memory.buffer);
    }
    return this.#view;
  }
}
