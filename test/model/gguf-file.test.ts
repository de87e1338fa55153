/** A whole GGUF file by ggml's package against the Hugging Face weights it was made of; configurations of all families. */
import { describe, expect, test } from 'vitest';
import { parseModelConfig } from '../../src/model/net/config';
import { ggufConfig } from '../../src/model/weights/gguf/config';
import { openGguf } from '../../src/model/weights/gguf/file';
import { parseGgufHeader } from '../../src/model/weights/gguf/header';
import { huggingFaceName, interleavedRow } from '../../src/model/weights/gguf/names';
import { openSafetensors } from '../../src/model/weights/safetensors-file';
import { countingBytes, fixtureBytes, type GgufValue, ggufFile } from '../setup/checkpoints';

describe('llama.gguf (test/fixtures/make_gguf.py)', () => {
  const source = countingBytes(fixtureBytes('gguf', 'llama.gguf'), 'llama.gguf');

  test('tensors are those of the Hugging Face checkpoint: names, shapes, order of rows, values', async () => {
    const { tensors } = await openGguf(source);
    const expected = await openSafetensors(countingBytes(fixtureBytes('gguf', 'llama.safetensors')));
    expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, want] of expected) {
      const got = tensors.get(name);
      if (!got) throw new Error(name);
      const rows = want.shape[0];
      expect(got).toMatchObject({ name, shape: want.shape });
      const whole = await want.rows(0, rows);
      expect(await got.rows(0, rows)).toEqual(whole);
      const width = whole.length / rows;
      for (const [first, end] of [
        [0, 1],
        [1, rows - 1],
        [Math.floor(rows / 3), Math.floor(rows / 2)],
        [5, 5],
      ]) {
        expect(await got.rows(first, end)).toEqual(whole.slice(first * width, end * width));
      }
      await expect(got.rows(0, rows + 1)).rejects.toThrow(RangeError);
    }
    expect(tensors.get('model.layers.0.self_attn.q_proj.weight')?.dtype).toBe('Q4_0');
  });

  test('rows are read alone; queries and keys with the rest of their head', async () => {
    const { tensors } = await openGguf(source);
    const bytesOf = async (name: string, first: number, end: number) => {
      source.reads.length = 0;
      await tensors.get(name)?.rows(first, end);
      return source.reads.map(([from, to]) => to - from);
    };
    expect(await bytesOf('lm_head.weight', 3, 5)).toEqual([2 * 34]);
    expect(await bytesOf('model.layers.0.self_attn.q_proj.weight', 3, 5)).toEqual([32 * 18]);
    expect(await bytesOf('model.layers.0.self_attn.q_proj.weight', 31, 33)).toEqual([64 * 18]);
  });

  test('the configuration is Llama 3.1’s, its scaling found again from the factors', async () => {
    const { config } = await openGguf(source);
    expect(config).toEqual({
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      vocab_size: 24,
      hidden_size: 32,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      head_dim: 32,
      intermediate_size: 8,
      hidden_act: 'silu',
      max_position_embeddings: 131_072,
      rms_norm_eps: 1e-5,
      rope_theta: 500_000,
      rope_scaling: {
        rope_type: 'llama3',
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 8192,
      },
      tie_word_embeddings: false,
      attention_bias: false,
      mlp_bias: false,
      bos_token_id: 1,
      eos_token_id: [2],
      pad_token_id: null,
    });
    expect(parseModelConfig(config)).toMatchObject({
      family: 'llama',
      rope: { scaling: { type: 'llama3', factor: 8 } },
    });
  });

  test('the tokenizer comes along, with its chat template', async () => {
    const { tokenizerFiles } = await openGguf(source);
    expect([...tokenizerFiles.keys()]).toEqual(['tokenizer.json', 'tokenizer_config.json']);
    const config = JSON.parse(tokenizerFiles.get('tokenizer_config.json') ?? '');
    expect(config).toMatchObject({ bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>', add_bos_token: true });
    expect(config.chat_template).toMatch(/^{{ bos_token }}/);
    const { model } = JSON.parse(tokenizerFiles.get('tokenizer.json') ?? '');
    expect(model.merges).toEqual([
      ['a', 'b'],
      ['▁', 'ab'],
    ]);
  });
});

