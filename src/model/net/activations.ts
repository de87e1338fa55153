/** The decoder's working memory: what a forward pass keeps for the backward pass, and scratch. Planned before the run. */
import type { Tensor, TensorSpec } from '../../gpu/tensor';
import { decodeScratch } from '../../kernels/attention/attention';
import { QK_CHUNKS } from '../../kernels/qk-norm-rope/qk-norm-rope';
import { NORM_CHUNKS } from '../../kernels/rms-norm/rms-norm';
import type { WeightFormat } from '../../kernels/weight-format/weight-format';
import { type ModelConfig, paddedVocab, switches } from './config';
import { type LoraSettings, targetShape, targetsBySlot } from './lora';

/** The sizes everything is allocated for. */
export interface Capacity {
  /** N: packed tokens of a micro-batch. */
  tokens: number;
  /** M: predicted tokens of a micro-batch. */
  targets: number;
  /** P: longest sequence, prompt and response together. */
  positions: number;
  /** R: rollouts that are decoded at once. */
  rows: number;
  /** Longest response in tokens. */
  maxNewTokens: number;
  /** Keep gradients and optimiser state: of all parameters, or of the adapters where there are some. */
  training: boolean;
  /** Keep only each layer's input and compute the rest again in the backward pass. */
  recompute: boolean;
  /** Logits that are held at once, bytes: where those of all targets fit, the backward pass finds them and computes none again. */
  logitBytes?: number;
  /** How frozen weights are stored (f32 where absent). Parameters that are trained are always f32. */
  format?: WeightFormat;
  /** Operands of products may be rounded to f16 where the adapter gains by it (absent: no). */
  half?: boolean;
  /** Adapters on frozen weights. */
  lora?: LoraSettings | null;
  /** What distilling from a teacher takes; nothing where absent. */
  distil?: DistilCapacity | null;
  /** Largest binding for weights, in bytes, where it shall be smaller than the adapter's. */
  bindingBytes?: number;
}

export interface DistilCapacity {
  /** Most columns of a support of the student's best, 1 for the whole vocabulary; 0: tokens alone are compared. */
  K: number;
  /** The teacher has weights of its own, which move or stay. */
  ownTeacher: boolean;
  moves: boolean;
}

/** Whether a backward pass finds every layer's tensors as the forward pass left them. */
export const keepsAll = (cap: Capacity): boolean => cap.training && !cap.recompute;

/** Whether the parameters themselves are trained. */
export const trainsAll = (cap: Capacity): boolean => cap.training && !cap.lora;

/** What one layer keeps. */
export interface LayerActivations<T> {
  x: T; // (N,C) input
  rstd1: T; // (N)
  normed1: T; // (N,C) input of the attention, normed; post-norm families: its output before the norm
  qkv: T; // (N,(H+2K)D)
  q: T; // (N,H,D) normalised and turned
  k: T; // (N,K,D)
  qkRstd: T; // (N,H+K) of each head, or (N) of the whole query
  kRstd: T; // (N) of the whole key
  attended: T; // (N,H,D)
  lse: T; // (N,H)
  middle: T; // (N,C) after attention and its residual
  rstd2: T; // (N)
  normed2: T; // (N,C) input of the MLP, normed; post-norm families: its output before the norm
  gu: T; // (N,2F); in the backward pass its gradient, and then that of qkv where it is no wider
  act: T; // (N,F); in the backward pass first its gradient, then itself again
}

/** Of logits, where the capacity says nothing else. */
const TILE_BYTES = 64 * 1024 * 1024;

/** Columns of the vocabulary that are worked on at once: bounded memory, whatever V is. */
export function vocabTile(config: ModelConfig, { targets, logitBytes = TILE_BYTES }: Capacity): number {
  const fit = Math.max(256, Math.floor(logitBytes / 4 / Math.max(1, targets) / 64) * 64);
  return Math.min(paddedVocab(config), fit);
}

