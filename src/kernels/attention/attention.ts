/** Causal grouped-query attention over packed sequences: forward, backward, and one-token decoding over a KV cache. */
import type { Gpu } from '../../gpu/device';
import { defineKernel, type Kernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { perElement, perRow, summedHead } from '../launch';
import type { HeadShape } from '../qk-norm-rope/qk-norm-rope';
import keyValueSource from './attention-backward-key-value.wgsl?raw';
import querySource from './attention-backward-query.wgsl?raw';
import decodeSource from './attention-decode.wgsl?raw';
import mergeSource from './attention-decode-merge.wgsl?raw';
import splitSource from './attention-decode-split.wgsl?raw';
import deltaSource from './attention-delta.wgsl?raw';
import forwardSource from './attention-forward.wgsl?raw';
import { dispatchTiles, withConstants } from './attention-tiles';
import { attentionBlock, attentionVariant, MOST_WHOLE } from './attention-variant';

const delta = defineKernel('attention-delta', deltaSource);
const merge = defineKernel('attention-decode-merge', mergeSource);
const cache = new Map<string, Kernel>();

/** A kernel whose registers are sized by the head dimension. Throws for a head dimension that is no multiple of 4. */
function forHeadDim(name: string, source: string, D: number, more: Record<string, number> = {}): Kernel {
  if (D % 4 !== 0) throw new RangeError(`${name}: head dimension ${D} is no multiple of 4`);
  const full = [`${name}-d${D}`, ...Object.entries(more).map(([key, value]) => `${key}${value}`)].join('-');
  let kernel = cache.get(full);
  if (!kernel) {
    kernel = defineKernel(full, withConstants(source, { D4: D / 4, ...more }));
    cache.set(full, kernel);
  }
  return kernel;
}

/** How many blocks `attentionBlocks` makes. */
export function countBlocks(offsets: ArrayLike<number>, size: number): number {
  let blocks = 0;
  for (let s = 0; s + 1 < offsets.length; s++) blocks += Math.ceil((offsets[s + 1] - offsets[s]) / size);
  return blocks;
}

/** Cuts packed sequences (offsets, S+1 entries) into blocks of `size` queries: [first, end, start of sequence, end of sequence]. */
export function attentionBlocks(offsets: ArrayLike<number>, size: number): Uint32Array<ArrayBuffer> {
  const blocks = new Uint32Array(4 * countBlocks(offsets, size));
  let at = 0;
  for (let s = 0; s + 1 < offsets.length; s++) {
    for (let first = offsets[s]; first < offsets[s + 1]; first += size) {
      blocks[at++] = first;
      blocks[at++] = Math.min(first + size, offsets[s + 1]);
      blocks[at++] = offsets[s];
      blocks[at++] = offsets[s + 1];
    }
  }
  return blocks;
}

/** `blocks` rows of the table above; each query sees its own key and the `window` − 1 before it (null: all before it). */
type Blocks = HeadShape & { blocks: number; window?: number | null };

/** For kernels: a window that no sequence fills stands for none. */
const ALL = 0x7fffffff;

const headParams = (p: { H: number; K: number; D: number; window?: number | null }) => ({
  H: p.H,
  K: p.K,
  scale: 1 / Math.sqrt(p.D),
  window: p.window ?? ALL,
});

const tiled = (p: Blocks) => ({ D: p.D, blocks: p.blocks, share: p.H / p.K });

/** out (N,H,D) and lse (N,H) from q (N,H,D), k (N,K,D) and the value heads in qkv. */
export function attentionForward(
  r: Recorder,
  b: { q: Tensor; k: Tensor; qkv: Tensor; blocks: Tensor; out: Tensor; lse: Tensor },
  p: Blocks,
  variant = attentionVariant(r.gpu, p.D),
): void {
  expectLength('attentionForward.out', b.out, p.N * p.H * p.D);
  expectLength('attentionForward.blocks', b.blocks, p.blocks * 4);
  if (variant === 'tiles') {
    dispatchTiles(r, 'forward', b, headParams(p), tiled(p));
    return;
  }
  const kernel = forHeadDim('attention-forward', forwardSource, p.D);
  r.dispatch(kernel, b, headParams(p), [p.H, p.blocks], { WG: attentionBlock(r.gpu, p.D, variant) });
}

/** dQkv (N,(H+2K)D) = gradients of the turned queries and keys and of the values, given dOut (N,H,D). `delta` is scratch (N,H). */
export function attentionBackward(
  r: Recorder,
  b: {
    q: Tensor;
    k: Tensor;
    qkv: Tensor;
    blocks: Tensor;
    out: Tensor;
    lse: Tensor;
    dOut: Tensor;
    delta: Tensor;
    dQkv: Tensor;
  },
  p: Blocks,
  variant = attentionVariant(r.gpu, p.D),
): void {
  expectLength('attentionBackward.dQkv', b.dQkv, p.N * (p.H + 2 * p.K) * p.D);
  expectLength('attentionBackward.delta', b.delta, p.N * p.H);
  const heads = summedHead(r.gpu, p.D);
  r.dispatch(delta, b, { rows: p.N * p.H, D: p.D }, perRow(p.N * p.H, heads), heads);
  const params = headParams(p);
  if (variant === 'tiles') {
    dispatchTiles(r, 'backward-query', b, params, tiled(p));
    dispatchTiles(r, 'backward-key-value', b, params, tiled(p));
    return;
  }
  const constants = { WG: attentionBlock(r.gpu, p.D, variant) };
  r.dispatch(forHeadDim('attention-backward-query', querySource, p.D), b, params, [p.H, p.blocks], constants);
  r.dispatch(forHeadDim('attention-backward-key-value', keyValueSource, p.D), b, params, [p.K, p.blocks], constants);
}

/** One new token a row against its cache (R,P,K,D), positions 0 … positions[b], at most `longest` of them. */
export interface DecodeShape {
  B: number;
  H: number;
  K: number;
  D: number;
  P: number;
  longest: number;
  window?: number | null;
}

/** partial, stats: scratch of `decodeScratch` values. */
export type DecodeTensors = Record<
  'q' | 'cacheK' | 'cacheV' | 'rows' | 'positions' | 'out' | 'partial' | 'stats',
  Tensor
>;

/** Keys that a part of a cache holds at least, and parts of all heads and rows that fill a GPU. */
const [PART, ENOUGH] = [128, 512];
/** Parts of one cache: a software adapter has few processors to fill. */
const mostParts = ({ adapter }: Gpu): number => (adapter.software ? 16 : 32);

/** Values of the scratch that decoding R rows needs. */
export const decodeScratch = (p: { R: number; H: number; D: number }) => ({
  partial: ENOUGH * p.D,
  stats: 2 * Math.max(ENOUGH, p.R * p.H),
});

/** Parts that a cache is cut into: more where many keys are seen and where few rows leave a GPU idle. */
export function decodeParts(gpu: Gpu, p: Pick<DecodeShape, 'B' | 'H' | 'longest' | 'window'>): number {
  const seen = Math.min(p.longest, p.window ?? p.longest);
  return Math.max(1, Math.min(mostParts(gpu), Math.ceil(seen / PART), Math.floor(ENOUGH / (p.B * p.H))));
}

/** out (B,H,D), by the form that suits the adapter: both give the same to rounding. */
export function attentionDecode(r: Recorder, b: DecodeTensors, p: DecodeShape): void {
  if (r.gpu.adapter.software && p.D <= MOST_WHOLE) attentionDecodeWhole(r, b, p);
  else attentionDecodeSplit(r, b, p, decodeParts(r.gpu, p));
}

/** Each row and head by one small workgroup without barriers in its loop: for software adapters. */
export function attentionDecodeWhole(r: Recorder, b: DecodeTensors, p: DecodeShape): void {
  expectLength('attentionDecode.out', b.out, p.B * p.H * p.D);
  const kernel = forHeadDim('attention-decode', decodeSource, p.D);
  r.dispatch(kernel, b, { ...headParams(p), P: p.P }, [p.H, p.B], { T: 8 });
}

/** Query heads of a key head that a workgroup takes together: at most eight, and 8 KiB of queries. */
export function headsTogether({ H, K, D }: Pick<DecodeShape, 'H' | 'K' | 'D'>): number {
  const share = H / K;
  const most = Math.max(1, Math.min(share, 8, Math.floor(2048 / D)));
  for (let G = most; ; G--) if (share % G === 0) return G;
}

/** Each row and head by `parts` workgroups, and a second pass where there are several: for GPUs. */
export function attentionDecodeSplit(r: Recorder, b: DecodeTensors, p: DecodeShape, parts: number): void {
  expectLength('attentionDecode.out', b.out, p.B * p.H * p.D);
  expectLength('attentionDecode.stats', b.stats, 2 * p.B * p.H * parts);
  if (parts > 1) expectLength('attentionDecode.partial', b.partial, p.B * p.H * parts * p.D);
  const G = headsTogether(p);
  const kernel = forHeadDim('attention-decode-split', splitSource, p.D, { G });
  const T = Math.max(64, p.D / 4);
  const params = { ...headParams(p), P: p.P, parts, width: p.D / 4, lanes: T };
  const partial = parts === 1 ? b.out : b.partial;
  r.dispatch(kernel, { ...b, partial }, params, [p.H / G, p.B, parts], { T });
  const n = (p.B * p.H * p.D) / 4;
  if (parts > 1) r.dispatch(merge, b, { n, D4: p.D / 4, parts }, perElement(n));
}
