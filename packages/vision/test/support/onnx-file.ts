import protobuf from 'protobufjs/minimal.js';

const LENGTH_DELIMITED = 2;
const ELEMENT_TYPES = { float32: 1, uint8: 2, float64: 11 } as const;

/** A model of one node with one input and one output. */
export interface TinyModel {
  type: keyof typeof ELEMENT_TYPES;
  /** Of the input; strings are free dimensions. */
  shape: readonly (number | string)[];
  /**
   * What comes out for each face:
   * - mean: of all its values
   * - first: its first value in memory
   * - arc cosine of first: no number where that is above 1
   * - mean of left: of the left half of the picture (NCHW only)
   * - two numbers: one too many
   */
  gives: 'mean' | 'first' | 'arc cosine of first' | 'mean of left' | 'two numbers';
  metadata: Record<string, string>;
}

/** The bytes of a small ONNX file, written field by field as in onnx.proto3. */
export function tinyModel({ type, shape, gives, metadata }: TinyModel): Uint8Array {
  const nodes: Uint8Array[] = [node('Cast', ['in'], 'x', [intAttribute('to', ELEMENT_TYPES.float32)])];
  const initializers: Uint8Array[] = [];
  if (gives === 'mean') {
    nodes.push(node('Flatten', ['x'], 'flat', []), node('ReduceMean', ['flat'], 'out', [intsAttribute('axes', [1])]));
  } else if (gives === 'mean of left') {
    const half = Number(shape[3]) / 2;
    initializers.push(int64s('from', [0]), int64s('to', [half]), int64s('axis', [3]));
    nodes.push(node('Slice', ['x', 'from', 'to', 'axis'], 'half', []), node('Flatten', ['half'], 'flat', []));
    nodes.push(node('ReduceMean', ['flat'], 'out', [intsAttribute('axes', [1])]));
  } else {
    const count = gives === 'two numbers' ? 2 : 1;
    const isArc = gives === 'arc cosine of first';
    initializers.push(int64s('from', [0]), int64s('to', [count]), int64s('axis', [1]));
    nodes.push(node('Flatten', ['x'], 'flat', []));
    nodes.push(node('Slice', ['flat', 'from', 'to', 'axis'], isArc ? 'sliced' : 'out', []));
    if (isArc) nodes.push(node('Acos', ['sliced'], 'out', []));
  }
  const graph = message((w) => {
    for (const bytes of nodes) field(w, 1, bytes);
    text(w, 2, 'tiny');
    for (const bytes of initializers) field(w, 5, bytes);
    field(w, 11, valueInfo('in', ELEMENT_TYPES[type], shape));
    field(w, 12, valueInfo('out', ELEMENT_TYPES.float32, [shape[0]!, gives === 'two numbers' ? 2 : 1]));
  });
  return message((w) => {
    integer(w, 1, 8);
    field(w, 7, graph);
    field(
      w,
      8,
      message((opset) => integer(opset, 2, 13)),
    );
    for (const [key, value] of Object.entries(metadata)) {
      field(
        w,
        14,
        message((entry) => {
          text(entry, 1, key);
          text(entry, 2, value);
        }),
      );
    }
  });
}

function node(operator: string, inputs: string[], output: string, attributes: Uint8Array[]): Uint8Array {
  return message((w) => {
    for (const input of inputs) text(w, 1, input);
    text(w, 2, output);
    text(w, 4, operator);
    for (const attribute of attributes) field(w, 5, attribute);
  });
}

function intAttribute(name: string, value: number): Uint8Array {
  return message((w) => {
    text(w, 1, name);
    integer(w, 3, value);
    integer(w, 20, 2);
  });
}

function intsAttribute(name: string, values: number[]): Uint8Array {
  return message((w) => {
    text(w, 1, name);
    for (const value of values) integer(w, 8, value);
    integer(w, 20, 7);
  });
}

function int64s(name: string, values: number[]): Uint8Array {
  return message((w) => {
    integer(w, 1, values.length);
    integer(w, 2, 7);
    for (const value of values) integer(w, 7, value);
    text(w, 8, name);
  });
}

function valueInfo(name: string, elementType: number, shape: readonly (number | string)[]): Uint8Array {
  const dimensions = message((w) => {
    for (const side of shape) {
      field(
        w,
        1,
        message((dimension) => (typeof side === 'number' ? integer(dimension, 1, side) : text(dimension, 2, side))),
      );
    }
  });
  const tensor = message((w) => {
    integer(w, 1, elementType);
    field(w, 2, dimensions);
  });
  return message((w) => {
    text(w, 1, name);
    field(
      w,
      2,
      message((type) => field(type, 1, tensor)),
    );
  });
}

function message(write: (writer: protobuf.Writer) => void): Uint8Array {
  const writer = protobuf.Writer.create();
  write(writer);
  return writer.finish();
}

function field(writer: protobuf.Writer, id: number, bytes: Uint8Array): void {
  writer.uint32((id << 3) | LENGTH_DELIMITED).bytes(bytes);
}

function text(writer: protobuf.Writer, id: number, value: string): void {
  writer.uint32((id << 3) | LENGTH_DELIMITED).string(value);
}

function integer(writer: protobuf.Writer, id: number, value: number): void {
  writer.uint32(id << 3).int64(value);
}
