/**
 * A decoder's hyperparameters and switches, read from a Hugging Face config.json. One record covers the families; what
 * changes the mathematics and is not supported is refused by name, and so is a field that nobody here knows.
 */
import { BOUNDS } from '../../data/bounds';
import { BadInput } from '../../data/errors';
import type { FloatFormat } from '../weights/float-formats';
import { FAMILIES, type Family, type FamilyName, FOREIGN_FIELDS, IGNORED_FIELDS } from './families';
import { parseRope, type RopeParameters, ropeFields, ropeJson } from './rope';

export interface ModelConfig {
  readonly family: FamilyName;
  readonly vocabSize: number; // V
  readonly hiddenSize: number; // C
  readonly layers: number; // L
  readonly heads: number; // H query heads
  readonly kvHeads: number; // K key/value heads
  readonly headDim: number; // D
  readonly intermediateSize: number; // F
  readonly rope: RopeParameters;
  /** Of the layers with a sliding window; equal to `rope` in most families. */
  readonly slidingRope: RopeParameters;
  readonly rmsNormEps: number;
  readonly tiedEmbeddings: boolean;
  readonly maxPositions: number; // longest context the model was made for
  /** Keys that a sliding layer sees, itself included; null where every layer sees all. */
  readonly window: number | null;
  /** Whether layer l slides (L). */
  readonly sliding: readonly boolean[];
  readonly bosId: number | null;
  /** Tokens that end a text; the first is the one that config.json names alone where it names one. */
  readonly eosIds: readonly number[];
  readonly padId: number | null;
}

/** The head's rows are padded to a multiple of 8 inside; nobody outside sees the padding. */
export const paddedVocab = (c: ModelConfig): number => Math.ceil(c.vocabSize / 8) * 8;

/** The family's switches. */
export const switches = (c: ModelConfig): Family => FAMILIES[c.family];

type Json = Record<string, unknown>;

const DEFAULT_POSITIONS = 2048;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads config.json (already parsed). Throws BadInput naming the field. */
export function parseModelConfig(json: unknown, where = 'config.json'): ModelConfig {
  if (!isRecord(json)) {
    throw new BadInput('The model configuration is no JSON object', where, 'Point to a Hugging Face model folder.');
  }
  const raw = json;
  const family = familyOf(raw, where);
  refuseUnsupported(raw, family, where);
  const read = fieldReaders(raw, where);
  const heads = read.integer('num_attention_heads', 1);
  const hiddenSize = read.integer('hidden_size', 1);
  const layers = read.integer('num_hidden_layers', 1);
  if (layers > BOUNDS.layers)
    throw new BadInput(`num_hidden_layers is ${layers}`, where, 'Check the file: no model has so many.');
  const layerRead = { ...slidingLayers(raw, family, layers, read, where), ...ropes(raw, family, read, where) };
  const config: ModelConfig = {
    family,
    vocabSize: read.integer('vocab_size', 2),
    hiddenSize,
    layers,
    heads,
    kvHeads: read.integer('num_key_value_heads', 1, heads),
    headDim: read.integer('head_dim', 4, FAMILIES[family].headDim ?? hiddenSize / heads),
    intermediateSize: read.integer('intermediate_size', 1),
    rmsNormEps: read.positive('rms_norm_eps', FAMILIES[family].rmsNormEps),
    tiedEmbeddings: raw.tie_word_embeddings === true,
    maxPositions: read.integer('max_position_embeddings', 1, DEFAULT_POSITIONS),
    ...layerRead,
    bosId: read.tokenId('bos_token_id'),
    eosIds: tokenIds(raw.eos_token_id),
    padId: read.tokenId('pad_token_id'),
  };
  checkHeads(config, where);
  return config;
}

function familyOf(raw: Json, where: string): FamilyName {
  const type = raw.model_type;
  if (typeof type === 'string' && Object.hasOwn(FAMILIES, type)) return type as FamilyName;
  const experts = typeof type === 'string' && /moe|mixtral/.test(type);
  throw new BadInput(
    `Model type ${JSON.stringify(type ?? null)} is not supported${experts ? ': it is a mixture of experts' : ''}`,
    where,
    `Use a dense model of one of these types: ${Object.keys(FAMILIES).join(', ')}.`,
  );
}

