/** Adapters as PEFT writes them in its other ways (test/fixtures/make_adapters.py): computed as PEFT does, or refused by name. */
import { describe, expect, it } from 'vitest';
import { LoraLayout } from '../../src/model/net/lora';
import { Policy } from '../../src/model/net/policy';
import { readLoraFolder } from '../../src/model/weights/adapter';
import { openModelFolder } from '../../src/model/weights/folder';
import { mergedCatalog } from '../../src/model/weights/merge';
import { fixtureBytes, memoryFiles, utf8 } from '../setup/checkpoints';
import { close } from '../setup/close';
import { diskFolder, type Expected, fixtureJson, fixturePath, SMALL } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const expected = fixtureJson<Record<string, number[][]>>('adapters', 'expected.json');
const sequences = fixtureJson<Expected>('llama', 'expected.json').tokens.map((ids) => ({ ids, from: 1 }));
const inner = (rows: number[][]) => Float32Array.from(rows.flatMap((row) => row.slice(1)));
const base = await openModelFolder(diskFolder(fixturePath('llama')));
const folder = (name: string) => diskFolder(fixturePath('adapters', name));
const near = { atol: 1e-5, rtol: 1e-5, why: 'f32 through two layers' };

it.each(Object.keys(expected))('%s is computed as PEFT does, on the model and merged into it', async (name) => {
  const adapter = await readLoraFolder(folder(name), base.config);
  const policy = await Policy.create(device.gpu, base.config, { ...SMALL, lora: adapter.settings }, base);
  policy.setLora(adapter.packed);
  close((await policy.score(policy.plan(sequences))).logprob, inner(expected[name]), near, 'on');
  policy.destroy();
  const tensors = mergedCatalog(base.config, base.tensors, adapter);
  const merged = await Policy.create(device.gpu, base.config, SMALL, { tensors, where: 'merged' });
  close((await merged.score(merged.plan(sequences))).logprob, inner(expected[name]), near, 'merged');
  merged.destroy();
});

it('what fills a layout up stays zero while it is trained', async () => {
  const { settings, packed } = await readLoraFolder(folder('rank-pattern'), base.config);
  expect(settings).toMatchObject({ rank: 3, targets: ['q_proj', 'v_proj'] });
  const policy = await Policy.create(device.gpu, base.config, { ...SMALL, lora: settings }, base);
  policy.setLora(packed);
  policy.zeroGradients();
  const targets = sequences.reduce((n, { ids }) => n + ids.length - 1, 0);
  policy.accumulate(policy.plan(sequences), new Float32Array(targets).fill(1));
  await policy.update({ lr: 0.1, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.1, clipNorm: 1 });
  const trained = await policy.loraTensors();
  const q = trained.get('base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight');
  const before = new LoraLayout(base.config, settings)
    .unpack(packed)
    .get('base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight');
  expect(q?.data.subarray(0, 32)).not.toEqual(before?.data.subarray(0, 32)); // its rank is 1
  expect(new Set(q?.data.subarray(32))).toEqual(new Set([0]));
  policy.destroy();
});

describe('refused by name', () => {
  it.each<[string, RegExp]>([
    ['dora', /use_dora = true is not supported/],
    ['bias', /bias = "lora_only" is not supported/],
    ['lora-bias', /lora_bias = true is not supported/],
    ['modules-to-save', /modules_to_save = \["norm"\] is not supported/],
    ['head', /an adapter on lm_head, which is the head/],
    ['pattern-with-the-head', /lm_head.lora_A.weight is an adapter on the head/],
    ['embedding', /an adapter on model.embed_tokens, which is the embedding/],
    ['token-indices', /trainable_token_indices = .* is not supported/],
    ['embeddings-saved', /lm_head.weight is a head that was saved with the adapter, as PEFT does with embeddings/],
  ])('%s', async (name, message) => {
    await expect(readLoraFolder(folder(name), base.config)).rejects.toThrow(message);
    await expect(readLoraFolder(folder(name), base.config)).rejects.toThrow(/adapters\/.*PEFT \(merge_and_unload/);
  });

  const config = fixtureJson<Record<string, unknown>>('adapters', 'pattern', 'adapter_config.json');
  const weights = fixtureBytes('adapters', 'pattern', 'adapter_model.safetensors');
  /** The header's text changed, at the same length. */
  const renamed = (from: string, to: string) => {
    const text = new TextDecoder('latin1').decode(weights).replaceAll(from, to);
    return Uint8Array.from(text, (c) => c.charCodeAt(0));
  };
  const changed = (fields: Record<string, unknown>, bytes = weights) =>
    memoryFiles({
      'adapter_config.json': utf8(JSON.stringify({ ...config, ...fields })),
      'adapter_model.safetensors': bytes,
    });
  it.each<[string, ReturnType<typeof memoryFiles>, RegExp]>([
    [
      'names with an adapter’s name',
      changed({}, renamed('self_attn.q_proj.lora_A.weight', 'attn.q_proj.lora_A.ours.weight')),
      /attn.q_proj.lora_A.ours.weight carries the name of an adapter in memory.*take that part out/,
    ],
    ['a pattern that matches nothing', changed({ target_modules: ['c_attn'] }), /has no place in this model/],
    ['no targets', changed({ target_modules: [] }), /target_modules is \[\]/],
    ['targets that are no names', changed({ target_modules: [1, 2] }), /target_modules is \[1,2\]/],
    ['a rank for a module that has another', changed({ rank_pattern: { q_proj: 8 } }), /\[2, 32\], .* \[8, 32\]/],
    ['a rank that is none', changed({ rank_pattern: { q_proj: 'eight' } }), /rank_pattern gives "eight" to "q_proj"/],
    ['an alpha that is none', changed({ alpha_pattern: { q_proj: -1 } }), /alpha_pattern gives -1 to "q_proj"/],
    [
      'a pattern without end',
      changed({ rank_pattern: { '((a*)*)*b': 2 } }),
      /rank_pattern has the key .* no simple pattern/,
    ],
    ['a pattern that is none', changed({ alpha_pattern: { '(q_proj': 2 } }), /cannot be read as a pattern/],
    [
      'layers that are none',
      changed({ target_modules: ['q_proj'], layers_to_transform: ['x'] }),
      /layers_to_transform is/,
    ],
    [
      'weights of before safetensors',
      memoryFiles({ 'adapter_config.json': utf8(JSON.stringify(config)), 'adapter_model.bin': weights }),
      /adapter_model.safetensors is missing; adapter_model.bin is an older format.*save_pretrained writes safetensors/,
    ],
  ])('%s', async (_, files, message) => {
    await expect(readLoraFolder(files, base.config)).rejects.toThrow(message);
  });
});
