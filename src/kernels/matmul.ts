/** Matrix products in the three layouts that training needs, with the variant picked by adapter and shape. */
import type { Gpu } from '../gpu/device';
import { defineKernel } from '../gpu/kernel';
import { type Recorder, rows } from '../gpu/recorder';
import { expectLength, type Tensor } from '../gpu/tensor';
import nnSource from './matmul-broadcast-nn.wgsl?raw';
import ntSource from './matmul-broadcast-nt.wgsl?raw';
import plainSource from './matmul-plain.wgsl?raw';
import tilesSource from './matmul-tiles.wgsl?raw';
import { unrolled } from './matmul-unroll';

/**
 * NT: c (M,N) = a (M,K) · b (N,K)ᵀ — y = x Wᵀ.  NN: c = a (M,K) · b (K,N) — dx = dy W.
 * TN: c = a (K,M)ᵀ · b (K,N) — dW = dyᵀ x. Row-major f32.
 */
export interface MatmulCall {
  layout: 'NT' | 'NN' | 'TN';
  a: Tensor;
  b: Tensor;
  c: Tensor;
  M: number;
  N: number;
  K: number;
  /** c += the product. At most one of accumulate, addend and bias. */
  accumulate?: boolean;
  /** (M,N), added to the product. */
  addend?: Tensor;
  /** (N), added to every row. */
  bias?: Tensor;
}

/**
 * broadcast: rows of a at addresses that all lanes share, columns of b in registers (best on software adapters).
 * tiles-64, tiles-128: the largest square tile in workgroup memory (best on GPUs).  plain: a thread per four columns.
 * Sums are ordered differently in each, so a resumed run keeps the variant it began with.
 */
export const MATMUL_VARIANTS = ['broadcast', 'tiles-64', 'tiles-128', 'plain'] as const;
export type MatmulVariant = (typeof MATMUL_VARIANTS)[number];

const chosen = new WeakMap<Gpu, MatmulVariant>();

/** The variant this adapter takes where the shapes allow it, for display and for the run's record. */
export function matmulVariant(gpu: Gpu): MatmulVariant {
  return chosen.get(gpu) ?? (gpu.adapter.software ? 'broadcast' : 'tiles-64');
}

/** From now on this adapter takes `variant`: the tuner's choice, a stored run's, or "plain" where another failed. */
export function setMatmulVariant(gpu: Gpu, variant: MatmulVariant): void {
  chosen.set(gpu, variant);
}

const plain = defineKernel('matmul-plain', plainSource);

/** Records one product. Throws RangeError for a tensor that is too small. */
export function matmul(r: Recorder, call: MatmulCall): void {
  const { layout, a, b, c, M, N, K } = call;
  expectLength('matmul.a', a, M * K);
  expectLength('matmul.b', b, N * K);
  expectLength('matmul.c', c, M * N);
  if (call.addend) expectLength('matmul.addend', call.addend, M * N);
  if (call.bias) expectLength('matmul.bias', call.bias, N);
  if (M === 0 || N === 0) return;
  const variant = matmulVariant(r.gpu);
  if (variant === 'broadcast' && K > 0 && inFours(layout, M, N, K)) broadcast(r, call);
  else if (variant === 'tiles-64' || variant === 'tiles-128') tiles(r, call, variant);
  else r.dispatch(plain, bindings(call), strided(call), rows(Math.ceil((M * Math.ceil(N / 4)) / 64)));
}

/** The broadcast kernels read four values at a time along the contiguous axes. */
function inFours(layout: MatmulCall['layout'], M: number, N: number, K: number): boolean {
  if (layout === 'NT') return K % 4 === 0;
  return N % 4 === 0 && (layout === 'NN' ? K : M) % 4 === 0;
}

function broadcast(r: Recorder, call: MatmulCall): void {
  const { layout, M, N, K } = call;
  const S = r.gpu.adapter.software ? r.gpu.adapter.subgroupSize[1] : 32;
  const R = M <= 4 ? 4 : 8;
  const nt = layout === 'NT';
  const C = nt ? (M >= 64 && Math.ceil(N / (8 * S)) * 8 * S <= 1.1 * N ? 8 : 4) : 2; // 8 where few lanes stay idle
  const kernel = nt
    ? unrolled('matmul-broadcast-nt', ntSource, { R, C })
    : unrolled('matmul-broadcast-nn', nnSource, { R, C });
  const columns = (nt ? C : 4 * C) * S;
  const grid = [Math.ceil(N / columns), Math.ceil(M / R)] as const;
  const constants: Record<string, number> = nt
    ? { S, MODE: mode(call) }
    : { S, MODE: mode(call), AT: layout === 'TN' ? 1 : 0 };
  r.dispatch(kernel, bindings(call), { M, N, K }, grid, constants);
}

function tiles(r: Recorder, call: MatmulCall, variant: 'tiles-64' | 'tiles-128'): void {
  const knobs = tileKnobs(call, variant);
  const grid = [Math.ceil(call.N / (4 * knobs.TX * knobs.C)), Math.ceil(call.M / (4 * knobs.TY * knobs.R))] as const;
  r.dispatch(unrolled('matmul-tiles', tilesSource, knobs), bindings(call), strided(call), grid);
}

/** Workgroups below which a GPU has idle processors: discrete ones have some 20 to 140, each running several. */
const ENOUGH_WORKGROUPS = 128;

/** The largest tile of which there are enough to fill a GPU; below that, small tiles with K split within the workgroup. */
function tileKnobs({ M, N }: MatmulCall, variant: 'tiles-64' | 'tiles-128') {
  const enough = (side: number) => Math.ceil(M / side) * Math.ceil(N / side) >= ENOUGH_WORKGROUPS;
  if (M <= 16) {
    const TY = Math.ceil(M / 4); // decoding: all rows in one tile of 32 columns
    return { R: 1, C: 1, TX: 8, TY, G: Math.floor(8 / TY), BK: 8 };
  }
  if (variant === 'tiles-128' && enough(128)) return { R: 2, C: 2, TX: 16, TY: 16, G: 1, BK: 8 };
  if (enough(64)) return { R: 1, C: 1, TX: 16, TY: 16, G: 1, BK: 16 };
  return { R: 1, C: 1, TX: 8, TY: 8, G: 4, BK: 8 };
}

/** A tensor that is bound where the mode reads no addend; b, because a workgroup may not read what it writes (c). */
const bindings = ({ a, b, c, addend, bias }: MatmulCall) => ({ a, b, c, addend: addend ?? bias ?? b });

const mode = (call: MatmulCall): number => (call.accumulate ? 1 : call.addend ? 2 : call.bias ? 3 : 0);

function strided(call: MatmulCall): Record<string, number> {
  const { layout, M, N, K } = call;
  const [am, ak] = layout === 'TN' ? [1, M] : [K, 1];
  const [bk, bn] = layout === 'NT' ? [1, K] : [N, 1];
  return { M, N, K, mode: mode(call), am, ak, bk, bn };
}