function refuseUnsupported(raw: Json, family: FamilyName, where: string): void {
  const { fields, architecture } = FAMILIES[family];
  const { architectures } = raw;
  if (Array.isArray(architectures) && architectures.length > 0 && !architectures.includes(architecture)) {
    throw new BadInput(
      `The file belongs to a ${architectures.join(', ')}, which is no language model of type ${family}`,
      where,
      `Use a checkpoint of ${architecture}.`,
    );
  }
  for (const [field, value] of Object.entries(raw)) {
    if (value === null || value === undefined || field.startsWith('_') || IGNORED_FIELDS.has(field)) continue;
    const given = `${field} = ${JSON.stringify(value)?.slice(0, 60)}`;
    const rule = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (rule === undefined && Object.hasOwn(FOREIGN_FIELDS, field)) {
      const { neutral, what, mend } = FOREIGN_FIELDS[field];
      if (neutral(value)) continue;
      throw new BadInput(`${given} is not supported: it means ${what}`, where, mend);
    }
    if (rule === undefined) {
      throw new BadInput(
        `${given} is no field of ${family} models that is known here`,
        where,
        'If it changes nothing in what the model computes, delete it from config.json; else use another model.',
      );
    }
    if (rule !== true && !rule(value)) {
      throw new BadInput(
        `${given} is not supported`,
        where,
        'Its mathematics differs from what the engine computes; use a model without it.',
      );
    }
  }
}

/** Ids as a configuration has them: one, a list, or none (null, −1). */
export const tokenIds = (value: unknown): number[] => [
  ...new Set((Array.isArray(value) ? value : [value]).filter((id) => Number.isSafeInteger(id) && id >= 0)),
];

function fieldReaders(raw: Json, where: string) {
  const mend = 'Check the file against the model it belongs to.';
  return {
    integer(field: string, least: number, fallback?: number): number {
      const value = raw[field] ?? fallback;
      if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > 2 ** 31) {
        throw new BadInput(
          `${field} must be a whole number of at least ${least}, got ${JSON.stringify(value ?? null)}`,
          where,
          mend,
        );
      }
      return value;
    },
    positive(field: string, fallback: number): number {
      const value = raw[field] ?? fallback;
      if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value)) {
        throw new BadInput(`${field} must be a positive number, got ${JSON.stringify(value)}`, where, mend);
      }
      return value;
    },
    tokenId(field: string): number | null {
      return tokenIds(raw[field])[0] ?? null;
    },
  };
}

/** Which layers see only a window. */
function slidingLayers(
  raw: Json,
  family: FamilyName,
  layers: number,
  read: ReturnType<typeof fieldReaders>,
  where: string,
): Pick<ModelConfig, 'window' | 'sliding'> {
  const none = { window: null, sliding: new Array<boolean>(layers).fill(false) };
  const kind = FAMILIES[family].slidingWindow;
  const types = raw.layer_types;
  const unused = kind === 'if used' && raw.use_sliding_window !== true;
  if (kind === 'never' || (unused && !types)) return none;
  const windowless = unused || raw.sliding_window === null;
  if (windowless && !types) return none;
  const sliding = Array.from({ length: layers }, (_, l) =>
    kind === 'if used' ? l >= read.integer('max_window_layers', 0, 28) : (l + 1) % 4 !== 0,
  );
  if (types !== undefined && types !== null) {
    const valid = Array.isArray(types) && types.length === layers;
    if (!valid || !types.every((t) => t === 'sliding_attention' || t === 'full_attention')) {
      throw new BadInput(
        `layer_types must name sliding_attention or full_attention for each of the ${layers} layers`,
        where,
        'Use a model whose layers all are of these two kinds.',
      );
    }
    types.forEach((t, l) => {
      sliding[l] = t === 'sliding_attention';
    });
  }
  if (windowless && sliding.includes(true)) {
    throw new BadInput(
      'layer_types names layers that slide, and there is no window in use',
      where,
      'Set use_sliding_window and sliding_window as the model was trained, or make all layers full_attention.',
    );
  }
  return sliding.includes(true) ? { window: read.integer('sliding_window', 1, 4096), sliding } : none;
}