test('names by architecture', () => {
  const name = (gguf: string, architecture: Parameters<typeof huggingFaceName>[1]) =>
    huggingFaceName(gguf, architecture, 'x');
  expect(name('token_embd.weight', 'qwen2')).toBe('model.embed_tokens.weight');
  expect(name('output.weight', 'qwen3')).toBe('lm_head.weight');
  expect(name('blk.12.attn_k.bias', 'qwen2')).toBe('model.layers.12.self_attn.k_proj.bias');
  expect(name('blk.0.attn_q_norm.weight', 'qwen3')).toBe('model.layers.0.self_attn.q_norm.weight');
  expect(name('blk.3.ffn_norm.weight', 'llama')).toBe('model.layers.3.post_attention_layernorm.weight');
  expect(name('blk.3.post_attention_norm.weight', 'olmo2')).toBe('model.layers.3.post_attention_layernorm.weight');
  expect(name('blk.3.post_ffw_norm.weight', 'olmo2')).toBe('model.layers.3.post_feedforward_layernorm.weight');
  expect(name('blk.3.attn_k_norm.weight', 'olmo2')).toBe('model.layers.3.self_attn.k_norm.weight');
  expect(() => name('blk.3.attn_norm.weight', 'olmo2')).toThrow(/attn_norm.weight is no part of olmo2/);
  expect(() => name('blk.3.attn_q_norm.weight', 'qwen2')).toThrow(/no part of qwen2/);
  expect(() => name('blk.0.ffn_gate_exps.weight', 'llama')).toThrow(/ffn_gate_exps.weight is no part/);
  expect(() => name('blk.00.attn_q.weight', 'llama')).toThrow(/no part/);
  expect(() => name('blk.0.constructor.weight', 'llama')).toThrow(/no part/);
});

test('a head of 8 rows: halves [0 1 2 3 | 4 5 6 7] lie as 0 4 1 5 2 6 3 7', () => {
  const gguf = [0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15];
  expect(Array.from({ length: 16 }, (_, row) => gguf[interleavedRow(row, 8)])).toEqual([...Array(16).keys()]);
});

