/** config.json of real models as their authors publish it, and fields that change the mathematics, each refused by name. */
import { describe, expect, it } from 'vitest';
import { modelConfigJson, parseModelConfig } from '../../src/model/net/config';
import { ParameterLayout } from '../../src/model/net/parameters';
import { inverseFrequencies } from '../../src/model/net/rope';

const LLAMA = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  attention_dropout: 0.0,
  hidden_act: 'silu',
  initializer_range: 0.02,
  mlp_bias: false,
  model_type: 'llama',
  pretraining_tp: 1,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  torch_dtype: 'bfloat16',
  transformers_version: '4.45.0.dev0',
  use_cache: true,
};
const QWEN3 = {
  architectures: ['Qwen3ForCausalLM'],
  attention_bias: false,
  attention_dropout: 0.0,
  bos_token_id: 151643,
  eos_token_id: 151645,
  head_dim: 128,
  hidden_act: 'silu',
  initializer_range: 0.02,
  max_position_embeddings: 40960,
  model_type: 'qwen3',
  num_key_value_heads: 8,
  rms_norm_eps: 1e-6,
  rope_scaling: null,
  rope_theta: 1000000,
  sliding_window: null,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  transformers_version: '4.51.0',
  use_cache: true,
  use_sliding_window: false,
  vocab_size: 151936,
};

/** The published files, and the parameters that their model cards or checkpoints count. */
const PUBLISHED: Record<string, { json: Record<string, unknown>; parameters: number }> = {
  'SmolLM2-135M-Instruct': {
    json: {
      ...LLAMA,
      bos_token_id: 1,
      eos_token_id: 2,
      hidden_size: 576,
      initializer_range: 0.041666666666666664,
      intermediate_size: 1536,
      is_llama_config: true,
      max_position_embeddings: 8192,
      num_attention_heads: 9,
      num_hidden_layers: 30,
      num_key_value_heads: 3,
      pad_token_id: 2,
      rope_interleaved: false,
      rope_theta: 100000,
      tie_word_embeddings: true,
      'transformers.js_config': { kv_cache_dtype: { q4f16: 'float16', fp16: 'float16' } },
      vocab_size: 49152,
    },
    parameters: 134_515_008,
  },
  'TinyLlama-1.1B-Chat-v1.0': {
    json: {
      ...LLAMA,
      bos_token_id: 1,
      eos_token_id: 2,
      hidden_size: 2048,
      intermediate_size: 5632,
      max_position_embeddings: 2048,
      num_attention_heads: 32,
      num_hidden_layers: 22,
      num_key_value_heads: 4,
      rope_theta: 10000.0,
      tie_word_embeddings: false,
      vocab_size: 32000,
    },
    parameters: 1_100_048_384,
  },
  'Llama-3.2-1B': {
    json: {
      ...LLAMA,
      bos_token_id: 128000,
      eos_token_id: 128001,
      head_dim: 64,
      hidden_size: 2048,
      intermediate_size: 8192,
      max_position_embeddings: 131072,
      num_attention_heads: 32,
      num_hidden_layers: 16,
      num_key_value_heads: 8,
      rope_scaling: {
        factor: 32.0,
        high_freq_factor: 4.0,
        low_freq_factor: 1.0,
        original_max_position_embeddings: 8192,
        rope_type: 'llama3',
      },
      rope_theta: 500000.0,
      tie_word_embeddings: true,
      vocab_size: 128256,
    },
    parameters: 1_235_814_400,
  },
  'Qwen3-0.6B': {
    json: {
      ...QWEN3,
      hidden_size: 1024,
      intermediate_size: 3072,
      max_window_layers: 28,
      num_attention_heads: 16,
      num_hidden_layers: 28,
    },
    parameters: 596_049_920,
  },
  'Qwen3-4B': {
    json: {
      ...QWEN3,
      hidden_size: 2560,
      intermediate_size: 9728,
      max_window_layers: 36,
      num_attention_heads: 32,
      num_hidden_layers: 36,
    },
    parameters: 4_022_468_096,
  },
  'Qwen2.5-0.5B': {
    json: {
      architectures: ['Qwen2ForCausalLM'],
      attention_dropout: 0.0,
      bos_token_id: 151643,
      eos_token_id: 151643,
      hidden_act: 'silu',
      hidden_size: 896,
      initializer_range: 0.02,
      intermediate_size: 4864,
      max_position_embeddings: 32768,
      max_window_layers: 24,
      model_type: 'qwen2',
      num_attention_heads: 14,
      num_hidden_layers: 24,
      num_key_value_heads: 2,
      rms_norm_eps: 1e-6,
      rope_theta: 1000000.0,
      sliding_window: 32768,
      tie_word_embeddings: true,
      torch_dtype: 'bfloat16',
      transformers_version: '4.40.1',
      use_cache: true,
      use_mrope: false,
      use_sliding_window: false,
      vocab_size: 151936,
    },
    parameters: 494_032_768,
  },
  'Olmo-3-7B-Instruct': {
    json: {
      architectures: ['Olmo3ForCausalLM'],
      attention_bias: false,
      attention_dropout: 0.0,
      eos_token_id: 100257,
      hidden_act: 'silu',
      hidden_size: 4096,
      initializer_range: 0.02,
      intermediate_size: 11008,
      layer_types: Array.from({ length: 32 }, (_, l) => ((l + 1) % 4 === 0 ? 'full_attention' : 'sliding_attention')),
      max_position_embeddings: 65536,
      model_type: 'olmo3',
      num_attention_heads: 32,
      num_hidden_layers: 32,
      num_key_value_heads: 32,
      pad_token_id: 100277,
      rms_norm_eps: 1e-6,
      rope_scaling: {
        attention_factor: 1.2079441541679836,
        beta_fast: 32.0,
        beta_slow: 1.0,
        factor: 8.0,
        original_max_position_embeddings: 8192,
        rope_type: 'yarn',
      },
      rope_theta: 500000,
      sliding_window: 4096,
      tie_word_embeddings: false,
      torch_dtype: 'bfloat16',
      transformers_version: '4.57.1',
      use_cache: false,
      vocab_size: 100278,
    },
    parameters: 7_298_011_136,
  },
};

