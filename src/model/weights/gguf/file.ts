/** A GGUF file as what the rest of the program knows: a config.json, tensors under Hugging Face names, a tokenizer. */
import type { ByteSource } from '../../../data/bytes';
import { BadInput } from '../../../data/errors';
import { readExactly, rowRange } from '../ranges';
import type { StoredTensor, TensorCatalog } from '../stored-tensor';
import { BLOCKS } from './blocks';
import { ggufConfig } from './config';
import { dequantise } from './dequantise';
import { type GgufTensor, readGgufHeader } from './header';
import { checkArchitecture, huggingFaceName, interleavedHeads, interleavedRow, ROPE_FACTORS } from './names';
import { ggufTokenizerFiles, ggufTokenizerWarning } from './tokenizer';

export interface GgufModel {
  /** The equivalent config.json, parsed. */
  readonly config: Record<string, unknown>;
  readonly tensors: TensorCatalog;
  /** tokenizer.json and tokenizer_config.json as texts. */
  readonly tokenizerFiles: Map<string, string>;
  readonly tokenizerWarning?: string;
}

/** Opens a file: its header is read and checked, its data only by rows(). Throws BadInput. */
export async function openGguf(file: ByteSource): Promise<GgufModel> {
  const { where } = file;
  const { metadata, tensors } = await readGgufHeader(file);
  const architecture = checkArchitecture(metadata.get('general.architecture'), where);
  const factors = tensors.get(ROPE_FACTORS);
  if (factors && factors.bytes > 65_536)
    throw new BadInput(`${ROPE_FACTORS} has ${factors.bytes} bytes`, where, 'Download the file again.');
  const ropeFactors = factors ? await elements(file, factors, 0, count(factors.shape)) : null;
  const config = ggufConfig(metadata, tensors, where, ropeFactors);
  const heads = { query: Number(config.num_attention_heads), key: Number(config.num_key_value_heads) };
  const catalog = new Map<string, StoredTensor>();
  for (const tensor of tensors.values()) {
    if (tensor.name === ROPE_FACTORS) continue;
    const name = huggingFaceName(tensor.name, architecture, where);
    const interleaved = interleavedHeads(tensor.name, architecture, heads);
    const D = interleaved === null ? null : tensor.shape[0] / interleaved;
    if (D !== null && D % 2 !== 0) {
      throw new BadInput(
        `Tensor ${tensor.name} has ${tensor.shape[0]} rows, which are not ${interleaved} heads of an even number`,
        where,
        'Download the file again.',
      );
    }
    catalog.set(name, storedTensor(file, tensor, name, D));
  }
  const warning = ggufTokenizerWarning(metadata);
  return {
    config,
    tensors: catalog,
    tokenizerFiles: ggufTokenizerFiles(metadata, where),
    ...(warning === null ? {} : { tokenizerWarning: warning }),
  };
}

/** `D`: rows of a head whose halves are interleaved, or null where the rows are in order. */
function storedTensor(file: ByteSource, tensor: GgufTensor, name: string, D: number | null): StoredTensor {
  const { shape, type, bytes } = tensor;
  const width = count(shape.slice(1));
  const rows: StoredTensor['rows'] = async (first, end) => {
    rowRange(name, shape, first, end);
    return ordered((from, to) => elements(file, tensor, from * width, to * width), first, end, D);
  };
  // Quantised vectors alone have rows, their elements, that are no whole blocks.
  if (width % BLOCKS[type].elements !== 0) return { name, shape, dtype: type, bytes, rows };
  const raw: StoredTensor['raw'] = async (first, end, room) => {
    rowRange(name, shape, first, end);
    return ordered((from, to) => blocks(file, tensor, from * width, to * width, room), first, end, D);
  };
  return { name, shape, dtype: type, bytes, raw, rows: async (first, end) => dequantise(await raw(first, end), type) };
}

/** Rows first … end − 1 in Hugging Face's order, given a reader of rows in the file's. */
async function ordered<T extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  read: (first: number, end: number) => Promise<T>,
  first: number,
  end: number,
  D: number | null,
): Promise<T> {
  if (D === null || first === end) return read(first, end);
  // whole heads hold every row that is wanted
  const from = Math.floor(first / D) * D;
  const to = Math.ceil(end / D) * D;
  const interleaved = await read(from, to);
  const width = interleaved.length / (to - from);
  const out = interleaved.slice(0, (end - first) * width) as T;
  for (let row = first; row < end; row++) {
    const at = (interleavedRow(row, D) - from) * width;
    out.set(interleaved.subarray(at, at + width), (row - first) * width);
  }
  return out;
}

/** The blocks that hold elements first … end − 1, in the file's order. */
function blocks(
  file: ByteSource,
  { type, offset }: GgufTensor,
  first: number,
  end: number,
  room?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const block = BLOCKS[type];
  const from = Math.floor(first / block.elements);
  const to = Math.ceil(end / block.elements);
  return readExactly(file, offset + from * block.bytes, offset + to * block.bytes, room);
}

/** Elements first … end − 1 of a tensor in the file's order, dequantised. */
async function elements(
  file: ByteSource,
  tensor: GgufTensor,
  first: number,
  end: number,
): Promise<Float32Array<ArrayBuffer>> {
  const values = dequantise(await blocks(file, tensor, first, end), tensor.type);
  const skip = first % BLOCKS[tensor.type].elements;
  return skip === 0 && values.length === end - first ? values : values.slice(skip, skip + end - first);
}

const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
