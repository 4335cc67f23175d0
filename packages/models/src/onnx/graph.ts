import { ATTRIBUTE_TYPE, DATA_TYPE, type DataType, Model } from './schema.ts';

const IR_VERSION = 8;
const OPSET = 17;
/** The domain of ONNX Runtime's own operators, such as 'com.microsoft.QLinearAdd'. */
const OWN_DOMAIN = 'com.microsoft';
const OWN_OPSET = 1;

/** A value in the graph, by its name. */
export type Value = string;
/** A number is a fixed side, a string names a side that is known only at run time. */
type Dimension = number | string;
type Data = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array;
/** Numbers are written as ints. */
type Attribute = number | string | readonly number[];

/** Collects nodes in the order they run and writes them as an ONNX file. */
export class Graph {
  readonly #name: string;
  readonly #nodes: object[] = [];
  readonly #initializers: object[] = [];
  readonly #inputs: object[] = [];
  readonly #outputs: object[] = [];
  #count = 0;

  constructor(name: string) {
    this.#name = name;
  }

  input(name: string, type: DataType, shape: readonly Dimension[]): Value {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  output(name: string, type: DataType, shape: readonly Dimension[]): void {
    this.#outputs.push(valueInfo(name, type, shape));
  }

  constant(data: Data, shape: readonly number[]): Value {
    const name = `w${this.#count++}`;
    this.#initializers.push({
      name,
      dims: shape,
      dataType: DATA_TYPE[typeOf(data)],
      rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    });
    return name;
  }

  /** Adds a node with one output and returns the output. `name` is for an output of the graph. */
  node(op: string, inputs: readonly Value[], attributes: Record<string, Attribute> = {}, name?: string): Value {
    return this.split(op, inputs, attributes, [name ?? `v${this.#count++}`])[0]!;
  }

  /** Adds a node with several outputs, named by the caller. */
  split(
    op: string,
    inputs: readonly Value[],
    attributes: Record<string, Attribute>,
    outputs: readonly Value[],
  ): readonly Value[] {
    const own = op.startsWith(`${OWN_DOMAIN}.`);
    this.#nodes.push({
      opType: own ? op.slice(OWN_DOMAIN.length + 1) : op,
      domain: own ? OWN_DOMAIN : '',
      name: `${op}_${this.#nodes.length}`,
      input: inputs,
      output: outputs,
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return outputs;
  }

  /** The bytes of an ONNX file; the same graph gives the same bytes. */
  encode(metadata: Record<string, string> = {}): Uint8Array {
    return Model.encode({
      irVersion: IR_VERSION,
      producerName: 'attrai',
      opsetImport: [
        { domain: '', version: OPSET },
        { domain: OWN_DOMAIN, version: OWN_OPSET },
      ],
      graph: {
        name: this.#name,
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    }).finish();
  }
}

function typeOf(data: Data): DataType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Uint8Array) return 'uint8';
  if (data instanceof Int8Array) return 'int8';
  return data instanceof Int32Array ? 'int32' : 'int64';
}

function valueInfo(name: string, type: DataType, shape: readonly Dimension[]): object {
  const dim = shape.map((side) => (typeof side === 'number' ? { dimValue: side } : { dimParam: side }));
  return { name, type: { tensorType: { elemType: DATA_TYPE[type], shape: { dim } } } };
}

function attribute(name: string, value: Attribute): object {
  if (typeof value === 'number') return { name, i: value, type: ATTRIBUTE_TYPE.int };
  if (typeof value === 'string') return { name, s: Buffer.from(value), type: ATTRIBUTE_TYPE.string };
  return { name, ints: value, type: ATTRIBUTE_TYPE.ints };
}