/** Specs of one layer's activations. */
export function layerSpecs(c: ModelConfig, N: number, l: number): LayerActivations<TensorSpec> {
  const { hiddenSize: C, heads: H, kvHeads: K, headDim: D, intermediateSize: F } = c;
  const { qkNorm } = switches(c);
  const spec = (name: string, ...shape: number[]): TensorSpec => ({
    label: `layer${l}.${name}`,
    shape,
    purpose: 'activations',
  });
  return {
    x: spec('x', N, C),
    rstd1: spec('rstd1', N),
    normed1: spec('normed1', N, C),
    qkv: spec('qkv', N, (H + 2 * K) * D),
    q: spec('q', N, H, D),
    k: spec('k', N, K, D),
    qkRstd: spec('qkRstd', N, qkNorm === 'head' ? H + K : qkNorm === 'full' ? 1 : 0),
    kRstd: spec('kRstd', N, qkNorm === 'full' ? 1 : 0),
    attended: spec('attended', N, H, D),
    lse: spec('lse', N, H),
    middle: spec('middle', N, C),
    rstd2: spec('rstd2', N),
    normed2: spec('normed2', N, C),
    gu: spec('gu', N, 2 * F),
    act: spec('act', N, F),
  };
}

/** Whether sliding layers turn by another table than the others. */
export const hasSlidingRope = (c: ModelConfig): boolean =>
  c.window !== null && JSON.stringify(c.rope) !== JSON.stringify(c.slidingRope);

/** Everything outside the layers that a forward pass needs. */
export function sharedSpecs(c: ModelConfig, cap: Capacity) {
  const { hiddenSize: C, heads: H, kvHeads: K, headDim: D } = c;
  const { tokens: N, targets: M } = cap;
  const whole = switches(c).qkNorm === 'full';
  const slidingTable = hasSlidingRope(c);
  const spec = (label: string, ...shape: number[]): TensorSpec => ({ label, shape, purpose: 'activations' });
  const ids = (label: string, ...shape: number[]): TensorSpec => ({ label, shape, purpose: 'scratch', dtype: 'u32' });
  return {
    out: spec('out', N, C), // the last layer's output
    ids: ids('ids', N),
    positions: ids('positions', N),
    blocks: ids('blocks', N, 4),
    targets: ids('targets', M),
    sources: ids('sources', M),
    rope: { label: 'rope', shape: [cap.positions, D], purpose: 'scratch' } as TensorSpec,
    slidingRope: {
      label: 'slidingRope',
      shape: [slidingTable ? cap.positions : 0, D],
      purpose: 'scratch',
    } as TensorSpec,
    normedHeads: spec('normedHeads', whole ? N : 0, H + K, D), // before they turn
    selected: spec('selected', M, C), // rows of `out` that predict something
    rstd: spec('rstd', M),
    normed: spec('normed', M, C),
    logits: spec('logits', Math.max(M * vocabTile(c, cap), cap.rows * paddedVocab(c))),
    running: spec('running', M, 4),
    result: spec('result', M, 4),
    top: spec('top', M, TOP_K, 2),
  };
}

/** What comparing whole distributions takes (kernels/divergence). */
export function distilSpecs(c: ModelConfig, cap: Capacity) {
  const K = cap.distil?.K ?? 0;
  const M = K > 0 ? cap.targets : 0;
  const spec = (name: string, ...shape: number[]): TensorSpec => ({
    label: `distil.${name}`,
    shape,
    purpose: 'activations',
  });
  return {
    rows: spec('rows', M, c.hiddenSize), // the teacher's, normed
    t: spec('logits', M * vocabTile(c, cap)),
    top: spec('top', M, K, 2),
    given: spec('given', M, 4),
    mass: spec('mass', M, 4),
    found: spec('found', M, 2),
  };
}

export type DistilLogits = Record<keyof ReturnType<typeof distilSpecs>, Tensor>;

export type SharedActivations = Record<keyof ReturnType<typeof sharedSpecs>, Tensor>;

/** Alternatives shown per token. */
export const TOP_K = 5;

export type BackwardScratch = Record<keyof ReturnType<typeof backwardSpecs>, Tensor>;

/** Whether the gradient of qkv fits where that of gu was. */
export const guHoldsQkv = ({ heads: H, kvHeads: K, headDim: D, intermediateSize: F }: ModelConfig): boolean =>
  (H + 2 * K) * D <= 2 * F;

/** Widths that partial sums of weights' and biases' gradients can have. */
function partialWidth(c: ModelConfig): number {
  const { hiddenSize: C, heads: H, kvHeads: K, headDim: D } = c;
  const { qkNorm, qkvBias } = switches(c);
  return Math.max(C, qkNorm === 'full' ? H * D : 0, qkvBias ? (H + 2 * K) * D : 0);
}

