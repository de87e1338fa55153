/**
 * The header of a GGUF file (versions 2 and 3, little endian), as ggml's docs/gguf.md lays it out:
 *   "GGUF" | version u32 | tensors u64 | keys u64 | keys × (name, type u32, value) | tensors × (name, axes u32,
 *   lengths u64 innermost first, type u32, offset u64) | padding | data
 * A file may lie about any of these, so each number is checked against the bytes there are before anything is allocated.
 */
import { BOUNDS } from '../../../data/bounds';
import type { ByteSource } from '../../../data/bytes';
import { BadInput } from '../../../data/errors';
import { readExactly } from '../ranges';
import { BLOCKS, type BlockType, typeNamed } from './blocks';
import { Cursor, EndOfBytes, type MetadataValue } from './cursor';

export type Metadata = ReadonlyMap<string, MetadataValue>;

/** A tensor as the header lists it. */
export interface GgufTensor {
  /** llama.cpp's name, e.g. blk.0.attn_q.weight. */
  readonly name: string;
  /** Row-major, outermost first (the file has it the other way round). */
  readonly shape: readonly number[];
  readonly type: BlockType;
  /** Where its blocks begin in the file, and how many bytes they take. */
  readonly offset: number;
  readonly bytes: number;
}

export interface GgufHeader {
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const FIRST_READ = 1024 * 1024;
const MAX_AXES = 4; // by the specification

/** Reads the header, by ranges that grow until it is whole. Throws BadInput naming what is wrong. */
export async function readGgufHeader(file: ByteSource): Promise<GgufHeader> {
  const most = Math.min(file.size, BOUNDS.ggufHeader);
  let bytes = await readExactly(file, 0, Math.min(most, FIRST_READ));
  for (;;) {
    try {
      return parseGgufHeader(bytes, file.size, file.where);
    } catch (error) {
      if (!(error instanceof EndOfBytes)) throw error;
      const wanted = Math.min(most, Math.max(error.needed, 4 * bytes.length));
      if (error.needed > most) {
        throw unusable(`its header needs ${error.needed} bytes; ${most} are read`, file.where);
      }
      const grown = new Uint8Array(wanted);
      grown.set(bytes);
      grown.set(await readExactly(file, bytes.length, wanted), bytes.length);
      bytes = grown;
    }
  }
}

/** Parses the first bytes of a file of `size` bytes. Throws EndOfBytes where they do not hold the header, else BadInput. */
export function parseGgufHeader(bytes: Uint8Array, size: number, where: string): GgufHeader {
  const cursor = new Cursor(bytes, size, (what) => {
    throw unusable(what, where);
  });
  const { bad } = cursor;
  if (size < 24) bad(`it has ${size} bytes, the fixed part of the header takes 24`);
  if (cursor.u32() !== 0x46554747) bad('it does not begin with "GGUF"');
  const version = cursor.u32();
  if (version !== 0 && (version & 0xffff) === 0) bad('it is big endian');
  if (version !== 2 && version !== 3) bad(`its version is ${version}; 2 and 3 are supported`);
  const tensorCount = cursor.count(24, 'tensors');
  const keyCount = cursor.count(13, 'keys');
  if (tensorCount > BOUNDS.tensors)
    bad(`it claims ${tensorCount} tensors, more than the ${BOUNDS.tensors} that are read`);
  if (keyCount > BOUNDS.ggufKeys) bad(`it claims ${keyCount} keys, more than the ${BOUNDS.ggufKeys} that are read`);
  const metadata = new Map<string, MetadataValue>();
  for (let i = 0; i < keyCount; i++) {
    const key = cursor.string('the name of a key', BOUNDS.ggufName);
    if (metadata.has(key)) bad(`the key ${key} is there twice`);
    metadata.set(key, cursor.value(key));
  }
  const listed = Array.from({ length: tensorCount }, () => listedTensor(cursor, where));
  const alignment = metadata.get('general.alignment') ?? 32;
  if (
    typeof alignment !== 'number' ||
    !(alignment >= 1 && alignment <= 2 ** 30) ||
    !Number.isInteger(Math.log2(alignment))
  )
    return bad(`general.alignment is ${alignment}, which is no power of two`);
  const dataStart = Math.ceil(cursor.at / alignment) * alignment;
  return { metadata, tensors: place(listed, dataStart, alignment, size, bad) };
}

/** One entry of the list of tensors; its offset still counts from the start of the data. */
function listedTensor(cursor: Cursor, where: string): GgufTensor {
  const { bad } = cursor;
  const name = cursor.string('the name of a tensor', BOUNDS.ggufName);
  const axes = cursor.u32();
  if (axes < 1 || axes > MAX_AXES) bad(`tensor ${name} has ${axes} axes`);
  const lengths = Array.from({ length: axes }, () => cursor.natural(`an axis of tensor ${name}`));
  const elements = lengths.reduce((n, d) => n * d, 1);
  if (elements === 0 || !Number.isSafeInteger(elements)) bad(`tensor ${name} has the shape [${lengths.join(', ')}]`);
  const type = typeNamed(cursor.u32(), name, where);
  const block = BLOCKS[type];
  if (lengths[0] % block.elements !== 0)
    bad(`tensor ${name} has rows of ${lengths[0]}, ${type} packs ${block.elements} at a time`);
  const offset = cursor.natural(`the offset of tensor ${name}`);
  return { name, shape: lengths.reverse(), type, offset, bytes: (elements / block.elements) * block.bytes };
}

/** Checks that the tensors lie apart from each other and inside the file. */
function place(
  listed: GgufTensor[],
  dataStart: number,
  alignment: number,
  size: number,
  bad: Cursor['bad'],
): Map<string, GgufTensor> {
  const tensors = new Map<string, GgufTensor>();
  for (const tensor of listed) {
    const { name, offset, bytes } = tensor;
    if (tensors.has(name)) bad(`tensor ${name} is there twice`);
    if (offset % alignment !== 0) bad(`tensor ${name} begins at ${offset}, which is no multiple of ${alignment}`);
    if (dataStart + offset + bytes > size)
      bad(`tensor ${name} claims bytes up to ${dataStart + offset + bytes}, the file has ${size}`);
    tensors.set(name, { ...tensor, offset: dataStart + offset });
  }
  let end = 0;
  for (const { name, offset, bytes } of [...tensors.values()].sort((a, b) => a.offset - b.offset)) {
    if (offset < end) bad(`tensor ${name} overlaps the one before it`);
    end = offset + bytes;
  }
  return tensors;
}

const unusable = (what: string, where: string) =>
  new BadInput(`Not a usable GGUF file: ${what}`, where, 'Download or export the file again.');
