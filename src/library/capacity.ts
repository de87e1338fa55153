/** The sizes that a configuration needs of a model, and the adapter it asks for. */
import { resolveMethod } from '../antisd/arms';
import { BadInput } from '../data/errors';
import { Random, STREAMS } from '../data/random';
import { elements, type TensorSpec } from '../gpu/tensor';
import { WEIGHT_FORMATS, type WeightFormat } from '../kernels/weight-format/weight-format';
import { type Capacity, type DistilCapacity, layerSpecs } from '../model/net/activations';
import { type ModelConfig, paddedVocab } from '../model/net/config';
import { ALL_TARGETS, type LoraSettings } from '../model/net/lora';
import type { Trainable } from '../model/net/parameters';
import type { Policy } from '../model/net/policy';
import type { ModelFolder } from '../model/weights/folder';
import { settled, type TrainConfig } from '../settings/config';
import type { SftConfig } from '../settings/settings-sft';

/** Micro-batches hold at most this many tokens. */
const TOKENS_A_BATCH = 8192;
/** What a micro-batch's activations take at most, where the configuration leaves its size open, in bytes. */
const ACTIVATION_BYTES = 1e9;
/** Rows decoded at once, at most; more wait for their turn. Large models get fewer: */
const ROWS = 256;
/** what their KV cache takes at most, in bytes, */
const CACHE_BYTES = 1e9;
/** and what their logits take at most, in bytes: the binding that every adapter has. */
const LOGITS_BYTES = 128 * 1024 * 1024;
/** Longest prompt and response together, where the configuration leaves it open and the model would take far more. */
const USUAL_CONTEXT = 1024;

/** Longest prompt and response together, in tokens. */
export function contextTokens(
  config: ModelConfig,
  { contextLength, maxNewTokens }: { contextLength: number; maxNewTokens: number },
): number {
  return contextLength || Math.max(Math.min(config.maxPositions, USUAL_CONTEXT), maxNewTokens + 1);
}

type Weights = Pick<ModelFolder, 'config' | 'tensors'>;

/** Capacity for training `model` as the configuration says. Throws BadInput for adapter settings that do not fit. */
export function sessionCapacity(model: Weights, asked: TrainConfig): Capacity {
  const c = settled(asked);
  const { maxNewTokens } = c;
  const rollouts = c.problems * c.group;
  const positions = contextTokens(model.config, c);
  const most = Math.max(rollouts, c.evalEvery > 0 ? c.evalProblems * c.evalSamples : 0);
  const rows = Math.min(most, rowsAtOnce(model.config, positions));
  const wanted = rollouts * Math.min(positions, maxNewTokens + 16);
  return {
    ...trainingCapacity(model, c, loraSettings(c), { positions, rows, maxNewTokens, wanted }),
    distil: distilCapacity(c, model.config.vocabSize),
  };
}

function distilCapacity(c: TrainConfig, vocabulary: number): DistilCapacity | null {
  const { distil } = resolveMethod(c);
  if (!distil) return null;
  const { over, teacher } = distil;
  if (over === 'top-k' && distil.K > vocabulary)
    throw new BadInput(
      `The model has ${vocabulary} tokens, and ${distil.K} of the likeliest are to be compared`,
      'distilTopK',
      'Choose fewer, or distilOver vocabulary.',
    );
  const K = over === 'sampled' ? 0 : over === 'top-k' ? distil.K : 1;
  return { K, ownTeacher: teacher !== 'live', moves: teacher === 'ema' };
}

/** Rows that are decoded at once at most, their keys and values in `cacheBytes`; 1 at least. */
export function rowsAtOnce(config: ModelConfig, positions: number, cacheBytes = CACHE_BYTES): number {
  const cacheRow = config.layers * 2 * positions * config.kvHeads * config.headDim * 4;
  const logitsRow = paddedVocab(config) * 4;
  const most = Math.min(ROWS, Math.floor(cacheBytes / cacheRow), Math.floor(LOGITS_BYTES / logitsRow));
  return Math.max(1, most);
}

