/** Matrix products in the three layouts that training needs, with the variant picked by adapter and shape. */
import type { Gpu } from '../../gpu/device';
import { type Recorder, rows } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { formatKernel, plainRows, QUANT_GROUP, rowBindings, type StoredRows } from '../weight-format/weight-format';
import narrowSource from './matmul-broadcast-narrow.wgsl?raw';
import nnSource from './matmul-broadcast-nn.wgsl?raw';
import ntSource from './matmul-broadcast-nt.wgsl?raw';
import plainSource from './matmul-plain.wgsl?raw';
import tilesSource from './matmul-tiles.wgsl?raw';
import { unrolled } from './matmul-unroll';
import matvecSource from './matvec.wgsl?raw';

/**
 * NT: c (M,N) = a (M,K) · b (N,K)ᵀ — y = x Wᵀ.  NN: c = a (M,K) · b (K,N) — dx = dy W.
 * TN: c = a (K,M)ᵀ · b (K,N) — dW = dyᵀ x. Row-major f32.
 */
export interface MatmulCall {
  layout: 'NT' | 'NN' | 'TN';
  a: Tensor;
  /** f32, or rows of a stored weight matrix (NT and NN). */
  b: Tensor | StoredRows;
  c: Tensor;
  M: number;
  N: number;
  K: number;
  /** c += the product. At most one of accumulate, addend and bias. */
  accumulate?: boolean;
  /** Like c, added to the product. */
  addend?: Tensor;
  /** One value a column of c, added to every row. */
  bias?: Tensor;
  /** The product is multiplied by this first. */
  alpha?: number;
  /** NN, TN: a is the columns `from` … of a matrix of `width` columns (multiples of 4). */
  aColumns?: { from: number; width: number };
  /** NT: c (and addend, bias) is the columns `from` … of a matrix of `width` columns. */
  cColumns?: { from: number; width: number };
}

/**
 * broadcast: rows of a at addresses that all lanes share, columns of b in registers (best on software adapters).
 * tiles-64, tiles-128: the largest square tile in workgroup memory (best on GPUs), and for a few rows, as decoding has
 * them, a kernel of its own that reads b in long runs.  plain: a thread per four columns.
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

/** Records one product. Throws RangeError for a tensor that is too small, or for quantised rows that are no multiple of 32. */
export function matmul(r: Recorder, call: MatmulCall): void {
  const { layout, a, c, M, N, K } = call;
  const b = 'format' in call.b ? call.b : plainRows(call.b);
  const aWidth = call.aColumns?.width ?? (layout === 'TN' ? M : K);
  const cWidth = call.cColumns?.width ?? N;
  expectLength('matmul.a', a, (layout === 'TN' ? K : M) * aWidth);
  if (b.format === 'f32') expectLength('matmul.b', b.data, N * K);
  else if ((layout === 'NT' ? K : N) % (b.scales ? QUANT_GROUP : 4) !== 0)
    throw new RangeError(`matmul.b: rows of ${layout === 'NT' ? K : N} values cannot be stored as ${b.format}`);
  expectLength('matmul.c', c, M * cWidth);
  if (call.addend) expectLength('matmul.addend', call.addend, M * cWidth);
  if (call.bias) expectLength('matmul.bias', call.bias, cWidth);
  if (M === 0 || N === 0) return;
  const full: FullCall = {
    ...call,
    b,
    a0: call.aColumns?.from ?? 0,
    lda: aWidth,
    c0: call.cColumns?.from ?? 0,
    ldc: cWidth,
  };
  const variant = matmulVariant(r.gpu);
  const S = lanes(r.gpu);
  if (variant === 'broadcast' && K > 0 && inFours(full, S)) broadcast(r, full, S);
  else if (variant === 'tiles-64' || variant === 'tiles-128') {
    if (layout === 'NT' && M <= FEW_ROWS && K % 4 === 0 && K > 0) matvec(r, full);
    else tiles(r, full, variant);
  } else {
    const kernel = formatKernel('matmul-plain', plainSource, b.format);
    r.dispatch(kernel, bindings(full), strided(full), rows(Math.ceil((M * Math.ceil(N / 4)) / 64)));
  }
}

/** A call with its defaults filled in. */
type FullCall = MatmulCall & { b: StoredRows; a0: number; lda: number; c0: number; ldc: number };

/** The broadcast kernels read four values at a time along the contiguous axes; of a narrow b, one. */
function inFours({ layout, M, N, K, lda, a0 }: FullCall, S: number): boolean {
  if (layout === 'NT') return K % 4 === 0;
  return (N % 4 === 0 || isNarrow(N, S)) && lda % 4 === 0 && a0 % 4 === 0 && (layout === 'TN' ? M : K) % 4 === 0;
}

/** So few columns that lanes which own four each would mostly own none: an adapter's rank. */
const isNarrow = (N: number, S: number): boolean => N <= 2 * S;

/** Lanes of a workgroup in the broadcast kernels. */
const lanes = ({ adapter }: Gpu): number => (adapter.software ? adapter.subgroupSize[1] : 32);

function broadcast(r: Recorder, call: FullCall, S: number): void {
  const { layout, M, N, K, lda, a0, ldc, c0, alpha = 1 } = call;
  const { stem, source, knobs, width, perLane } = broadcastForm(call, S);
  const kernel = unrolled(stem, source, knobs, call.b.format, width);
  const grid = [Math.ceil(N / (knobs.C * perLane * S)), Math.ceil(M / knobs.R)] as const;
  const transposed: Record<string, number> = layout === 'NT' ? {} : { AT: layout === 'TN' ? 1 : 0 };
  const constants = { S, MODE: mode(call), ...transposed };
  r.dispatch(kernel, bindings(call), { M, N, K, lda, a0, ldc, c0, alpha }, grid, constants);
}