/** Rotary embedding by layer kind; rope_parameters (transformers 5) or rope_theta and rope_scaling (before). */
function ropes(
  raw: Json,
  family: FamilyName,
  read: ReturnType<typeof fieldReaders>,
  where: string,
): Pick<ModelConfig, 'rope' | 'slidingRope'> {
  const theta = read.positive('rope_theta', FAMILIES[family].ropeTheta);
  const given = raw.rope_parameters ?? {};
  const scaling = raw.rope_scaling ?? {};
  if (!isRecord(given) || !isRecord(scaling))
    throw new BadInput('rope_parameters and rope_scaling must be objects', where, 'Check the file.');
  const context = {
    theta,
    maxPositions: read.integer('max_position_embeddings', 1, DEFAULT_POSITIONS),
    originalMaxPositions: raw.original_max_position_embeddings,
  };
  const { full_attention: full, sliding_attention: sliding } = given;
  if (isRecord(full) || isRecord(sliding)) {
    return {
      rope: parseRope(ropeFields(isRecord(full) ? full : {}, scaling), context, where),
      slidingRope: parseRope(ropeFields(isRecord(sliding) ? sliding : {}, {}), context, where),
    };
  }
  const rope = parseRope(ropeFields(given, scaling), context, where);
  // OLMo 3 scales only the layers that see everything.
  return {
    rope,
    slidingRope: FAMILIES[family].slidingWindow === 'pattern' ? { theta: rope.theta, scaling: null } : rope,
  };
}

function checkHeads(config: ModelConfig, where: string): void {
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
}

const TORCH_DTYPE: Readonly<Record<FloatFormat, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };

/** The config.json that transformers loads, for weights in this format. */
export function modelConfigJson(c: ModelConfig, dtype: FloatFormat = 'F32'): Record<string, unknown> {
  const family = switches(c);
  const slides = c.window !== null;
  const layerTypes = c.sliding.map((s) => (s ? 'sliding_attention' : 'full_attention'));
  // As transformers 5 reads it and as those before it do: rope_scaling, which 5 puts before rope_parameters, says it all.
  const full = ropeJson(c.rope);
  const parameters =
    family.slidingWindow === 'pattern' ? { full_attention: full, sliding_attention: ropeJson(c.slidingRope) } : full;
  return {
    architectures: [family.architecture],
    model_type: c.family,
    vocab_size: c.vocabSize,
    hidden_size: c.hiddenSize,
    num_hidden_layers: c.layers,
    num_attention_heads: c.heads,
    num_key_value_heads: c.kvHeads,
    head_dim: c.headDim,
    intermediate_size: c.intermediateSize,
    hidden_act: 'silu',
    rope_theta: c.rope.theta,
    rope_parameters: parameters,
    rope_scaling: c.rope.scaling ? full : null,
    rms_norm_eps: c.rmsNormEps,
    tie_word_embeddings: c.tiedEmbeddings,
    max_position_embeddings: c.maxPositions,
    attention_dropout: 0,
    ...(family.fields.attention_bias ? { attention_bias: false } : {}),
    ...(family.slidingWindow === 'if used' ? { use_sliding_window: slides } : {}),
    ...(slides ? { sliding_window: c.window, layer_types: layerTypes } : {}),
    bos_token_id: c.bosId,
    eos_token_id: c.eosIds.length > 1 ? c.eosIds : (c.eosIds[0] ?? null),
    pad_token_id: c.padId,
    torch_dtype: TORCH_DTYPE[dtype],
  };
}

/** The built-in nano model's shape (nano-task: 143,712 parameters). */
export const NANO_CONFIG: ModelConfig = {
  family: 'qwen3',
  vocabSize: 77,
  hiddenSize: 64,
  layers: 3,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  intermediateSize: 176,
  rope: { theta: 10_000, scaling: null },
  slidingRope: { theta: 10_000, scaling: null },
  rmsNormEps: 1e-6,
  tiedEmbeddings: true,
  maxPositions: 128,
  window: null,
  sliding: [false, false, false],
  bosId: 65,
  eosIds: [66],
  padId: 64,
};

/** The built-in micro model's shape: 928,768 parameters, words and numbers of the task "stories". */
export const MICRO_CONFIG: ModelConfig = {
  ...NANO_CONFIG,
  vocabSize: 333,
  hiddenSize: 128,
  layers: 4,
  sliding: [false, false, false, false],
  headDim: 32,
  intermediateSize: 448,
  maxPositions: 512,
  bosId: 257,
  eosIds: [258],
  padId: 256,
};
