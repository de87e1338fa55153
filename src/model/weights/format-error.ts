/**
 * What storing a model's weights in fewer bits does to its answers: log-probabilities beside those of f32, on tokens that
 * the f32 model wrote itself, so that any model can be measured, with or without a tokenizer.
 */
import type { Gpu } from '../../gpu/device';
import { WEIGHT_FORMATS, type WeightFormat } from '../../kernels/weight-format/weight-format';
import type { Capacity } from '../net/activations';
import type { Sequence } from '../net/batch';
import { bindingBytes, planMemory } from '../net/decoder';
import { generate } from '../net/generate';
import { Policy } from '../net/policy';
import type { ModelFolder } from './folder';

export interface FormatError {
  readonly format: WeightFormat;
  /** Bytes of the weights on the device. */
  readonly bytes: number;
  /** Of the absolute difference from f32 over all tokens: log-probabilities of the text, in nats. */
  readonly largest: number;
  readonly rootMeanSquare: number;
  /** The same of the entropies. */
  readonly entropy: { readonly largest: number; readonly rootMeanSquare: number };
  /** Mean log-probability minus f32's: negative where the format makes the text less likely. */
  readonly bias: number;
}

export interface FormatErrors {
  /** Tokens that were compared. */
  readonly tokens: number;
  readonly rows: readonly FormatError[];
}

export interface FormatErrorOptions {
  /** Texts to compare on; where absent the f32 model samples `rollouts` of `length` tokens. */
  sequences?: readonly Sequence[];
  rollouts?: number;
  length?: number;
  formats?: readonly WeightFormat[];
  onFormat?: (format: WeightFormat) => void;
}

const SAMPLING = { temperature: 1, topK: 0, topP: 1, seed: 1, stream: 0 } as const;

/**
 * Loads the model once as f32 and once in each format. Throws OutOfMemory where the f32 weights do not fit the adapter,
 * and BadInput for a checkpoint that is damaged.
 */
export async function formatErrors(
  gpu: Gpu,
  model: Pick<ModelFolder, 'config' | 'tensors' | 'where'>,
  { sequences, rollouts = 8, length = 64, formats = WEIGHT_FORMATS.slice(1), onFormat }: FormatErrorOptions = {},
): Promise<FormatErrors> {
  const longest = sequences ? Math.max(...sequences.map(({ ids }) => ids.length)) : length;
  const positions = Math.min(model.config.maxPositions, Math.max(2, longest));
  const capacity = (format: WeightFormat): Capacity => ({
    tokens: positions * (sequences ? 1 : rollouts),
    targets: positions * (sequences ? 1 : rollouts),
    positions,
    rows: sequences ? 1 : rollouts,
    maxNewTokens: positions - 1,
    training: false,
    recompute: false,
    format,
    bindingBytes: bindingBytes(gpu),
  });
  const open = async <T>(format: WeightFormat, work: (policy: Policy) => Promise<T>): Promise<T> => {
    onFormat?.(format);
    const policy = await Policy.create(gpu, model.config, capacity(format), model);
    try {
      return await work(policy);
    } finally {
      policy.destroy();
    }
  };
  const score = async (policy: Policy, texts: readonly Sequence[]) => policy.score(policy.plan(texts));
  const { texts, exact } = await open('f32', async (policy) => {
    const own = sequences ?? (await ownTexts(policy, rollouts, positions));
    return { texts: own, exact: await score(policy, own) };
  });
  const rows: FormatError[] = [];
  for (const format of formats) {
    const got = await open(format, (policy) => score(policy, texts));
    const { weights: bytes } = planMemory(model.config, capacity(format));
    const { mean: bias, ...error } = differences(got.logprob, exact.logprob);
    const { mean: _, ...entropy } = differences(got.entropy, exact.entropy);
    rows.push({ format, bytes, ...error, bias, entropy });
  }
  return { tokens: exact.logprob.length, rows };
}

/** Rollouts of the model at temperature 1 from its begin token, predicted from the second token on. */
async function ownTexts(policy: Policy, count: number, positions: number): Promise<Sequence[]> {
  const { bosId, eosIds } = policy.config;
  const first = bosId ?? eosIds[0] ?? 0;
  const options = { ...SAMPLING, maxNewTokens: positions - 1, endIds: [] }; // past the end token, too
  const rollouts = await generate(policy.decoder, [{ ids: [first], count }], options);
  policy.forget();
  return rollouts.map((ids) => ({ ids: [first, ...ids], from: 1 }));
}

function differences(got: Float32Array, want: Float32Array) {
  let [largest, squares, sum] = [0, 0, 0];
  for (let i = 0; i < got.length; i++) {
    const d = got[i] - want[i];
    largest = Math.max(largest, Math.abs(d));
    squares += d * d;
    sum += d;
  }
  const n = Math.max(1, got.length);
  return { largest, rootMeanSquare: Math.sqrt(squares / n), mean: sum / n };
}
