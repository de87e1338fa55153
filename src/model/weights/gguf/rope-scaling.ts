/** Scalings of rotary embedding as GGUF has them, as rope_scaling of a config.json. */
import { inverseFrequencies } from '../../net/rope';
import type { Fields } from './fields';
import type { Architecture } from './names';

type Json = Record<string, unknown>;

/** null, or rope_scaling for linear, YaRN and Llama 3.1's scaling. Throws BadInput for what is neither. */
export function ropeScaling(
  fields: Fields,
  architecture: Architecture,
  rope: { theta: number; D: number; factors: Float32Array | null },
): Json | null {
  const key = (name: string) => `${architecture}.rope.scaling.${name}`;
  const type = fields.has(key('type')) ? fields.text(key('type')) : 'none';
  const linear = fields.decimal(`${architecture}.rope.scale_linear`, 1); // how files of 2023 say it
  const byTensor = rope.factors?.some((f) => f !== 1) ? llama3Scaling(fields, rope.theta, rope.D, rope.factors) : null;
  const context = () => fields.whole(`${architecture}.context_length`);
  const byKeys = type === 'none' ? null : scalingOfKeys(fields, key, type, context);
  const all = [byTensor, byKeys, linear === 1 ? null : { rope_type: 'linear', factor: linear }].filter(
    (s) => s !== null,
  );
  if (all.length > 1) fields.refuse('The file scales rotary embedding in two ways at once, which is not supported');
  return all[0] ?? null;
}

function scalingOfKeys(
  fields: Fields,
  key: (name: string) => string,
  type: string,
  context: () => number,
): Json | null {
  const factor = fields.decimal(key('factor'), 1);
  if (factor <= 0) fields.refuse(`${key('factor')} is ${factor}`);
  if (type !== 'yarn') checkAttention(fields, key('attn_factor'), 1);
  if (type === 'linear') return factor === 1 ? null : { rope_type: 'linear', factor };
  if (type !== 'yarn') return fields.refuse(`${key('type')} = ${JSON.stringify(type)} is not supported`);
  if (fields.decimal(key('yarn_ext_factor'), 1) !== 1) fields.refuse(`${key('yarn_ext_factor')} is not supported`);
  if (fields.decimal(key('yarn_log_multiplier'), 0) !== 0)
    fields.refuse(`${key('yarn_log_multiplier')} is not supported`);
  const usual = factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
  for (const name of ['attn_factor', 'yarn_attn_factor']) checkAttention(fields, key(name), usual);
  return {
    rope_type: 'yarn',
    factor,
    original_max_position_embeddings: fields.has(key('original_context_length'))
      ? fields.whole(key('original_context_length'))
      : context(),
    beta_fast: fields.decimal(key('yarn_beta_fast'), 32),
    beta_slow: fields.decimal(key('yarn_beta_slow'), 1),
  };
}

/**
 * llama.cpp's converters have written transformers' attention_factor under two keys, and llama.cpp multiplies by such a
 * number, too. Both readings agree where it is 1 or what the scaling does anyway; any other number is refused.
 */
function checkAttention(fields: Fields, key: string, usual: number): void {
  const attention = fields.decimal(key, 1);
  if (attention !== 1 && Math.abs(attention - usual) > 1e-5)
    fields.refuse(`${key} = ${attention} is not supported; it would be ${usual} as a rule`);
}

/** What Llama 3.1 and its successors use; the original context is theirs (8192) or another power of two. */
const LOW = 1;
const HIGH = 4;
const CONTEXTS = [8192, 2048, 4096, 16_384, 32_768, 65_536, 131_072];

/**
 * llama.cpp's converter keeps of Llama 3.1's scaling only what it multiplies each wavelength by. The parameters that
 * give these factors are found again by trying them.
 */
function llama3Scaling(fields: Fields, theta: number, D: number, factors: Float32Array): Json {
  const factor = factors.reduce((most, f) => Math.max(most, f), 0);
  // compared before D makes any array: a file can claim heads of a billion channels
  const usable = factors.length === D / 2 && Number.isFinite(factor);
  const plain = usable ? inverseFrequencies({ theta, scaling: null }, D) : [];
  for (const original of usable ? CONTEXTS : []) {
    const scaling = {
      type: 'llama3',
      factor,
      lowFreqFactor: LOW,
      highFreqFactor: HIGH,
      originalMaxPositions: original,
    } as const;
    const scaled = inverseFrequencies({ theta, scaling }, D);
    // f32 wavelengths differ from ours in the seventh digit
    if (scaled.every((f, i) => Math.abs((f * factors[i]) / plain[i] - 1) < 1e-4)) {
      return {
        rope_type: 'llama3',
        factor,
        low_freq_factor: LOW,
        high_freq_factor: HIGH,
        original_max_position_embeddings: original,
      };
    }
  }
  return fields.refuse('rope_freqs.weight holds factors of a scaling that is not known');
}
