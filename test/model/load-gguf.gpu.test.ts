/** GGUF to the device: blocks that go through as they are give the values that packing them anew gives. */
import { describe, expect, it } from 'vitest';
import { memoryBytes } from '../../src/data/bytes';
import { Arena, type Tensor } from '../../src/gpu/tensor';
import type { WeightFormat } from '../../src/kernels/weight-format/weight-format';
import { parseModelConfig } from '../../src/model/net/config';
import { createFrozen, ParameterLayout, readParameters } from '../../src/model/net/parameters';
import { openGguf } from '../../src/model/weights/gguf/file';
import { parseGgufHeader } from '../../src/model/weights/gguf/header';
import { store, unstore } from '../../src/model/weights/quantise';
import type { StoredTensor } from '../../src/model/weights/stored-tensor';
import { fixtureBytes } from '../setup/checkpoints';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const bytes = fixtureBytes('gguf', 'llama.gguf');
/** Large enough for every matrix of the file. */
const WHOLE = 2 ** 20;

interface Loading {
  storage: WeightFormat;
  bindingBytes?: number;
  tied?: boolean;
  /** Values alone, without the file's bytes. */
  packed?: boolean;
}

/** What the device holds after loading, and in how many pieces q, k and v lie. */
async function loaded(file: Uint8Array<ArrayBuffer>, { storage, bindingBytes = WHOLE, tied, packed }: Loading) {
  const { gpu, r } = device;
  const { config, tensors } = await openGguf(memoryBytes(file, 'llama.gguf'));
  const layout = new ParameterLayout(parseModelConfig({ ...config, tie_word_embeddings: tied ?? false }));
  const given = new Map(
    [...tensors].map(([n, t]): [string, StoredTensor] => [n, packed ? { ...t, raw: undefined } : t]),
  );
  if (tied) given.delete('lm_head.weight');
  const arena = new Arena(gpu);
  try {
    const set = await createFrozen(arena, layout, { tensors: given, where: 'llama.gguf' }, storage, bindingBytes);
    const read = async (t: Tensor) => {
      const words = r.readU32(t);
      r.submit();
      return words;
    };
    return { values: await readParameters(set, read), pieces: set.weights.layers[0].qkv.pieces.length, tensors };
  } finally {
    arena.destroy();
  }
}

describe.each(['q4', 'q8', 'f16', 'bf16', 'f32'] as const)('as %s', (storage) => {
  const rowOf = { q4: 16, q8: 32, f16: 64, bf16: 64, f32: 128 }[storage];
  it.each<[string, Omit<Loading, 'storage'>, number]>([
    ['in one binding', {}, 1],
    ['in several', { bindingBytes: 64 * rowOf }, 2],
    ['embeddings tied', { tied: true }, 1],
  ])('%s: the file’s blocks, or its values packed', async (_, how, pieces) => {
    const taken = await loaded(bytes, { storage, ...how });
    const packed = await loaded(bytes, { storage, ...how, packed: true });
    expect(taken.pieces).toBe(pieces);
    expect([...taken.values.keys()]).toEqual([...packed.values.keys()]);
    for (const [name, { data }] of taken.values) expect(data, name).toEqual(packed.values.get(name)?.data);
    // queries, a Q4_0 tensor, in Hugging Face's order of rows
    const q = 'model.layers.0.self_attn.q_proj.weight';
    const tensor = taken.tensors.get(q) as StoredTensor;
    const want = await tensor.rows(0, tensor.shape[0]);
    // d (8 − 8) with d negative is −0 in the file
    const stood = storage === 'q4' ? want.map((x) => x + 0) : unstore(store(want, storage), storage);
    expect(taken.values.get(q)?.data).toEqual(stood);
  });
});

it.each([
  ['blk.0.attn_q.weight', 'q4', 0x7e00, 'NaN'],
  ['blk.0.attn_q.weight', 'q4', 0x7c00, '(-?Infinity|NaN)'],
  ['blk.0.attn_q.weight', 'f32', 0xfc00, '(-?Infinity|NaN)'],
  ['output.weight', 'q8', 0xfc00, '(-?Infinity|NaN)'],
  ['output.weight', 'q8', 0x7e00, 'NaN'],
] as const)('%s as %s: a scale of bits %i is refused by name', async (name, storage, scale, value) => {
  const tensor = parseGgufHeader(bytes, bytes.length, 'llama.gguf').tensors.get(name);
  if (!tensor) throw new Error('not in the fixture');
  const block = tensor.bytes / (tensor.shape[0] * (tensor.shape[1] / 32));
  const file = bytes.slice();
  new DataView(file.buffer).setUint16(tensor.offset + 2 * block, scale, true);
  const hf = name === 'output.weight' ? 'lm_head' : 'model.layers.0.self_attn.q_proj';
  // row 2 of the file; of queries with interleaved halves that is row 1
  const first = name === 'output.weight' ? 64 : 32;
  const before = device.gpu.liveBytes;
  const message = new RegExp(`Tensor ${hf}.weight holds ${value} at element ${first} `);
  await expect(loaded(file, { storage })).rejects.toThrow(message);
  expect(device.gpu.liveBytes).toBe(before);
});

it('a block whose least value no half can hold is refused for q4, and taken for bf16', async () => {
  const tensor = parseGgufHeader(bytes, bytes.length, 'llama.gguf').tensors.get('blk.0.attn_q.weight');
  const file = bytes.slice();
  new DataView(file.buffer).setUint16(tensor?.offset ?? 0, 0x7000, true); // 8192
  await expect(loaded(file, { storage: 'q4' })).rejects.toThrow(/q_proj.weight holds .* beyond the range of f16/);
  await loaded(file, { storage: 'bf16' });
});
