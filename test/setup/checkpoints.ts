/** Checkpoint files for tests: sources that count what is read of them, and a GGUF writer that can be told to lie. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ByteSource, FileSource } from '../../src/data/bytes';

export interface CountingBytes extends ByteSource {
  /** Every range that was read. */
  readonly reads: [number, number][];
}

/** Bytes as a source that notes its reads. They must lie inside the file, as a real source demands. */
export function countingBytes(bytes: Uint8Array<ArrayBuffer>, where = 'test'): CountingBytes {
  const reads: [number, number][] = [];
  return {
    where,
    size: bytes.length,
    reads,
    async read(from, to) {
      if (!(from >= 0 && from <= to && to <= bytes.length)) throw new Error(`read ${from} to ${to} of ${bytes.length}`);
      reads.push([from, to]);
      return bytes.slice(from, to);
    },
  };
}

/** Files in memory as a folder. */
export const memoryFiles = (files: Record<string, Uint8Array<ArrayBuffer>>): FileSource => ({
  where: 'folder',
  list: async () => Object.keys(files).sort(),
  open: async (name) => (Object.hasOwn(files, name) ? countingBytes(files[name], name) : null),
});

/** A file of test/fixtures as bytes. */
export const fixtureBytes = (...parts: string[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(join(import.meta.dirname, '../fixtures', ...parts)));

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A value of GGUF's metadata; numbers are written as u32, i32, f32 or u64 as the tag says. */
export type GgufValue =
  | { u32: number }
  | { i32: number }
  | { f32: number }
  | { u64: number }
  | boolean
  | string
  | readonly GgufValue[];

export interface GgufParts {
  version?: number;
  metadata?: Record<string, GgufValue> | readonly (readonly [string, GgufValue])[];
  /** Lengths innermost first; the data are zeros. `bytes` is what the tensor takes; `offset` where not packed. */
  tensors?: readonly { name: string; lengths: readonly number[]; type?: number; bytes?: number; offset?: number }[];
  /** Counts that the file claims, where not the true ones. */
  counts?: { tensors?: number; keys?: number };
  alignment?: number;
}

/** A GGUF file. Tensors default to F32. */
export function ggufFile(parts: GgufParts): Uint8Array<ArrayBuffer> {
  const { version = 3, metadata = {}, tensors = [], counts = {}, alignment = 32 } = parts;
  const keys = Array.isArray(metadata) ? metadata : Object.entries(metadata);
  const out = new Bytes();
  out.raw(utf8('GGUF')).u32(version);
  out.u64(counts.tensors ?? tensors.length).u64(counts.keys ?? keys.length);
  for (const [key, value] of keys) out.string(key).value(value, true);
  let offset = 0;
  for (const { name, lengths, type = 0, bytes = 4 * lengths.reduce((n, d) => n * d, 1), ...tensor } of tensors) {
    out.string(name).u32(lengths.length);
    for (const length of lengths) out.u64(length);
    out.u32(type).u64(tensor.offset ?? offset);
    offset = Math.ceil((offset + bytes) / alignment) * alignment;
  }
  out.pad(alignment);
  out.raw(new Uint8Array(offset));
  return new Uint8Array(out.bytes);
}

class Bytes {
  readonly bytes: number[] = [];

  raw(bytes: Uint8Array): this {
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }
  private number(size: number, set: (view: DataView) => void): this {
    const view = new DataView(new ArrayBuffer(size));
    set(view);
    return this.raw(new Uint8Array(view.buffer));
  }
  u32 = (n: number) => this.number(4, (v) => v.setUint32(0, n, true));
  u64 = (n: number) => this.number(8, (v) => v.setBigUint64(0, BigInt(n), true));
  string(text: string): this {
    const bytes = utf8(text);
    return this.u64(bytes.length).raw(bytes);
  }
  pad(to: number): this {
    while (this.bytes.length % to !== 0) this.bytes.push(0);
    return this;
  }
  value(value: GgufValue, tagged: boolean): this {
    const tag = (type: number) => (tagged ? this.u32(type) : this);
    if (typeof value === 'boolean') return tag(7).raw(new Uint8Array([value ? 1 : 0]));
    if (typeof value === 'string') return tag(8).string(value);
    if (Array.isArray(value)) {
      tag(9).u32(typeOf(value[0])).u64(value.length);
      for (const element of value) this.value(element, false);
      return this;
    }
    if ('u32' in value) return tag(4).u32(value.u32);
    if ('i32' in value) return tag(5).number(4, (v) => v.setInt32(0, value.i32, true));
    if ('f32' in value) return tag(6).number(4, (v) => v.setFloat32(0, value.f32, true));
    return tag(10).u64((value as { u64: number }).u64);
  }
}

function typeOf(value: GgufValue): number {
  if (typeof value === 'boolean') return 7;
  if (typeof value === 'string') return 8;
  if (Array.isArray(value)) return 9;
  return 'u32' in value ? 4 : 'i32' in value ? 5 : 'f32' in value ? 6 : 10;
}
