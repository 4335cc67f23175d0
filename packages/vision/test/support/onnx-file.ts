import protobuf from 'protobufjs/minimal.js';

const LENGTH_DELIMITED = 2;
const ELEMENT_TYPES = { float32: 1, uint8: 2, float64: 11 } as const;

/** A model with one input and one output. */
export interface TinyModel {
  type: keyof typeof ELEMENT_TYPES;
  /** The input's shape; strings are free dimensions. */
  shape: readonly (number | string)[];
  /**
   * The output for each face:
   * - mean: of all its values
   * - first: its first value in memory
   * - arc cosine of first: no number if that is above 1
   * - mean of left: of the left half of the picture (NCHW only)
   * - two numbers: one too many
   */
  gives: 'mean' | 'first' | 'arc cosine of first' | 'mean of left' | 'two numbers';
  metadata: Record<string, string>;
}

/** The bytes of a small ONNX file, written field by field as in onnx.proto3. */
export function tinyModel({ type, shape, gives, metadata }: TinyModel): Uint8Array {
  const cast = node('Cast', ['in'], 'x', [message([1, 'to'], [3, ELEMENT_TYPES.float32], [20, 2])]);
  const outputs = gives === 'two numbers' ? 2 : 1;
  const { nodes, bounds } = body(gives, outputs, Number(shape[3]));
  const graph = message(
    ...each(1, [cast, ...nodes]),
    [2, 'tiny'],
    ...each(5, bounds),
    [11, valueInfo('in', ELEMENT_TYPES[type], shape)],
    [12, valueInfo('out', ELEMENT_TYPES.float32, [shape[0]!, outputs])],
  );
  const entries = Object.entries(metadata).map(([key, value]) => message([1, key], [2, value]));
  return message([1, 8], [7, graph], [8, message([2, 13])], ...each(14, entries));
}

function body(gives: TinyModel['gives'], count: number, width: number): { nodes: Uint8Array[]; bounds: Uint8Array[] } {
  const axes = [message([1, 'axes'], [8, 1], [20, 7])];
  const mean = (of: string) => [node('Flatten', [of], 'flat'), node('ReduceMean', ['flat'], 'out', axes)];
  const slice = (of: string, to: string) => node('Slice', [of, 'from', 'to', 'axis'], to);
  const bounds = (to: number, axis: number) => [int64('from', 0), int64('to', to), int64('axis', axis)];
  if (gives === 'mean') return { nodes: mean('x'), bounds: [] };
  if (gives === 'mean of left') return { nodes: [slice('x', 'half'), ...mean('half')], bounds: bounds(width / 2, 3) };
  const isArc = gives === 'arc cosine of first';
  const first = [node('Flatten', ['x'], 'flat'), slice('flat', isArc ? 'sliced' : 'out')];
  return { nodes: isArc ? [...first, node('Acos', ['sliced'], 'out')] : first, bounds: bounds(count, 1) };
}

function node(operator: string, inputs: string[], output: string, attributes: Uint8Array[] = []): Uint8Array {
  return message(...each(1, inputs), [2, output], [4, operator], ...each(5, attributes));
}

function int64(name: string, value: number): Uint8Array {
  return message([1, 1], [2, 7], [7, value], [8, name]);
}

function valueInfo(name: string, elementType: number, shape: readonly (number | string)[]): Uint8Array {
  const sides = shape.map((side) => message([typeof side === 'number' ? 1 : 2, side]));
  const tensor = message([1, elementType], [2, message(...each(1, sides))]);
  return message([1, name], [2, message([1, tensor])]);
}

type Field = readonly [id: number, value: number | string | Uint8Array];

function message(...fields: Field[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [id, value] of fields) {
    if (typeof value === 'number') writer.uint32(id << 3).int64(value);
    else if (typeof value === 'string') writer.uint32((id << 3) | LENGTH_DELIMITED).string(value);
    else writer.uint32((id << 3) | LENGTH_DELIMITED).bytes(value);
  }
  return writer.finish();
}

/** A repeated field. */
function each(id: number, values: readonly Field[1][]): Field[] {
  return values.map((value) => [id, value]);
}
