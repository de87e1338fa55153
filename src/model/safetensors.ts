/** The safetensors format, read and written; every header is checked before a byte of data is touched. */
import { BadInput } from '../data/errors';

/** A named tensor in host memory, f32. */
export interface HostTensor {
  shape: number[];
  data: Float32Array;
}

const MAX_HEADER = 100 * 1024 * 1024; // the reference implementation's own bound
const BYTES: Record<string, number> = { F32: 4, F16: 2, BF16: 2 };

/** Parses a file. Throws BadInput for a header that lies about its length, dtypes, shapes or ranges. */
export function readSafetensors(
  bytes: Uint8Array,
  where: string,
): { tensors: Map<string, HostTensor>; metadata: Record<string, string> } {
  const bad = (what: string): never => {
    throw new BadInput(`Not a usable safetensors file: ${what}`, where, 'Download or export the file again.');
  };
  if (bytes.length < 8) bad(`it has ${bytes.length} bytes, the header length alone takes 8`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > MAX_HEADER || 8 + headerLength > bytes.length) {
    bad(`its header claims ${headerLength} bytes, the file has ${bytes.length}`);
  }
  let header: Record<string, unknown> = {};
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + headerLength)));
  } catch {
    bad('its header is no JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) bad('its header is no JSON object');
  const dataLength = bytes.length - 8 - headerLength;
  const metadata = (header.__metadata__ ?? {}) as Record<string, string>;
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => checkEntry(name, value, dataLength, bad))
    .sort((a, b) => a.from - b.from);
  let end = 0;
  for (const e of entries) {
    if (e.from < end) bad(`tensor ${e.name} overlaps the one before it`);
    if (e.from > end) bad(`there is a hole of ${e.from - end} bytes before tensor ${e.name}`);
    end = e.to;
  }
  if (end !== dataLength) bad(`its tensors take ${end} bytes, the file holds ${dataLength}`);
  const tensors = new Map<string, HostTensor>();
  for (const e of entries) {
    const raw = new Uint8Array(bytes.subarray(8 + headerLength + e.from, 8 + headerLength + e.to)); // a copy, aligned
    tensors.set(e.name, { shape: e.shape, data: toFloat32(raw, e.dtype) });
  }
  return { tensors, metadata };
}

interface Entry {
  name: string;
  dtype: string;
  shape: number[];
  from: number;
  to: number;
}

function checkEntry(name: string, value: unknown, dataLength: number, bad: (what: string) => never): Entry {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  const natural = (n: unknown): n is number => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0;
  if (typeof dtype !== 'string' || !(dtype in BYTES))
    return bad(`tensor ${name} has dtype ${JSON.stringify(dtype)}; F32, F16 and BF16 are supported`);
  if (!Array.isArray(shape) || !shape.every(natural)) return bad(`tensor ${name} has no valid shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(natural))
    return bad(`tensor ${name} has no valid data_offsets`);
  const [from, to] = offsets as number[];
  const expected = shape.reduce((n: number, d: number) => n * d, 1) * BYTES[dtype];
  if (to < from || to > dataLength) return bad(`tensor ${name} claims bytes ${from} to ${to} of ${dataLength}`);
  if (to - from !== expected)
    return bad(`tensor ${name} has ${to - from} bytes, its shape [${shape.join(', ')}] needs ${expected}`);
  return { name, dtype, shape: shape as number[], from, to };
}

function toFloat32(raw: Uint8Array<ArrayBuffer>, dtype: string): Float32Array {
  if (dtype === 'F32') return new Float32Array(raw.buffer);
  const halves = new Uint16Array(raw.buffer);
  if (dtype === 'BF16') {
    const widened = new Uint32Array(halves.length);
    for (let i = 0; i < halves.length; i++) widened[i] = halves[i] << 16;
    return new Float32Array(widened.buffer);
  }
  return Float32Array.from(halves, halfToNumber);
}

function halfToNumber(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const fraction = h & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
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