describe('configurations', () => {
  const base = (architecture: string, more: Record<string, GgufValue> = {}) => ({
    'general.architecture': architecture,
    [`${architecture}.block_count`]: { u32: 4 },
    [`${architecture}.context_length`]: { u32: 4096 },
    [`${architecture}.embedding_length`]: { u32: 64 },
    [`${architecture}.feed_forward_length`]: { u32: 128 },
    [`${architecture}.attention.head_count`]: { u32: 8 },
    [`${architecture}.attention.layer_norm_rms_epsilon`]: { f32: 1e-6 },
    ...Object.fromEntries(
      Object.entries(more).map(([k, v]) => [k.includes(':') ? k.slice(1) : `${architecture}.${k}`, v]),
    ),
  });
  const embedding = { name: 'token_embd.weight', lengths: [64, 32] };
  const config = (
    metadata: Record<string, GgufValue>,
    tensors: { name: string; lengths: number[] }[] = [embedding],
    factors: Float32Array | null = null,
  ) => {
    const bytes = ggufFile({ metadata, tensors });
    const header = parseGgufHeader(bytes, bytes.length, 'x.gguf');
    return ggufConfig(header.metadata, header.tensors, 'x.gguf', factors);
  };

  test('qwen2: tied embeddings, YaRN, no field that the family does not know', () => {
    const json = config(
      base('qwen2', {
        'rope.freq_base': { f32: 1e6 },
        'rope.scaling.type': 'yarn',
        'rope.scaling.factor': { f32: 4 },
        'rope.scaling.original_context_length': { u32: 32_768 },
      }),
    );
    expect(json).toMatchObject({ model_type: 'qwen2', tie_word_embeddings: true, head_dim: 8, num_key_value_heads: 8 });
    expect(parseModelConfig(json)).toMatchObject({
      family: 'qwen2',
      rmsNormEps: 1e-6,
      rope: { theta: 1e6, scaling: { type: 'yarn', factor: 4, betaFast: 32, originalMaxPositions: 32_768 } },
    });
  });

  test('qwen3: heads wider than the hidden size gives them', () => {
    const json = config(base('qwen3', { 'attention.key_length': { u32: 16 }, 'attention.value_length': { u32: 16 } }));
    expect(parseModelConfig(json)).toMatchObject({ family: 'qwen3', headDim: 16, rope: { theta: 10_000 } });
  });

  test('olmo2 without a window is OLMo 2, with one it is OLMo 3', () => {
    expect(parseModelConfig(config(base('olmo2')))).toMatchObject({ family: 'olmo2', window: null });
    const window = { 'attention.sliding_window': { u32: 100 } };
    expect(parseModelConfig(config(base('olmo2', window)))).toMatchObject({
      family: 'olmo3',
      window: 100,
      sliding: [true, true, true, false],
    });
    // as llama.cpp's first converter for OLMo 3 wrote its YaRN: attention_factor = 0.1 ln 8 + 1
    const yarn = {
      'rope.freq_base': { f32: 500_000 },
      'rope.scaling.type': 'yarn',
      'rope.scaling.factor': { f32: 8 },
      'rope.scaling.attn_factor': { f32: 1.2079441541679836 },
      'rope.scaling.original_context_length': { u32: 8192 },
    };
    const scaled = parseModelConfig(config(base('olmo2', { ...window, ...yarn })));
    expect(scaled.slidingRope).toEqual({ theta: 500_000, scaling: null });
    expect(scaled.rope.scaling).toMatchObject({ type: 'yarn', factor: 8, originalMaxPositions: 8192 });
    expect(scaled.rope.scaling).toMatchObject({ attentionFactor: 0.1 * Math.log(8) + 1 });
    const pattern = { 'attention.sliding_window_pattern': [false, true, false, true] };
    expect(parseModelConfig(config(base('olmo2', { ...window, ...pattern })))).toMatchObject({
      sliding: [false, true, false, true],
    });
  });

  test('linear scaling, as it is written now and as it was in 2023', () => {
    const now = { 'rope.scaling.type': 'linear', 'rope.scaling.factor': { f32: 2 } };
    for (const more of [now, { 'rope.scale_linear': { f32: 2 } }]) {
      expect(config(base('llama', more)).rope_scaling).toEqual({ rope_type: 'linear', factor: 2 });
    }
  });

  test('lists of equal values stand for one', () => {
    const json = config(base('llama', { 'attention.head_count_kv': Array(4).fill({ i32: 2 }) }));
    expect(json.num_key_value_heads).toBe(2);
  });

  test('biases are told, so that a family without them refuses', () => {
    const bias = { name: 'blk.0.attn_q.bias', lengths: [64] };
    const json = config(base('llama'), [embedding, bias]);
    expect(json.attention_bias).toBe(true);
    expect(() => parseModelConfig(json)).toThrow(/attention_bias/);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['architecture', () => config(base('gemma')), /architecture "gemma" is not supported/],
    ['no architecture', () => config({}), /architecture null/],
    ['experts', () => config(base('llama', { expert_count: { u32: 8 } })), /llama\.expert_count = 8/],
    ['an unknown key', () => config(base('llama', { 'attention.new': true })), /llama\.attention\.new = true/],
    ['scaled logits', () => config(base('llama', { logit_scale: { f32: 0.5 } })), /llama\.logit_scale = 0\.5/],
    [
      'a missing key',
      () => config({ 'general.architecture': 'llama' }),
      /llama\.embedding_length must be a number: it is missing/,
    ],
    [
      'a text for a number',
      () => config(base('llama', { block_count: '4' })),
      /block_count must be a number: it is "4"/,
    ],
    ['half a layer', () => config(base('llama', { block_count: { f32: 1.5 } })), /a whole number/],
    ['no heads', () => config(base('llama', { 'attention.head_count': { u32: 0 } })), /4 layers of 0 heads/],
    ['heads that do not divide', () => config(base('llama', { 'attention.head_count': { u32: 7 } })), /key_length/],
    ['partial rotation', () => config(base('llama', { 'rope.dimension_count': { u32: 4 } })), /dimension_count is 4/],
    ['wide values', () => config(base('llama', { 'attention.value_length': { u32: 16 } })), /value_length is 16/],
    [
      'heads by layer',
      () => config(base('llama', { 'attention.head_count': [{ u32: 8 }, { u32: 4 }] })),
      /layer to layer/,
    ],
    ['longrope', () => config(base('llama', { 'rope.scaling.type': 'longrope' })), /"longrope" is not supported/],
    [
      'a window in llama',
      () => config(base('llama', { 'attention.sliding_window': { u32: 9 } })),
      /sliding_window = 9/,
    ],
    [
      'a pattern too short',
      () =>
        config(base('olmo2', { 'attention.sliding_window': { u32: 9 }, 'attention.sliding_window_pattern': [true] })),
      /each of 4 layers/,
    ],
    [
      'YaRN’s strength',
      () =>
        config(
          base('qwen2', {
            'rope.scaling.type': 'yarn',
            'rope.scaling.factor': { f32: 4 },
            'rope.scaling.yarn_attn_factor': { f32: 3 },
          }),
        ),
      /yarn_attn_factor = 3/,
    ],
    [
      'vocabulary',
      () => config(base('llama', { vocab_size: { u32: 33 } })),
      /vocab_size is 33, token_embd\.weight has 32/,
    ],
    ['no embedding', () => config(base('llama'), []), /no tensor token_embd/],
    ['a part', () => config(base('llama', { ':split.count': { u32: 2 } })), /one of several/],
    ['an adapter', () => config(base('llama', { ':general.type': 'adapter' })), /no model but: adapter/],
    ['odd factors', () => config(base('llama'), [embedding], new Float32Array([1, 2, 3, 4])), /rope_freqs/],
    [
      'factors and keys',
      () =>
        config(
          base('llama', {
            'rope.scale_linear': { f32: 2 },
            'rope.scaling.type': 'linear',
            'rope.scaling.factor': { f32: 2 },
          }),
        ),
      /two ways at once/,
    ],
  ])('%s is refused by name', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