describe.each(Object.entries(PUBLISHED))('%s', (_, { json, parameters }) => {
  const config = parseModelConfig(json);

  it('is read, with its number of parameters', () => {
    expect(new ParameterLayout(config).count).toBe(parameters);
  });

  it('is the same after writing and reading', () => {
    expect(parseModelConfig(modelConfigJson(config))).toEqual(config);
  });
});

it('reads the widths of heads, the windows and the scalings that these models are known for', () => {
  const of = (name: string) => parseModelConfig(PUBLISHED[name].json);
  expect(of('SmolLM2-135M-Instruct')).toMatchObject({ headDim: 64, kvHeads: 3, tiedEmbeddings: true, window: null });
  expect(of('Qwen3-4B')).toMatchObject({ headDim: 128, heads: 32, window: null });
  expect(of('Qwen2.5-0.5B')).toMatchObject({ headDim: 64, window: null });
  const olmo = of('Olmo-3-7B-Instruct');
  expect(olmo.window).toBe(4096);
  expect(olmo.sliding.slice(0, 8)).toEqual([true, true, true, false, true, true, true, false]);
  expect(olmo.slidingRope).toEqual({ theta: 500_000, scaling: null }); // only layers that see everything are stretched
  expect(olmo.rope.scaling).toMatchObject({ type: 'yarn', factor: 8, attentionFactor: 1.2079441541679836 });
  const scaled = inverseFrequencies(of('Llama-3.2-1B').rope, 64);
  const plain = inverseFrequencies({ theta: 500_000, scaling: null }, 64);
  expect(scaled[0]).toBe(plain[0]); // short waves stay
  expect(scaled[31]).toBeCloseTo(plain[31] / 32, 12); // long ones are stretched by the whole factor
});

it('stretches OLMo 3’s full layers as transformers does with this very file, and leaves the sliding ones', () => {
  const { rope, slidingRope } = parseModelConfig(PUBLISHED['Olmo-3-7B-Instruct'].json);
  // Olmo3RotaryEmbedding of transformers 5.17.0, heads of 32 channels
  const full = [
    1.0, 0.44036662578582764, 0.193922758102417, 0.08539710193872452, 0.03760603070259094, 0.013662364333868027,
    0.004740232601761818, 0.0015254367608577013, 0.00042426399886608124, 7.784655463183299e-5, 3.428102354519069e-5,
    1.5096217794052791e-5, 6.647869668086059e-6, 2.927499735960737e-6, 1.289173155782919e-6, 5.677088097399974e-7,
  ];
  inverseFrequencies(rope, 32).forEach((f, i) => {
    expect(f / full[i]).toBeCloseTo(1, 6);
  });
  inverseFrequencies(slidingRope, 32).forEach((f, i) => {
    expect(f).toBeCloseTo(500_000 ** (-i / 16), 12);
  });
});

