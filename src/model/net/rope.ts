/**
 * Rotary embedding's frequencies (Su et al. 2021) and the scalings that checkpoints ask for, as in transformers'
 * modeling_rope_utils.py: linear, llama3 (Llama 3.1) and YaRN (Peng et al. 2023).
 */
import { BadInput } from '../../data/errors';

export type RopeScaling =
  | { readonly type: 'linear'; readonly factor: number }
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalMaxPositions: number;
    }
  | {
      readonly type: 'yarn';
      readonly factor: number;
      /** Multiplies cosines and sines. */
      readonly attentionFactor: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      readonly originalMaxPositions: number;
      readonly truncate: boolean;
    };

export interface RopeParameters {
  readonly theta: number;
  readonly scaling: RopeScaling | null;
}

const KNOWN = new Set([
  'rope_type',
  'type',
  'rope_theta',
  'factor',
  'low_freq_factor',
  'high_freq_factor',
  'original_max_position_embeddings',
  'attention_factor',
  'beta_fast',
  'beta_slow',
  'mscale',
  'mscale_all_dim',
  'truncate',
  'finetuned', // YaRN's own files of 2023: how the weights came about
]);

/** What config.json says outside of the rotary embedding's own fields. */
export interface RopeContext {
  readonly theta: number;
  readonly maxPositions: number;
  /** original_max_position_embeddings beside the fields, which goes before theirs. */
  readonly originalMaxPositions?: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * rope_parameters (transformers 5) and rope_scaling (before, and by hand as model cards say) in one: both count, and the
 * second goes first. `type` is how rope_type was called before 2024.
 */
export function ropeFields(parameters: Fields, scaling: Fields): Fields {
  const given = (fields: Fields) => {
    const { type, ...rest } = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
    return type === undefined ? rest : { rope_type: type, ...rest };
  };
  return { ...given(parameters), ...given(scaling) };
}

/** Reads such fields. Throws BadInput for a scaling that is not computed here. */
export function parseRope(fields: Fields, context: RopeContext, where: string): RopeParameters {
  const type = fields.rope_type ?? 'default';
  const mend = 'Use a model with plain, linear, llama3 or YaRN rotary embedding.';
  for (const field of Object.keys(fields)) {
    if (field === 'partial_rotary_factor' && fields[field] === 1) continue;
    if (!KNOWN.has(field) && fields[field] !== null)
      throw new BadInput(`${field} of the rotary embedding is not supported`, where, mend);
  }
  const number = (field: string, fallback?: number): number => {
    const value = fields[field] ?? fallback;
    if (typeof value !== 'number' || !(value > 0) || !Number.isFinite(value))
      throw new BadInput(
        `${field} of the rotary embedding must be a positive number, got ${JSON.stringify(value ?? null)}`,
        where,
        'Check the file against the model it belongs to.',
      );
    return value;
  };
  const base = number('rope_theta', context.theta);
  if (type === 'default') return { theta: base, scaling: null };
  if (type !== 'linear' && type !== 'llama3' && type !== 'yarn')
    throw new BadInput(`rope_type ${JSON.stringify(type)} is not supported`, where, mend);
  if (type === 'linear') return { theta: base, scaling: { type, factor: number('factor') } };
  const outside = context.originalMaxPositions;
  const originalMaxPositions =
    typeof outside === 'number' && outside > 0
      ? outside
      : number('original_max_position_embeddings', context.maxPositions);
  const factor = number('factor', type === 'yarn' ? context.maxPositions / originalMaxPositions : undefined);
  if (type === 'llama3') {
    const [lowFreqFactor, highFreqFactor] = [number('low_freq_factor'), number('high_freq_factor')];
    return { theta: base, scaling: { type, factor, lowFreqFactor, highFreqFactor, originalMaxPositions } };
  }
  const scaling = {
    type,
    factor,
    attentionFactor: fields.attention_factor === undefined ? yarnAttention(fields, factor) : number('attention_factor'),
    betaFast: number('beta_fast', 32),
    betaSlow: number('beta_slow', 1),
    originalMaxPositions,
    truncate: fields.truncate !== false,
  } as const;
  return { theta: base, scaling };
}

function yarnAttention({ mscale, mscale_all_dim: all }: Fields, factor: number): number {
  const scale = (m: number) => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1);
  return typeof mscale === 'number' && typeof all === 'number' && mscale && all ? scale(mscale) / scale(all) : scale(1);
}

/** The fields that transformers reads back. */
export function ropeJson({ theta, scaling }: RopeParameters): Record<string, unknown> {
  if (!scaling) return { rope_type: 'default', rope_theta: theta };
  const fields = { rope_type: scaling.type, rope_theta: theta, factor: scaling.factor };
  if (scaling.type === 'linear') return fields;
  if (scaling.type === 'llama3') {
    return {
      ...fields,
      low_freq_factor: scaling.lowFreqFactor,
      high_freq_factor: scaling.highFreqFactor,
      original_max_position_embeddings: scaling.originalMaxPositions,
    };
  }
  return {
    ...fields,
    attention_factor: scaling.attentionFactor,
    beta_fast: scaling.betaFast,
    beta_slow: scaling.betaSlow,
    original_max_position_embeddings: scaling.originalMaxPositions,
    truncate: scaling.truncate,
  };
}

/** Angle a position of each of the D/2 channel pairs, radians. */
export function inverseFrequencies({ theta, scaling }: RopeParameters, D: number): number[] {
  const plain = Array.from({ length: D / 2 }, (_, i) => theta ** ((-2 * i) / D));
  switch (scaling?.type) {
    case undefined:
      return plain;
    case 'linear':
      return plain.map((f) => f / scaling.factor);
    case 'llama3': {
      const { factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositions: P } = scaling;
      return plain.map((f) => {
        const turns = (P * f) / (2 * Math.PI); // full turns over the original context
        if (turns > high) return f;
        if (turns < low) return f / factor;
        const smooth = (turns - low) / (high - low);
        return (1 - smooth) * (f / factor) + smooth * f;
      });
    }
    case 'yarn': {
      const { factor, betaFast, betaSlow, originalMaxPositions: P, truncate } = scaling;
      const pairOf = (turns: number) => (D * Math.log(P / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
      const round = truncate ? [Math.floor, Math.ceil] : [Number, Number];
      const low = Math.max(round[0](pairOf(betaFast)), 0);
      const high = Math.min(round[1](pairOf(betaSlow)), D - 1);
      const width = low === high ? 0.001 : high - low;
      return plain.map((f, i) => {
        const slow = Math.min(1, Math.max(0, (i - low) / width)); // 1: interpolated as a whole
        return (f / factor) * slow + f * (1 - slow);
      });
    }
  }
  return scaling satisfies never;
}

/** cos and sin of every position below P: (P,D) with D/2 cosines, then D/2 sines. Computed in f64, kept in f32. */
export function ropeTable(P: number, D: number, rope: RopeParameters): Float32Array<ArrayBuffer> {
  const table = new Float32Array(P * D);
  const frequencies = inverseFrequencies(rope, D);
  const size = rope.scaling?.type === 'yarn' ? rope.scaling.attentionFactor : 1;
  for (let t = 0; t < P; t++) {
    for (let i = 0; i < D / 2; i++) {
      table[t * D + i] = size * Math.cos(t * frequencies[i]);
      table[t * D + D / 2 + i] = size * Math.sin(t * frequencies[i]);
    }
  }
  return table;
}
