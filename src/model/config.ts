/** A decoder's hyperparameters, read from a Hugging Face config.json. What changes the mathematics and is not supported is refused by name. */
import { BadInput } from '../data/errors';

export interface ModelConfig {
  readonly vocabSize: number; // V
  readonly hiddenSize: number; // C
  readonly layers: number; // L
  readonly heads: number; // H query heads
  readonly kvHeads: number; // K key/value heads
  readonly headDim: number; // D
  readonly intermediateSize: number; // F
  readonly ropeTheta: number;
  readonly rmsNormEps: number;
  readonly tiedEmbeddings: boolean;
  readonly maxPositions: number; // longest context the model was made for
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly padId: number | null;
}

/** The head's rows are padded to a multiple of 8 inside; nobody outside sees the padding. */
export const paddedVocab = (c: ModelConfig): number => Math.ceil(c.vocabSize / 8) * 8;

const REFUSED: Record<string, (value: unknown) => boolean> = {
  attention_bias: (v) => v === true,
  use_sliding_window: (v) => v === true,
  rope_scaling: (v) => v !== null && (v as { rope_type?: string }).rope_type !== 'default',
  attention_dropout: (v) => typeof v === 'number' && v > 0,
  hidden_act: (v) => v !== 'silu',
};

/** Reads config.json (already parsed). Throws BadInput naming the field. */
export function parseModelConfig(json: unknown, where = 'config.json'): ModelConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new BadInput('The model configuration is no JSON object', where, 'Point to a Hugging Face model folder.');
  }
  const raw = json as Record<string, unknown>;
  if (raw.model_type !== 'qwen3') {
    throw new BadInput(
      `Model type ${JSON.stringify(raw.model_type ?? null)} is not supported`,
      where,
      'Use a dense Qwen3 model (model_type "qwen3").',
    );
  }
  for (const [field, refuses] of Object.entries(REFUSED)) {
    if (raw[field] !== undefined && refuses(raw[field])) {
      throw new BadInput(
        `${field} = ${JSON.stringify(raw[field])} is not supported`,
        where,
        'Its mathematics differs from what the engine computes; use a model without it.',
      );
    }
  }
  const integer = (field: string, least: number, fallback?: number): number => {
    const value = raw[field] ?? fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > 2 ** 31) {
      throw new BadInput(
        `${field} must be a whole number of at least ${least}, got ${JSON.stringify(value ?? null)}`,
        where,
        'Check the file against the model it belongs to.',
      );
    }
    return value;
  };
  const positive = (field: string, fallback: number): number => {
    const value = raw[field] ?? fallback;
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) {
      throw new BadInput(
        `${field} must be a positive number, got ${JSON.stringify(value)}`,
        where,
        'Check the file against the model it belongs to.',
      );
    }
    return value;
  };
  const tokenId = (field: string): number | null => {
    const value = Array.isArray(raw[field]) ? raw[field][0] : raw[field];
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
  };
  const rope = (raw.rope_parameters ?? {}) as { rope_theta?: unknown; rope_type?: unknown };
  if (rope.rope_type !== undefined && rope.rope_type !== 'default') {
    throw new BadInput(
      `rope_type ${JSON.stringify(rope.rope_type)} is not supported`,
      where,
      'Use a model with plain rotary embedding.',
    );
  }
  if (typeof rope.rope_theta === 'number' && raw.rope_theta === undefined) raw.rope_theta = rope.rope_theta;
  const heads = integer('num_attention_heads', 1);
  const hiddenSize = integer('hidden_size', 1);
  const config: ModelConfig = {
    vocabSize: integer('vocab_size', 2),
    hiddenSize,
    layers: integer('num_hidden_layers', 1),
    heads,
    kvHeads: integer('num_key_value_heads', 1, heads),
    headDim: integer('head_dim', 4, hiddenSize / heads),
    intermediateSize: integer('intermediate_size', 1),
    ropeTheta: positive('rope_theta', 10_000),
    rmsNormEps: positive('rms_norm_eps', 1e-6),
    tiedEmbeddings: raw.tie_word_embeddings === true,
    maxPositions: integer('max_position_embeddings', 1, 2048),
    bosId: tokenId('bos_token_id'),
    eosId: tokenId('eos_token_id'),
    padId: tokenId('pad_token_id'),
  };
  if (config.heads % config.kvHeads !== 0) {
    throw new BadInput(
      `${config.heads} query heads cannot share ${config.kvHeads} key heads`,
      where,
      'num_attention_heads must be a multiple of num_key_value_heads.',
    );
  }
  if (config.headDim % 4 !== 0) {
    throw new BadInput(
      `head_dim ${config.headDim} is no multiple of 4`,
      where,
      'The attention kernels read heads four channels at a time.',
    );
  }
  return config;
}

/** The config.json that transformers' Qwen3ForCausalLM loads. */
export function modelConfigJson(c: ModelConfig): Record<string, unknown> {
  return {
    architectures: ['Qwen3ForCausalLM'],
    model_type: 'qwen3',
    vocab_size: c.vocabSize,
    hidden_size: c.hiddenSize,
    num_hidden_layers: c.layers,
    num_attention_heads: c.heads,
    num_key_value_heads: c.kvHeads,
    head_dim: c.headDim,
    intermediate_size: c.intermediateSize,
    hidden_act: 'silu',
    rope_theta: c.ropeTheta,
    rms_norm_eps: c.rmsNormEps,
    tie_word_embeddings: c.tiedEmbeddings,
    max_position_embeddings: c.maxPositions,
    attention_bias: false,
    attention_dropout: 0,
    use_sliding_window: false,
    bos_token_id: c.bosId,
    eos_token_id: c.eosId,
    pad_token_id: c.padId,
    torch_dtype: 'float32',
  };
}

/** The built-in nano model's shape (nano-task: 143,712 parameters). */
export const NANO_CONFIG: ModelConfig = {
  vocabSize: 77,
  hiddenSize: 64,
  layers: 3,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  intermediateSize: 176,
  ropeTheta: 10_000,
  rmsNormEps: 1e-6,
  tiedEmbeddings: true,
  maxPositions: 128,
  bosId: 65,
  eosId: 66,
  padId: 64,
};