describe('what changes the mathematics is refused by name', () => {
  const llama = { ...PUBLISHED['TinyLlama-1.1B-Chat-v1.0'].json };
  const qwen3 = { ...PUBLISHED['Qwen3-0.6B'].json };
  const qwen2 = { ...PUBLISHED['Qwen2.5-0.5B'].json };
  const olmo3 = { ...PUBLISHED['Olmo-3-7B-Instruct'].json };

  it.each<[string, Record<string, unknown>, Record<string, unknown>, RegExp]>([
    ['dynamic scaling', llama, { rope_scaling: { type: 'dynamic', factor: 2 } }, /rope_type "dynamic"/],
    ['longrope', llama, { rope_scaling: { rope_type: 'longrope', short_factor: [1] } }, /short_factor.*rotary/],
    ['an unknown scaling', llama, { rope_scaling: { rope_type: 'su', factor: 2 } }, /rope_type "su"/],
    ['a bad factor', llama, { rope_scaling: { rope_type: 'linear', factor: 0 } }, /factor .*positive number/],
    ['mrope', qwen2, { rope_scaling: { type: 'default', mrope_section: [16, 24, 24] } }, /mrope_section/],
    ['mrope', qwen2, { use_mrope: true }, /use_mrope = true/],
    ['biases of attention', llama, { attention_bias: true }, /attention_bias = true/],
    ['biases of attention', qwen3, { attention_bias: true }, /attention_bias = true/],
    ['biases of attention', olmo3, { attention_bias: true }, /attention_bias = true/],
    ['biases of the MLP', llama, { mlp_bias: true }, /mlp_bias = true/],
    ['interleaved rotary embedding', llama, { rope_interleaved: true }, /rope_interleaved = true/],
    ['another activation', llama, { hidden_act: 'gelu' }, /hidden_act = "gelu"/],
    ['another activation', qwen3, { hidden_act: 'relu' }, /hidden_act = "relu"/],
    ['dropout in attention', llama, { attention_dropout: 0.1 }, /attention_dropout = 0.1/],
    ['part of each head rotated', llama, { partial_rotary_factor: 0.5 }, /partial_rotary_factor = 0.5/],
    ['part of each head rotated', llama, { rope_parameters: { partial_rotary_factor: 0.5 } }, /partial_rotary_factor/],
    ['a soft cap', llama, { attn_logit_softcapping: 50 }, /attn_logit_softcapping = 50.*soft cap/],
    ['a soft cap', llama, { final_logit_softcapping: 30 }, /final_logit_softcapping = 30.*soft cap/],
    ['another scale of attention', llama, { query_pre_attn_scalar: 224 }, /query_pre_attn_scalar = 224/],
    ['another scale of attention', llama, { attention_multiplier: 0.0078125 }, /attention_multiplier/],
    ['scaled residuals', llama, { residual_multiplier: 0.22 }, /residual_multiplier = 0.22/],
    ['scaled logits', llama, { logits_scaling: 8 }, /logits_scaling = 8/],
    ['experts', llama, { num_local_experts: 8 }, /num_local_experts = 8.*mixture of experts/],
    ['experts', qwen3, { num_experts: 128, num_experts_per_tok: 8 }, /num_experts = 128.*mixture of experts/],
    ['GPTQ', llama, { quantization_config: { quant_method: 'gptq', bits: 4 } }, /quantization_config.*gptq.*quantised/],
    ['AWQ', qwen2, { quantization_config: { quant_method: 'awq', bits: 4 } }, /quantization_config.*awq.*\.gguf/],
    ['a window in a family without', llama, { sliding_window: 4096 }, /sliding_window = 4096 is no field of llama/],
    ['other kinds of layers', qwen3, { layer_types: new Array(28).fill('linear_attention') }, /layer_types must name/],
    ['too few kinds of layers', olmo3, { layer_types: ['full_attention'] }, /layer_types must name .* 32 layers/],
    ['a window that is not used', qwen3, { layer_types: new Array(28).fill('sliding_attention') }, /no window in use/],
    ['a text where a switch is', llama, { tie_word_embeddings: 'yes' }, /tie_word_embeddings = "yes"/],
    ['a classifier', llama, { architectures: ['LlamaForSequenceClassification'] }, /LlamaForSequenceClassification/],
    ['an unknown field', llama, { wavelet_gate: 3 }, /wavelet_gate = 3 is no field of llama models/],
    ['Qwen3-MoE', {}, { model_type: 'qwen3_moe' }, /"qwen3_moe" is not supported: it is a mixture of experts/],
    ['Mixtral', {}, { model_type: 'mixtral' }, /"mixtral" is not supported: it is a mixture of experts/],
    ['Gemma', {}, { model_type: 'gemma3_text' }, /"gemma3_text" is not supported/],
    ['no type', {}, { model_type: undefined }, /Model type null is not supported/],
  ])('%s', (_, base, changes, message) => {
    expect(() => parseModelConfig({ ...base, ...changes })).toThrow(message);
  });

  it('and accepted where the value changes nothing', () => {
    const plain = parseModelConfig(llama);
    const neutral = {
      partial_rotary_factor: 1,
      num_experts: 0,
      residual_multiplier: 1,
      final_logit_softcapping: null,
      quantization_config: null,
      _attn_implementation: 'sdpa',
      unk_token_id: 0,
      rope_parameters: { rope_type: 'default', rope_theta: 10000, partial_rotary_factor: 1 },
    };
    expect(parseModelConfig({ ...llama, ...neutral })).toEqual(plain);
  });

  it('a window that Qwen’s configuration names and does not use slides nowhere', () => {
    expect(parseModelConfig({ ...qwen2, use_sliding_window: false }).window).toBeNull();
    expect(parseModelConfig({ ...qwen3, use_sliding_window: true, sliding_window: null }).window).toBeNull();
    const used = parseModelConfig({ ...qwen2, use_sliding_window: true, max_window_layers: 20 });
    expect(used.sliding.map((s) => (s ? 1 : 0)).join('')).toBe(`${'0'.repeat(20)}1111`);
  });
});
