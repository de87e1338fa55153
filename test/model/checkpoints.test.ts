/** Checkpoints as they are in the wild: the same weights under other names, heads that are tied or not, what is quantised. */
import { describe, expect, test } from 'vitest';
import type { FileSource } from '../../src/data/bytes';
import { type ModelFolder, openModelFolder } from '../../src/model/weights/folder';
import { type HostTensor, writeSafetensors } from '../../src/model/weights/safetensors';
import type { StoredTensor } from '../../src/model/weights/stored-tensor';
import { fixtureBytes, memoryFiles, utf8 } from '../setup/checkpoints';
import { fixtureJson, fixtureTensors } from '../setup/fixtures';

type Tensors = Map<string, HostTensor>;

const EMBEDDING = 'model.embed_tokens.weight';
const HEAD = 'lm_head.weight';
const tied = fixtureJson<Record<string, unknown>>('llama', 'config.json');
const untied = fixtureJson<Record<string, unknown>>('qwen3-untied', 'config.json');
const ofTied = (): Tensors => fixtureTensors('llama', 'model.safetensors');
const ofUntied = (): Tensors => fixtureTensors('qwen3-untied', 'model.safetensors');

const folder = (config: unknown, tensors: Tensors): FileSource =>
  memoryFiles({ 'config.json': utf8(JSON.stringify(config)), 'model.safetensors': writeSafetensors(tensors) });
const named = (tensors: Tensors, name: (was: string) => string): Tensors =>
  new Map([...tensors].map(([was, tensor]) => [name(was), tensor]));
const wholeRows = ({ rows, shape }: StoredTensor) => rows(0, shape[0]);

async function expectSame(read: ModelFolder, want: Tensors): Promise<void> {
  expect([...read.tensors.keys()].sort()).toEqual([...want.keys()].sort());
  for (const [name, tensor] of read.tensors) {
    expect(tensor.name).toBe(name);
    expect(await wholeRows(tensor), name).toEqual(want.get(name)?.data);
    if (tensor.raw) expect((await tensor.raw(0, tensor.shape[0])).length, name).toBe(tensor.bytes);
  }
}

const flat = (name: string) => name.replace(/^model\./, '');

describe('the same weights under other names', () => {
  test.each<[string, unknown, Tensors, Tensors]>([
    ['as they are', tied, ofTied(), ofTied()],
    ['of AutoModel: no "model."', tied, named(ofTied(), flat), ofTied()],
    ['of AutoModel, with a head of its own', untied, named(ofUntied(), flat), ofUntied()],
    ['of DistributedDataParallel', untied, named(ofUntied(), (n) => `module.${n}`), ofUntied()],
    ['of torch.compile', tied, named(ofTied(), (n) => `_orig_mod.${n}`), ofTied()],
    ['of both', tied, named(ofTied(), (n) => `module._orig_mod.${n}`), ofTied()],
    ['of torch.compile around AutoModel', tied, named(ofTied(), (n) => `_orig_mod.${flat(n)}`), ofTied()],
    ['with the head in the embedding’s place', tied, named(ofTied(), (n) => (n === EMBEDDING ? HEAD : n)), ofTied()],
    [
      'of AutoModel, with the head in that place',
      tied,
      named(ofTied(), (n) => (n === EMBEDDING ? HEAD : flat(n))),
      ofTied(),
    ],
  ])('%s', async (_, config, tensors, want) => {
    await expectSame(await openModelFolder(folder(config, tensors)), want);
  });

  test('with frequencies of old Llama files, flat or not', async () => {
    for (const name of ['model.layers.0.self_attn.rotary_emb.inv_freq', 'layers.0.self_attn.rotary_emb.inv_freq']) {
      const tensors = name.startsWith('model.') ? ofTied() : named(ofTied(), flat);
      tensors.set(name, { shape: [4], data: new Float32Array(4) });
      const read = await openModelFolder(folder(tied, tensors));
      expect(await wholeRows(read.tensors.get(EMBEDDING) as StoredTensor)).toEqual(ofTied().get(EMBEDDING)?.data);
    }
  });

  test.each<[string, unknown, Tensors, RegExp]>([
    [
      'some with "model." and some without',
      tied,
      named(ofTied(), (n) => (n === EMBEDDING ? flat(n) : n)),
      /model.embed_tokens.weight is missing/,
    ],
    [
      'an embedding twice',
      tied,
      ofTied().set(flat(EMBEDDING), ofTied().get(EMBEDDING) as HostTensor),
      /Tensor embed_tokens.weight has no place/,
    ],
    [
      'a wrapper that is not known',
      tied,
      named(ofTied(), (n) => `student.${n}`),
      /model.embed_tokens.weight is missing/,
    ],
    ['an untied model without its head', untied, named(less(ofUntied(), HEAD), flat), /lm_head.weight is missing/],
    [
      'a value head',
      tied,
      ofTied().set('v_head.summary.weight', { shape: [1, 32], data: new Float32Array(32) }),
      /v_head.summary.weight has no place/,
    ],
    ['no tensors', tied, new Map(), /model.embed_tokens.weight is missing/],
  ])('refused by name: %s', async (_, config, tensors, message) => {
    await expect(openModelFolder(folder(config, tensors))).rejects.toThrow(message);
  });
});

