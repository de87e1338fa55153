/**
 * The config.json that a GGUF file stands for. What changes the mathematics and has no counterpart there is refused by
 * name, and so is every key of the architecture that nobody here knows.
 */
import { BOUNDS } from '../../../data/bounds';
import { Fields } from './fields';
import type { GgufTensor, Metadata } from './header';
import { type Architecture, checkArchitecture } from './names';
import { ropeScaling } from './rope-scaling';
import { endIds, specialId } from './special-tokens';

type Json = Record<string, unknown>;

const CLASSES: Readonly<Record<Architecture | 'olmo3', string>> = {
  llama: 'LlamaForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
  olmo2: 'Olmo2ForCausalLM',
  olmo3: 'Olmo3ForCausalLM',
};

/** Keys of an architecture that are read below, by ropeScaling, or that change nothing (rope.scaling.finetuned). */
const KNOWN = new Set([
  'block_count',
  'context_length',
  'embedding_length',
  'feed_forward_length',
  'vocab_size',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  'attention.value_length',
  'attention.layer_norm_rms_epsilon',
  'attention.sliding_window',
  'attention.sliding_window_pattern',
  'rope.freq_base',
  'rope.dimension_count',
  'rope.scale_linear',
  'rope.scaling.type',
  'rope.scaling.factor',
  'rope.scaling.original_context_length',
  'rope.scaling.finetuned',
  'rope.scaling.attn_factor',
  'rope.scaling.yarn_ext_factor',
  'rope.scaling.yarn_attn_factor',
  'rope.scaling.yarn_beta_fast',
  'rope.scaling.yarn_beta_slow',
  'rope.scaling.yarn_log_multiplier',
  'tensor_data_layout', // words about how queries and keys lie, which llama.cpp never reads: it is as names.ts says
]);

/** Keys that are accepted with the one value that changes nothing. */
const NEUTRAL: Readonly<Record<string, number | boolean>> = {
  expert_count: 0,
  expert_used_count: 0,
  expert_shared_count: 0,
  leading_dense_block_count: 0,
  nextn_predict_layers: 0,
  'attention.causal': true,
  use_parallel_residual: false,
  logit_scale: 1,
  embedding_scale: 1,
  residual_scale: 1,
  'attention.clamp_kqv': 0,
  'attention.max_alibi_bias': 0,
  attn_logit_softcapping: 0,
  final_logit_softcapping: 0,
};

/**
 * The equivalent config.json. `ropeFactors` are the values of rope_freqs.weight where the file has that tensor. Throws
 * BadInput naming the key.
 */
export function ggufConfig(
  metadata: Metadata,
  tensors: ReadonlyMap<string, GgufTensor>,
  where: string,
  ropeFactors: Float32Array | null = null,
): Json {
  const fields = new Fields(metadata, where);
  const architecture = checkArchitecture(metadata.get('general.architecture'), where);
  refuseUnknown(fields, architecture);
  const key = (name: string) => `${architecture}.${name}`;
  const hidden = fields.whole(key('embedding_length'));
  const layers = fields.whole(key('block_count'));
  const heads = fields.wholeOfLayers(key('attention.head_count'));
  const kvHeads = fields.wholeOfLayers(key('attention.head_count_kv'), heads);
  if (heads < 1 || kvHeads < 1 || layers < 1 || layers > BOUNDS.layers)
    fields.refuse(`The file claims ${layers} layers of ${heads} heads`);
  const headDim = fields.whole(key('attention.key_length'), hidden / heads);
  const theta = fields.decimal(key('rope.freq_base'), 10_000);
  for (const same of ['attention.value_length', 'rope.dimension_count'] as const) {
    if (fields.whole(key(same), headDim) !== headDim)
      fields.refuse(`${key(same)} is ${fields.number(key(same))}, heads have ${headDim} channels: not supported`);
  }
  const window = slidingWindow(fields, architecture, layers);
  const type = window ? 'olmo3' : architecture;
  const hasBias = (stem: string) => tensors.has(`blk.0.${stem}.bias`);
  return {
    architectures: [CLASSES[type]],
    model_type: type,
    vocab_size: vocabSize(fields, architecture, tensors),
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headDim,
    intermediate_size: fields.wholeOfLayers(key('feed_forward_length')),
    hidden_act: 'silu',
    max_position_embeddings: fields.whole(key('context_length')),
    rms_norm_eps: fields.decimal(key('attention.layer_norm_rms_epsilon')),
    rope_theta: theta,
    rope_scaling: ropeScaling(fields, architecture, { theta, D: headDim, factors: ropeFactors }),
    tie_word_embeddings: !tensors.has('output.weight'),
    ...(architecture === 'qwen2' ? {} : { attention_bias: hasBias('attn_q') || hasBias('attn_output') }),
    ...(architecture === 'llama' ? { mlp_bias: hasBias('ffn_gate') } : {}),
    ...window,
    bos_token_id: specialId(fields, 'bos'),
    eos_token_id: endIds(fields),
    pad_token_id: specialId(fields, 'padding'),
  };
}

function refuseUnknown(fields: Fields, architecture: Architecture): void {
  if (fields.whole('split.count', 1) > 1)
    fields.refuse('The file is one of several that hold the model together', 'Merge them with gguf-split --merge.');
  if ((fields.metadata.get('general.type') ?? 'model') !== 'model')
    fields.refuse(`The file holds no model but: ${fields.metadata.get('general.type')}`, 'Use the file of the model.');
  for (const [key, value] of fields.metadata) {
    if (!key.startsWith(`${architecture}.`)) continue;
    const name = key.slice(architecture.length + 1);
    if (KNOWN.has(name) || (Object.hasOwn(NEUTRAL, name) && NEUTRAL[name] === value)) continue;
    fields.refuse(
      `The GGUF key ${key} = ${String(value).slice(0, 60)} is not supported`,
      'Its mathematics may differ from what the engine computes; use a model without it.',
    );
  }
}

function vocabSize(fields: Fields, architecture: Architecture, tensors: ReadonlyMap<string, GgufTensor>): number {
  const rows = tensors.get('token_embd.weight')?.shape[0];
  if (rows === undefined) return fields.refuse('The file has no tensor token_embd.weight');
  const claimed = fields.whole(`${architecture}.vocab_size`, rows);
  if (claimed > rows)
    // fewer: the rest is padding
    fields.refuse(`${architecture}.vocab_size is ${claimed}, token_embd.weight has ${rows} rows`, 'Download it again.');
  return rows;
}

/** OLMo 3 is stored as olmo2 with a window: by default three layers slide, the fourth sees everything. */
function slidingWindow(fields: Fields, architecture: Architecture, layers: number): Json | null {
  const window = fields.whole(`${architecture}.attention.sliding_window`, 0);
  const pattern = fields.metadata.get(`${architecture}.attention.sliding_window_pattern`);
  if (window === 0) {
    if (pattern !== undefined) fields.refuse(`${architecture}.attention.sliding_window_pattern comes without a window`);
    return null;
  }
  if (architecture !== 'olmo2') fields.refuse(`${architecture}.attention.sliding_window = ${window} is not supported`);
  const slides = pattern ?? Array.from({ length: layers }, (_, l) => (l + 1) % 4 !== 0);
  if (!Array.isArray(slides) || slides.length !== layers || !slides.every((s) => typeof s === 'boolean'))
    return fields.refuse(`olmo2.attention.sliding_window_pattern must say true or false of each of ${layers} layers`);
  return {
    sliding_window: window,
    layer_types: slides.map((s) => (s ? 'sliding_attention' : 'full_attention')),
  };
}
