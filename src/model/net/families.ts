/** The model families as rows of switches. A new family with these parts is a row; `fields` says what its config.json may hold. */

export interface Family {
  /** transformers' class, for config.json. */
  readonly architecture: string;
  /** pre: x + f(norm(x)).  post: x + norm(f(x)). */
  readonly norms: 'pre' | 'post';
  /** RMSNorm of queries and keys: of each head, of the whole projection, or none. */
  readonly qkNorm: 'head' | 'full' | 'none';
  readonly qkvBias: boolean;
  /** if used: use_sliding_window and max_window_layers.  pattern: three sliding layers, then a full one, unless layer_types says otherwise. */
  readonly slidingWindow: 'never' | 'if used' | 'pattern';
  /** transformers' defaults where config.json is silent; head_dim undefined: hidden_size / num_attention_heads. */
  readonly headDim?: number;
  readonly ropeTheta: number;
  readonly rmsNormEps: number;
  /** Fields that are read (true), or accepted with some values only. Any other field is refused. */
  readonly fields: Readonly<Record<string, true | ((value: unknown) => boolean)>>;
}

export type FamilyName = 'qwen3' | 'qwen2' | 'llama' | 'olmo2' | 'olmo3';

const isFalse = (value: unknown): boolean => value === false;
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';

const COMMON: Family['fields'] = {
  vocab_size: true,
  hidden_size: true,
  num_hidden_layers: true,
  num_attention_heads: true,
  num_key_value_heads: true,
  head_dim: true,
  intermediate_size: true,
  rope_theta: true,
  rope_scaling: true,
  rope_parameters: true,
  original_max_position_embeddings: true,
  rms_norm_eps: true,
  tie_word_embeddings: isBoolean,
  max_position_embeddings: true,
  hidden_act: (v) => v === 'silu',
  attention_dropout: (v) => v === 0,
};
const NO_BIAS: Family['fields'] = { attention_bias: isFalse };
const WINDOWS: Family['fields'] = {
  use_sliding_window: isBoolean,
  sliding_window: true,
  max_window_layers: true,
  layer_types: true,
};

export const FAMILIES: Readonly<Record<FamilyName, Family>> = {
  qwen3: {
    architecture: 'Qwen3ForCausalLM',
    norms: 'pre',
    qkNorm: 'head',
    qkvBias: false,
    slidingWindow: 'if used',
    headDim: 128,
    ropeTheta: 10_000,
    rmsNormEps: 1e-6,
    fields: { ...COMMON, ...NO_BIAS, ...WINDOWS },
  },
  qwen2: {
    architecture: 'Qwen2ForCausalLM',
    norms: 'pre',
    qkNorm: 'none',
    qkvBias: true,
    slidingWindow: 'if used',
    ropeTheta: 10_000,
    rmsNormEps: 1e-6,
    fields: { ...COMMON, ...WINDOWS, use_mrope: isFalse },
  },
  llama: {
    architecture: 'LlamaForCausalLM',
    norms: 'pre',
    qkNorm: 'none',
    qkvBias: false,
    slidingWindow: 'never',
    ropeTheta: 10_000,
    rmsNormEps: 1e-6,
    fields: {
      ...COMMON,
      ...NO_BIAS,
      mlp_bias: isFalse,
      pretraining_tp: true, // how the same product is cut up
      is_llama_config: true,
      rope_interleaved: isFalse,
    },
  },
  olmo2: {
    architecture: 'Olmo2ForCausalLM',
    norms: 'post',
    qkNorm: 'full',
    qkvBias: false,
    slidingWindow: 'never',
    ropeTheta: 10_000,
    rmsNormEps: 1e-5,
    fields: { ...COMMON, ...NO_BIAS },
  },
  olmo3: {
    architecture: 'Olmo3ForCausalLM',
    norms: 'post',
    qkNorm: 'full',
    qkvBias: false,
    slidingWindow: 'pattern',
    ropeTheta: 500_000,
    rmsNormEps: 1e-5,
    fields: { ...COMMON, ...NO_BIAS, sliding_window: true, layer_types: true },
  },
};

