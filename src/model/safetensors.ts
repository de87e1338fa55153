/** The safetensors format, read and written as a whole; safetensors-file.ts reads by ranges. */
import { toFloat32 } from './float-formats';
import { headerLength, LENGTH_BYTES, parseHeader } from './safetensors-header';

/** A named tensor in host memory, f32. */
export interface HostTensor {
  shape: number[];
  data: Float32Array;
}

/** Parses a file. Throws BadInput for a header that lies about its length, dtypes, shapes or ranges. */
export function readSafetensors(
  bytes: Uint8Array,
  where: string,
): { tensors: Map<string, HostTensor>; metadata: Record<string, string> } {
  const length = headerLength(bytes, bytes.length, where);
  const json = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
  const { entries, metadata } = parseHeader(json, bytes.length, where);
  const tensors = new Map<string, HostTensor>();
  for (const { name, shape, dtype, from, to } of entries) {
    tensors.set(name, { shape, data: toFloat32(bytes.slice(from, to), dtype) }); // a copy: it outlives `bytes`
  }
  return { tensors, metadata };
}

/** Writes f32 tensors in the order given. The header is padded so that the data begin on 8 bytes. */
export function writeSafetensors(
  tensors: Iterable<[string, HostTensor]>,
  metadata: Record<string, string> = {},
): Uint8Array<ArrayBuffer> {
  const list = [...tensors];
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let offset = 0;
  for (const [name, { shape, data }] of list) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (new TextEncoder().encode(text).length % 8)) % 8);
  const head = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + head.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let at = 8 + head.length;
  for (const [, { data }] of list) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
