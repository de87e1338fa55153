/** The safetensors format, read and written as a whole, or written piece by piece; safetensors-file.ts reads by ranges. */
import { BadInput } from '../../data/errors';
import { expectFinite } from './finite';
import { FLOAT_BYTES, type FloatFormat, toFloat32 } from './float-formats';
import { store } from './quantise';
import { headerLength, LENGTH_BYTES, parseHeader } from './safetensors-header';
import type { TensorCatalog } from './stored-tensor';

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

/** Writes f32 tensors in the order given. */
export function writeSafetensors(
  tensors: Iterable<[string, HostTensor]>,
  metadata: Record<string, string> = {},
): Uint8Array<ArrayBuffer> {
  const list = [...tensors];
  const entries = list.map(([name, { shape }]) => ({ name, shape }));
  const { head, size } = headerBytes(entries, 'F32', metadata);
  const bytes = new Uint8Array(size);
  bytes.set(head);
  let at = head.length;
  for (const [, { data }] of list) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Values written at a time. */
const PIECE_VALUES = 1024 * 1024;

/** A file of these tensors as pieces, in their order, so that it is never whole in memory. Throws BadInput for a value that the format cannot hold. */
export async function* safetensorsPieces(
  tensors: TensorCatalog,
  dtype: FloatFormat,
  where: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield headerBytes([...tensors.values()], dtype, {}).head;
  for (const { name, shape, rows } of tensors.values()) {
    const width = shape.slice(1).reduce((n, d) => n * d, 1);
    const step = Math.max(1, Math.floor(PIECE_VALUES / width));
    for (let first = 0; first < shape[0]; first += step) {
      const values = await rows(first, Math.min(shape[0], first + step));
      expectFinite(name, values, where, first * width);
      yield fromFloat32(values, dtype, name);
    }
  }
}

/** Length and JSON of a header, padded so that the data begin on 8 bytes; and the size of the whole file. */
function headerBytes(
  entries: readonly { name: string; shape: readonly number[] }[],
  dtype: FloatFormat,
  metadata: Record<string, string>,
): { head: Uint8Array<ArrayBuffer>; size: number } {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let offset = 0;
  for (const { name, shape } of entries) {
    const end = offset + shape.reduce((n, d) => n * d, FLOAT_BYTES[dtype]);
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (new TextEncoder().encode(text).length % 8)) % 8);
  const json = new TextEncoder().encode(text);
  const head = new Uint8Array(LENGTH_BYTES + json.length);
  new DataView(head.buffer).setBigUint64(0, BigInt(json.length), true);
  head.set(json, LENGTH_BYTES);
  return { head, size: head.length + offset };
}

/** f32 values as the bytes of a format, rounded to nearest, ties to even. */
function fromFloat32(values: Float32Array<ArrayBuffer>, dtype: FloatFormat, name: string): Uint8Array<ArrayBuffer> {
  if (dtype === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const pairs = new Float32Array(Math.ceil(values.length / 2) * 2);
  pairs.set(values);
  const { data } = store(pairs, dtype === 'BF16' ? 'bf16' : 'f16');
  const halves = new Uint16Array(data.buffer, data.byteOffset, values.length);
  const infinite = dtype === 'BF16' ? 0x7f80 : 0x7c00;
  const at = halves.findIndex((h) => (h & 0x7fff) === infinite);
  if (at >= 0)
    throw new BadInput(`${values[at]} of tensor ${name} is too large for ${dtype}`, 'weights', 'Write bf16 or f32.');
  return new Uint8Array(data.buffer, data.byteOffset, values.length * 2);
}