/** The kernel for a shape, its block of R rows and C columns a lane (or C times `perLane`). */
function broadcastForm(call: FullCall, S: number) {
  const { layout, M, N, b } = call;
  const few = Math.min(8, powerOfTwo(M));
  if (layout === 'NT') {
    const wide = M >= 64 && Math.ceil(N / (8 * S)) * 8 * S <= 1.1 * N; // where few lanes stay idle
    // Eights of q4 take twice the registers: eight rows of eight columns would spill (0.75 of the time with four rows).
    const R = wide && b.format === 'q4' ? 4 : few;
    const C = wide ? 8 : Math.min(4, Math.ceil(N / S));
    const knobs = { R, C, EIGHTS: eights(call) };
    return { stem: 'matmul-broadcast-nt', source: ntSource, knobs, width: 'fours', perLane: 1 } as const;
  }
  const R = Math.max(4, few);
  if (isNarrow(N, S)) {
    const knobs = { R, C: Math.ceil(N / S) };
    return { stem: 'matmul-broadcast-narrow', source: narrowSource, knobs, width: 'single', perLane: 1 } as const;
  }
  const knobs = { R, C: Math.min(2, Math.ceil(N / (4 * S))) };
  return { stem: 'matmul-broadcast-nn', source: nnSource, knobs, width: 'fours', perLane: 4 } as const;
}

/** A word of q4 holds eight values: read by fours it would be loaded twice. */
const eights = ({ b }: FullCall): number => (b.format === 'q4' ? 1 : 0);

/** The least power of two that is not below n. */
const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(n));

/** Rows up to which the time of y = x Wᵀ is that of reading W. */
const FEW_ROWS = 8;

function matvec(r: Recorder, call: FullCall): void {
  const { M, N, K, ldc, c0, alpha = 1 } = call;
  const C = 4;
  const kernel = unrolled(
    'matvec',
    matvecSource,
    { R: powerOfTwo(M), C, EIGHTS: eights(call) },
    call.b.format,
    'fours',
  );
  const T = K >= 1024 ? 64 : 32; // four values a thread and round, and some rounds
  const params = { M, N, K, mode: mode(call), ldc, c0, alpha };
  r.dispatch(kernel, bindings(call), params, rows(Math.ceil(N / C)), { T });
}

function tiles(r: Recorder, call: FullCall, variant: 'tiles-64' | 'tiles-128'): void {
  const knobs = tileKnobs(call, variant);
  const grid = [Math.ceil(call.N / (4 * knobs.TX * knobs.C)), Math.ceil(call.M / (4 * knobs.TY * knobs.R))] as const;
  const kernel = unrolled('matmul-tiles', tilesSource, knobs, call.b.format, 'single');
  r.dispatch(kernel, bindings(call), strided(call), grid);
}

/** Workgroups below which a GPU has idle processors: discrete ones have some 20 to 140, each running several. */
const ENOUGH_WORKGROUPS = 128;

/**
 * The largest tile of which there are enough to fill a GPU; below that, small tiles with K split within the workgroup.
 * Few columns get a tile as narrow as they are: of a square one with 64 columns a rank of 8 would leave 7/8 unused.
 */
function tileKnobs({ M, N, K }: MatmulCall, variant: 'tiles-64' | 'tiles-128') {
  const enough = (side: number) => Math.ceil(M / side) * Math.ceil(N / side) >= ENOUGH_WORKGROUPS;
  if (M <= 16) return smallTile(N, K, Math.ceil(M / 4), 64); // decoding: all rows in one tile
  if (N <= 16) return smallTile(N, K, 4, 128); // an adapter's rank
  if (variant === 'tiles-128' && enough(128)) return { R: 2, C: 2, TX: 16, TY: 16, G: 1, BK: 8 };
  if (enough(64)) return { R: 1, C: 1, TX: 16, TY: 16, G: 1, BK: 16 };
  return smallTile(N, K, 8, 256);
}

/**
 * A tile of 4 TY rows and up to 32 columns, K in as many slices as the threads allow (at most 16: workgroup memory of
 * 16 KiB), or as a short K has (a rank). Not as any K has: the tokens of every other batch would be another kernel.
 */
function smallTile(N: number, K: number, TY: number, threads: number) {
  const [TX, BK] = [Math.min(8, Math.ceil(N / 4)), 8];
  const G = Math.min(16, Math.floor(threads / (TX * TY)), K <= 2 * BK ? Math.max(1, Math.ceil(K / BK)) : 16);
  return { R: 1, C: 1, TX, TY, G, BK };
}

/** A tensor that is bound where the mode reads no addend; b, because a workgroup may not read what it writes (c). */
const bindings = ({ a, b, c, addend, bias }: FullCall) => ({
  a,
  ...rowBindings(b),
  c,
  addend: addend ?? bias ?? b.data,
});

const mode = (call: MatmulCall): number => (call.accumulate ? 1 : call.addend ? 2 : call.bias ? 3 : 0);

function strided(call: FullCall): Record<string, number> {
  const { layout, M, N, K, a0, lda, c0, ldc, alpha = 1 } = call;
  const [am, ak] = layout === 'TN' ? [1, lda] : [lda, 1];
  const [bk, bn] = layout === 'NT' ? [1, K] : [N, 1];
  return { M, N, K, mode: mode(call), a0, am, ak, bk, bn, ldc, c0, alpha };
}