function less(tensors: Tensors, name: string): Tensors {
  tensors.delete(name);
  return tensors;
}

describe('a head beside an embedding that config.json ties it to', () => {
  const embedding = () => ofTied().get(EMBEDDING) as HostTensor;
  const [V, C] = embedding().shape;
  const withHead = (change: (data: Float32Array) => void = () => {}): Tensors => {
    const data = embedding().data.slice();
    change(data);
    return ofTied().set(HEAD, { shape: [V, C], data });
  };

  test('equal: it is the embedding', async () => {
    const read = await openModelFolder(folder(tied, withHead()));
    expect(read.config.tiedEmbeddings).toBe(true);
    await expectSame(read, ofTied());
  });

  test.each<[string, (data: Float32Array) => void]>([
    ['everywhere', (data) => data.reverse()],
    ['in the first row', (data) => data.fill(1, 0, 1)],
    ['in the last value', (data) => data.fill(1, V * C - 1)],
    ['in a sign', (data) => data.fill(-data[5], 5, 6)],
  ])('other %s: it is the head, as transformers 5 has it', async (_, change) => {
    const read = await openModelFolder(folder(tied, withHead(change)));
    expect(read.config.tiedEmbeddings).toBe(false);
    await expectSame(read, withHead(change));
  });

  test('other in a row that opening did not compare: refused when it is loaded, never taken for the embedding', async () => {
    const read = await openModelFolder(
      folder(
        tied,
        withHead((data) => data.fill(1, 2 * C, 2 * C + 1)),
      ),
    );
    expect(read.config.tiedEmbeddings).toBe(true);
    const tensor = read.tensors.get(EMBEDDING) as StoredTensor;
    expect(await tensor.rows(0, 2)).toEqual(embedding().data.slice(0, 2 * C));
    for (const work of [() => wholeRows(tensor), () => tensor.raw?.(0, V), () => tensor.raw?.(2, 3)])
      await expect(work()).rejects.toThrow(/lm_head.weight differs from the embedding.*tie_word_embeddings to false/);
  });

  test('of another shape, or with an embedding of another shape: refused by its name', async () => {
    const short = ofTied().set(HEAD, { shape: [V - 1, C], data: new Float32Array((V - 1) * C) });
    await expect(openModelFolder(folder(tied, short))).rejects.toThrow(/lm_head.weight has shape \[60, 32\]/);
    const odd = withHead().set(EMBEDDING, { shape: [V * C], data: embedding().data });
    await expect(openModelFolder(folder(tied, odd))).rejects.toThrow(/embed_tokens.weight has shape \[1952\]/);
  });

  test('untied by config.json: both are read, equal or not', async () => {
    const read = await openModelFolder(folder({ ...tied, tie_word_embeddings: false }, withHead()));
    expect(read.config.tiedEmbeddings).toBe(false);
    await expectSame(read, withHead());
  });
});

describe('quantised already: named as such', () => {
  const weights = fixtureBytes('llama', 'model.safetensors');
  const opened = (fields: Record<string, unknown>, bytes = weights) =>
    openModelFolder(
      memoryFiles({ 'config.json': utf8(JSON.stringify({ ...tied, ...fields })), 'model.safetensors': bytes }),
    );

  test.each<[string, Record<string, unknown>]>([
    ['MLX', { quantization: { group_size: 64, bits: 4 } }],
    ['MLX of 2025', { quantization: { group_size: 32, bits: 4, mode: 'mxfp4' }, quantization_config: { bits: 4 } }],
    ['GPTQ', { quantization_config: { quant_method: 'gptq', bits: 4, group_size: 128 } }],
    ['AWQ', { quantization_config: { quant_method: 'awq', bits: 4 } }],
    ['AWQ of 2023', { quant_config: { w_bit: 4, q_group_size: 128 } }],
    ['bitsandbytes', { quantization_config: { load_in_4bit: true, quant_method: 'bitsandbytes' } }],
    ['FP8', { quantization_config: { quant_method: 'fp8', weight_block_size: [128, 128] } }],
    ['compressed-tensors', { compression_config: { format: 'pack-quantized' } }],
    ['torchao', { quantization_config: { quant_method: 'torchao' } }],
  ])('%s', async (_, fields) => {
    await expect(opened(fields)).rejects.toThrow(/quantised already.*config.json.*bf16 or f16/);
  });

  test.each(['U32', 'I32', 'I8', 'U8', 'F8_E4M3', 'F8_E5M2', 'F4', 'F8_E8M0'])('a file of %s', async (dtype) => {
    const header = JSON.stringify({ 'model.w': { dtype, shape: [2], data_offsets: [0, 8] } });
    const bytes = new Uint8Array(8 + header.length + 8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
    bytes.set(utf8(header), 8);
    await expect(opened({}, bytes)).rejects.toThrow(/model.w has dtype .*quantised already/);
  });

  test('null says nothing', async () => {
    expect((await opened({ quantization: null, quantization_config: null })).config.family).toBe('llama');
  });
});

test('weights of before safetensors are named', async () => {
  const files = { 'config.json': utf8(JSON.stringify(tied)), 'pytorch_model.bin': new Uint8Array(8) };
  await expect(openModelFolder(memoryFiles(files))).rejects.toThrow(
    /pytorch_model.bin is an older format.*save_pretrained/,
  );
});
