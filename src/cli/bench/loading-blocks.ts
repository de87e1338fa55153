/** A file of quantised blocks as GGUF holds them, with a model's tensors in it: random integers, every scale the same. */
import { open } from 'node:fs/promises';
import type { FileSource } from '../../data/bytes';
import type { ParameterLayout } from '../../model/net/parameters';
import { BLOCKS, type BlockType } from '../../model/weights/gguf/blocks';
import { dequantise } from '../../model/weights/gguf/dequantise';
import { readExactly } from '../../model/weights/ranges';
import type { StoredTensor, TensorCatalog } from '../../model/weights/stored-tensor';

/** A half: 2^-9. */
const SCALE = 0x1800;

/** Writes `name` into the folder; gives its bytes and the tensors. Matrices are `type`, the embedding Q8_0, vectors F32. */
export async function writeBlocks(
  layout: ParameterLayout,
  { folder, name, path }: { folder: FileSource; name: string; path: string },
  type: BlockType,
): Promise<{ bytes: number; tensors: TensorCatalog }> {
  const parts: { name: string; shape: readonly number[]; dtype: BlockType; at: number; bytes: number }[] = [];
  let end = 0;
  const out = await open(path, 'w');
  for (const s of layout.slots) {
    const dtype = s.vector ? 'F32' : s.key === 'embed' ? 'Q8_0' : type;
    for (const part of s.parts) {
      const bytes = ((part.rows * s.columns) / BLOCKS[dtype].elements) * BLOCKS[dtype].bytes;
      parts.push({ name: part.name, shape: part.shape, dtype, at: end, bytes });
      await out.writeFile(randomBlocks(dtype, bytes));
      end += bytes;
    }
  }
  await out.close();
  const file = await folder.open(name);
  if (!file) throw new Error(`${name} is not in ${folder.where}`);
  const tensors = parts.map(({ at, ...tensor }): [string, StoredTensor] => {
    const rowBytes = tensor.bytes / tensor.shape[0];
    const raw: StoredTensor['raw'] = (first, last, room) =>
      readExactly(file, at + first * rowBytes, at + last * rowBytes, room);
    const rows: StoredTensor['rows'] = async (first, last) => dequantise(await raw(first, last), tensor.dtype);
    return [tensor.name, { ...tensor, raw, rows }];
  });
  return { bytes: end, tensors: new Map(tensors) };
}

function randomBlocks(type: BlockType, bytes: number): Uint8Array {
  const blocks = new Uint8Array(bytes);
  if (type === 'F32') return blocks;
  let state = 1;
  for (let i = 0; i < bytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    blocks[i] = state >>> 24;
  }
  const view = new DataView(blocks.buffer);
  for (let at = 0; at < bytes; at += BLOCKS[type].bytes) {
    view.setUint16(at, SCALE, true);
    if (type === 'Q4_1') view.setUint16(at + 2, SCALE, true);
  }
  return blocks;
}