/** Capacity for supervised training on examples of at most `longest` tokens. Throws BadInput as sessionCapacity does. */
export function sftCapacity(model: Weights, c: SftConfig, longest: number): Capacity {
  const lora = loraSettings(c);
  return trainingCapacity(model, c, lora && { ...lora, dropout: c.loraDropout }, {
    positions: longest + c.sampleTokens,
    rows: Math.max(1, Math.min(c.samples, rowsAtOnce(model.config, longest + c.sampleTokens))),
    maxNewTokens: c.sampleTokens,
    wanted: c.batch * longest,
  });
}

/** `wanted`: tokens that one update works on. */
function trainingCapacity(
  model: Weights,
  c: Pick<TrainConfig, 'microBatch' | 'logitMemory' | 'recompute' | 'weightFormat' | 'operands'>,
  lora: LoraSettings | null,
  { wanted, ...sizes }: Pick<Capacity, 'positions' | 'rows' | 'maxNewTokens'> & { wanted: number },
): Capacity {
  const most = Math.floor(ACTIVATION_BYTES / bytesPerToken(model.config, c.recompute));
  const tokens = Math.max(sizes.rows, sizes.positions, c.microBatch || Math.min(TOKENS_A_BATCH, wanted, most));
  return {
    ...sizes,
    tokens,
    targets: tokens,
    training: true,
    recompute: c.recompute,
    logitBytes: c.logitMemory * 1024 * 1024,
    half: c.operands === 'f16',
    lora,
    format: lora ? chosenFormat(c.weightFormat, model) : 'f32',
  };
}

/** Bytes that a token's activations take in all layers. */
function bytesPerToken(config: ModelConfig, recompute: boolean): number {
  const specs: TensorSpec[] = Object.values(layerSpecs(config, 1, 0));
  const layer = specs.reduce((bytes, { shape }) => bytes + elements(shape) * 4, 0);
  return recompute ? layer + config.layers * config.hiddenSize * 4 : layer * config.layers;
}

/** The adapter a configuration asks for; null where all parameters are trained. Throws BadInput. */
export function loraSettings(c: Pick<TrainConfig, 'loraRank' | 'loraAlpha' | 'loraTargets'>): LoraSettings | null {
  if (c.loraRank === 0) return null;
  const names = c.loraTargets === 'all' ? ALL_TARGETS : c.loraTargets.split(/[\s,]+/);
  const unknown = names.find((name) => !ALL_TARGETS.includes(name as never));
  if (unknown !== undefined)
    throw new BadInput(
      `"${unknown}" is no projection that can carry an adapter`,
      'loraTargets',
      `Give "all", or some of ${ALL_TARGETS.join(', ')}, with commas.`,
    );
  return {
    rank: c.loraRank,
    alpha: c.loraAlpha,
    dropout: 0, // the rollouts were scored without; supervised training sets its own
    targets: ALL_TARGETS.filter((t) => (names as string[]).includes(t)),
    rankStabilised: false,
  };
}

/** "auto" keeps what the checkpoint has, or what holds the least more than its bits: Q2 to Q4 in four, Q5 to Q8 in eight. */
export function chosenFormat(asked: string, { tensors }: Pick<ModelFolder, 'tensors'>): WeightFormat {
  const known = WEIGHT_FORMATS.find((s) => s === asked);
  if (known) return known;
  // Norms are often kept finer than the matrices, which come in the same type for the most part.
  const matrices = [...tensors.values()].filter((t) => t.shape.length === 2);
  const bytes = new Map<string, number>();
  for (const t of matrices) bytes.set(t.dtype, (bytes.get(t.dtype) ?? 0) + t.bytes);
  const [dtype = 'F32'] = [...bytes].sort((a, b) => b[1] - a[1])[0] ?? [];
  if (dtype === 'BF16') return 'bf16';
  if (dtype === 'F16') return 'f16';
  if (/^Q[568]/.test(dtype)) return 'q8';
  return /^Q[234]/.test(dtype) ? 'q4' : 'f32';
}

/** Adapters that change nothing yet: A random as PEFT draws it, B zero. */
export function initialLora(policy: Policy, seed: number): Float32Array<ArrayBuffer> {
  const random = new Random(STREAMS.adapters, seed);
  const uniform = () => (random.uint32() + 0.5) / 2 ** 32;
  return (policy.decoder.adapters as Trainable).layout.initialise(uniform, uniform);
}
