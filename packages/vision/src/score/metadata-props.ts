import protobuf from 'protobufjs/minimal.js';

/** Fields in onnx.proto3: ModelProto.metadata_props, and an entry's key and value. */
const METADATA_PROPS = 14;
const KEY = 1;
const VALUE = 2;

/**
 * Reads an ONNX file's custom metadata, key → value; ONNX Runtime's Node binding does not give it. Throws if the bytes are not
 * protobuf.
 */
export function readMetadataProps(model: Uint8Array): Map<string, string> {
  const props = new Map<string, string>();
  const reader = protobuf.Reader.create(model);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === METADATA_PROPS) {
      const [key, value] = readEntry(reader);
      props.set(key, value);
    } else {
      reader.skipType(tag & 7);
    }
  }
  return props;
}

function readEntry(reader: protobuf.Reader): [key: string, value: string] {
  const end = reader.uint32() + reader.pos;
  let key = '';
  let value = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag >>> 3 === KEY) key = reader.string();
    else if (tag >>> 3 === VALUE) value = reader.string();
    else reader.skipType(tag & 7);
  }
  return [key, value];
}