/** A field that changes what any model computes, unless it has a value that changes nothing. */
interface Foreign {
  readonly neutral: (value: unknown) => boolean;
  readonly what: string;
  readonly mend: string;
}

const foreign = (what: string, neutral: Foreign['neutral'] = () => false): Foreign => ({
  neutral,
  what,
  mend: 'Its mathematics differs from what the engine computes; use a model without it.',
});
const isOne = (value: unknown): boolean => value === 1;
const EXPERTS = foreign('a mixture of experts', (v) => v === 0);
const QUANTISED: Foreign = {
  neutral: () => false,
  what: 'weights that are quantised already',
  mend: 'Use the same model in bf16 or f16 (the engine quantises while it loads), or as a .gguf file.',
};

/** Fields of families that are not here, and what each stands for. */
export const FOREIGN_FIELDS: Readonly<Record<string, Foreign>> = {
  quantization_config: QUANTISED,
  compression_config: QUANTISED,
  quantization: QUANTISED, // MLX
  quant_config: QUANTISED,
  quant_method: QUANTISED,
  num_experts: EXPERTS,
  num_local_experts: EXPERTS,
  n_routed_experts: EXPERTS,
  num_experts_per_tok: EXPERTS,
  moe_intermediate_size: EXPERTS,
  attn_logit_softcapping: foreign('a soft cap on attention logits'),
  final_logit_softcapping: foreign('a soft cap on the final logits'),
  query_pre_attn_scalar: foreign('another scale of attention'),
  attention_multiplier: foreign('another scale of attention'),
  residual_multiplier: foreign('scaled residuals', isOne),
  embedding_multiplier: foreign('scaled embeddings', isOne),
  logits_scaling: foreign('scaled logits', isOne),
  logit_scale: foreign('scaled logits', isOne),
  partial_rotary_factor: foreign('rotary embedding of a part of each head', isOne),
  kv_lora_rank: foreign('attention with compressed keys and values'),
  clip_qkv: foreign('clipped queries, keys and values'),
  qk_layernorm: foreign('norms of queries and keys', isFalse),
  use_qk_norm: foreign('norms of queries and keys', isFalse),
  no_rope_layers: foreign('layers without rotary embedding'),
  alibi: foreign('linear attention biases', isFalse),
  use_parallel_residual: foreign('parallel residual branches', isFalse),
};

/** Fields of every config.json that say nothing about what a forward pass computes. */
export const IGNORED_FIELDS: ReadonlySet<string> = new Set([
  'model_type',
  'architectures',
  'transformers_version',
  'transformers.js_config',
  'auto_map',
  'torch_dtype',
  'dtype',
  'use_cache',
  'initializer_range',
  'initializer_factor',
  'bos_token_id',
  'eos_token_id',
  'pad_token_id',
  'sep_token_id',
  'unk_token_id',
  'decoder_start_token_id',
  'output_attentions',
  'output_hidden_states',
  'return_dict',
  'torchscript',
  'use_bfloat16',
  'is_decoder',
  'is_encoder_decoder',
  'add_cross_attention',
  'cross_attention_hidden_size',
  'chunk_size_feed_forward',
  'pruned_heads',
  'tie_encoder_decoder',
  'tokenizer_class',
  'prefix',
  'task_specific_params',
  'problem_type',
  'finetuning_task',
  'id2label',
  'label2id',
  'num_labels',
  'temperature',
  'top_k',
  'top_p',
  'typical_p',
  'repetition_penalty',
  'length_penalty',
  'do_sample',
  'max_length',
  'min_length',
  'max_new_tokens',
  'early_stopping',
  'num_beams',
  'num_beam_groups',
  'num_return_sequences',
  'diversity_penalty',
  'no_repeat_ngram_size',
  'encoder_no_repeat_ngram_size',
  'bad_words_ids',
  'begin_suppress_tokens',
  'suppress_tokens',
  'exponential_decay_length_penalty',
  'forced_bos_token_id',
  'forced_eos_token_id',
  'remove_invalid_values',
  'output_scores',
  'return_dict_in_generate',
  'tf_legacy_loss',
  'unsloth_fixed',
  'unsloth_version',
]);