/** Scratch of the backward pass. */
export function backwardSpecs(c: ModelConfig, cap: Capacity) {
  const { hiddenSize: C, heads: H, kvHeads: K, headDim: D } = c;
  const { tokens: N, targets: M } = cap;
  const spec = (label: string, ...shape: number[]): TensorSpec => ({ label, shape, purpose: 'activations' });
  return {
    weights: spec('dLogp', M), // dLoss/dlogp of each target
    dNormed: spec('dNormed', N, C),
    dStream: spec('dStream', N, C), // gradient of the residual stream
    dAttended: spec('dAttended', N, H * D),
    delta: spec('delta', N, H),
    dQkv: spec('dQkv', guHoldsQkv(c) ? 0 : N, (H + 2 * K) * D), // else it lies in gu
    dSelected: spec('dSelected', M, C),
    dFinal: spec('dFinal', M, C),
    partial: spec('partial', Math.max(NORM_CHUNKS * partialWidth(c), QK_CHUNKS * 2 * D)),
    dLora: spec('dLora', cap.lora ? N : 0, Math.max(0, ...loraWidths(cap.lora))), // gradient of x Aᵀ
    dropped: spec('dropped', cap.lora?.dropout ? N : 0, widestInput(c, cap.lora)),
    order: { label: 'order', shape: [trainsAll(cap) ? N : 0], purpose: 'scratch', dtype: 'u32' } as TensorSpec,
    runs: {
      label: 'runs',
      shape: [trainsAll(cap) ? Math.min(N, c.vocabSize) : 0, 3],
      purpose: 'scratch',
      dtype: 'u32',
    } as TensorSpec,
  };
}

/** Columns of the widest input that an adapter drops values of. */
const widestInput = (c: ModelConfig, lora: LoraSettings | null | undefined): number =>
  Math.max(0, ...(lora?.targets ?? []).map((t) => targetShape(c, t).columns));

/** Columns of x Aᵀ by adapted projection. */
const loraWidths = (lora: LoraSettings | null | undefined): number[] =>
  lora ? [...targetsBySlot(lora.targets).values()].map((own) => own.length * lora.rank) : [];

/** x Aᵀ of every adapted projection of layer l, in the order of `targetsBySlot`: kept for the backward pass. */
export const loraSpecs = (cap: Capacity, l: number): TensorSpec[] =>
  loraWidths(cap.lora).map((width, i) => ({
    label: `layer${l}.h${i}`,
    shape: [cap.tokens, width],
    purpose: 'activations',
  }));

/** Most tokens that can end a response. */
export const MAX_ENDS = 64;

/** Keys and values of every layer: k0, v0, k1, … (R,P,K,D). */
export function cacheSpecs(c: ModelConfig, cap: Capacity): Record<string, TensorSpec> {
  const shape = [cap.rows, cap.positions, c.kvHeads, c.headDim];
  const specs: Record<string, TensorSpec> = {};
  for (let l = 0; l < c.layers; l++) {
    specs[`k${l}`] = { label: `cache${l}.k`, shape, purpose: 'kvCache' };
    specs[`v${l}`] = { label: `cache${l}.v`, shape, purpose: 'kvCache' };
  }
  return specs;
}

/** Decoding state. */
export function decodeSpecs(c: ModelConfig, cap: Capacity): Record<string, TensorSpec> {
  const scratch = decodeScratch({ R: cap.rows, H: c.heads, D: c.headDim });
  return {
    rows: { label: 'decode.rows', shape: [cap.rows], purpose: 'scratch', dtype: 'u32' },
    state: { label: 'decode.state', shape: [cap.rows, 4], purpose: 'scratch', dtype: 'u32' },
    generated: { label: 'decode.generated', shape: [cap.rows, cap.maxNewTokens], purpose: 'scratch', dtype: 'u32' },
    spans: { label: 'decode.spans', shape: [cap.rows, 2], purpose: 'scratch', dtype: 'u32' },
    lastRows: { label: 'decode.lastRows', shape: [cap.rows], purpose: 'scratch', dtype: 'u32' },
    ends: { label: 'decode.ends', shape: [MAX_ENDS], purpose: 'scratch', dtype: 'u32' },
    partial: { label: 'decode.partial', shape: [scratch.partial], purpose: 'scratch' },
    stats: { label: 'decode.stats', shape: [scratch.stats], purpose: 'scratch' },
  };
}
