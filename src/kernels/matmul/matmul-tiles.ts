/** Products through tiles in workgroup memory, and those of a few rows: the variants for GPUs. */

import { defineKernel, type Kernel } from '../../gpu/kernel';
import { type Recorder, rows } from '../../gpu/recorder';
import { adapterParams, addendOf, allBindings, bindings, type FullCall, mode } from './call';
import matrixSource from './matmul-matrix.wgsl?raw';
import splitSumSource from './matmul-split-sum.wgsl?raw';
import tilesSource from './matmul-tiles.wgsl?raw';
import { unrolled } from './matmul-unroll';
import matvecSource from './matvec.wgsl?raw';
import normSource from './matvec-norm.wgsl?raw';
import type { MatmulVariant } from './variants';

/** Registers and threads of a tile: 4 TY R rows, 4 TX C columns, BK deep. At most 16 KiB of workgroup memory. */
const TILES = {
  'tiles-narrow': { R: 1, C: 1, TX: 4, TY: 16, BK: 8 },
  'tiles-32': { R: 1, C: 1, TX: 8, TY: 8, BK: 16 },
  'tiles-64': { R: 1, C: 1, TX: 16, TY: 16, BK: 16 },
  'tiles-128': { R: 2, C: 2, TX: 16, TY: 16, BK: 8 },
} as const;
type Tile = keyof typeof TILES;

/** Workgroups below which a GPU has idle processors: discrete ones have some 20 to 140, each running several. */
const ENOUGH_WORKGROUPS = 128;

/** Slices of K at most, and the least depth of one. */
const [MOST_SPLITS, LEAST_SLICE] = [16, 64];

/** Rows up to which the time of y = x Wᵀ is that of reading W: `tiles` takes matvec. */
export const FEW_ROWS = 8;

/** Whether tiles can read this in fours. */
export function tilesFit({ layout, M, N, K, lda, a0, ldb, b0 }: FullCall): boolean {
  if (K === 0) return false;
  const inFours = (...sizes: number[]) => sizes.every((n) => n % 4 === 0);
  if (layout === 'NT') return inFours(K, lda, a0, ldb, b0);
  return inFours(lda, a0, ldb, b0, N, layout === 'TN' ? M : K);
}

export function tiled(r: Recorder, call: FullCall, variant: MatmulVariant): void {
  const { layout, M } = call;
  const size = (['tiles-32', 'tiles-64', 'tiles-128'] as const).find((tile) => tile === variant);
  if (!size && layout === 'NT' && M <= FEW_ROWS && call.b0 === 0) matvec(r, call);
  else tiles(r, call, size ?? ruled(call));
}

const count = ({ M, N }: FullCall, { R, C, TX, TY }: (typeof TILES)[Tile]): [number, number] => [
  Math.ceil(N / (4 * TX * C)),
  Math.ceil(M / (4 * TY * R)),
];

/** The largest tile of which there are enough to fill a GPU; a narrow one for few columns, such as an adapter's rank. */
function ruled(call: FullCall): Tile {
  if (call.N <= 16) return 'tiles-narrow';
  const enough = (tile: Tile) => {
    const [x, y] = count(call, TILES[tile]);
    return x * y >= ENOUGH_WORKGROUPS;
  };
  return (['tiles-128', 'tiles-64'] as const).find(enough) ?? 'tiles-32';
}

/** Slices of K, each a multiple of BK, where there are too few tiles for a GPU. */
function split(call: FullCall, knobs: (typeof TILES)[Tile], room: number): { slice: number; splits: number } {
  const { M, N, K, adapters } = call;
  const [x, y] = count(call, knobs);
  const wanted = Math.min(
    MOST_SPLITS,
    Math.floor(ENOUGH_WORKGROUPS / (x * y)),
    Math.floor(K / LEAST_SLICE),
    Math.floor(room / (4 * M * N)),
  );
  if (adapters || wanted < 2) return { slice: Math.ceil(K / knobs.BK) * knobs.BK, splits: 1 };
  const slice = Math.ceil(K / wanted / knobs.BK) * knobs.BK;
  return { slice, splits: Math.ceil(K / slice) };
}

/** Subgroups of a workgroup of matmul-matrix. */
const SUBGROUPS = 4;

/**
 * The configuration of the adapter's matrix units that matmul-matrix takes: they must be open to WebGPU, all subgroups of one
 * size, and tiles of 64 × 64 and 32 deep be multiples of theirs. Null where there is none, or operands may not be rounded.
 */
function matrixUnits(r: Recorder) {
  const { adapter, has } = r.gpu;
  const [S, most] = adapter.subgroupSize;
  if (!r.allowsHalf || !has.matrices || S !== most) return null;
  const fits = adapter.matrices.find(({ M, N, K }) => 64 % (SUBGROUPS * M) === 0 && 64 % N === 0 && 32 % K === 0);
  return fits ? { ...fits, S } : null;
}

export const matrixFits = (r: Recorder, call: FullCall): boolean => matrixUnits(r) !== null && tilesFit(call);

export function matrix(r: Recorder, call: FullCall): void {
  const units = matrixUnits(r);
  if (!units) return;
  const { layout, M, N, K, b, a0, lda, b0, ldb, c0, ldc, alpha = 1, adapters } = call;
  const kernel = matrixKernel(units, layout, b.format, adapters !== undefined);
  const params = { ...adapterParams(call), M, N, K, mode: mode(call), lda, a0, ldb, b0, ldc, c0, alpha };
  const grid = [Math.ceil(N / 64), Math.ceil(M / 64), adapters?.parts.length ?? 1] as const;
  r.dispatch(kernel, allBindings(call), params, grid);
}

/** The kernel for units that multiply (M,K) by (K,N), with S lanes a subgroup. */
export function matrixKernel(
  { M, N, K, S }: { M: number; N: number; K: number; S: number },
  layout: FullCall['layout'],
  format: FullCall['b']['format'],
  adapted: boolean,
): Kernel {
  const ways = { AM: layout === 'TN' ? 1 : 0, BN: layout === 'NT' ? 0 : 1, ADAPTERS: adapted ? 1 : 0 };
  const knobs = { R: 64 / (SUBGROUPS * M), C: 64 / N, CM: M, CN: N, CK: K, S, ...ways };
  return unrolled('matmul-matrix', matrixSource, { knobs, format, width: 'fours' });
}

const splitSum = defineKernel('matmul-split-sum', splitSumSource);

function tiles(r: Recorder, call: FullCall, tile: Tile): void {
  const { layout, M, N, K, b, a0, lda, b0, ldb, c0, ldc, alpha = 1 } = call;
  const knobs = TILES[tile];
  const { R, C, TX, TY, BK } = knobs;
  const [AM, BN] = [layout === 'TN' ? 1 : 0, layout === 'NT' ? 0 : 1];
  const half = r.allowsHalf;
  const kernel = unrolled('matmul-tiles', tilesSource, {
    knobs: { R, C, TX, TY, BK, AM, BN, ADAPTERS: call.adapters ? 1 : 0 },
    format: b.format,
    width: 'fours',
    half,
  });
  const { slice, splits } = split(call, knobs, r.scratchBytes);
  const how = mode(call);
  const [x, y] = count(call, knobs);
  if (splits === 1) {
    const own = { M, N, K, lda, a0, ldb, b0, slice, mode: how, ldc, c0, alpha };
    const { adapters } = call;
    if (adapters)
      r.dispatch(kernel, allBindings(call), { ...adapterParams(call), ...own }, [x, y, adapters.parts.length]);
    else r.dispatch(kernel, bindings(call), own, [x, y]);
    return;
  }
  const partial = r.scratch();
  const parts = { M, N, K, lda, a0, ldb, b0, slice, mode: 4, ldc: N, c0: 0, alpha: 1 };
  r.dispatch(kernel, bindings(call, partial), parts, [x, y, splits]);
  const sums = { partial, addend: addendOf(call), c: call.c };
  r.dispatch(splitSum, sums, { M, N, splits, mode: how, ldc, c0, alpha }, rows(Math.ceil((M * N) / 64)));
}

/** A kernel without a norm. */
const AS_IT_IS = `fn scaled(x: vec4f, k: u32) -> vec4f { return x; }
fn squared(x: vec4f) -> f32 { return 0.0; }
`;

function matvec(r: Recorder, call: FullCall): void {
  const { M, N, K, ldc, c0, alpha = 1, b, norm } = call;
  const C = 4;
  const knobs = {
    R: 2 ** Math.ceil(Math.log2(M)),
    C,
    EIGHTS: b.format === 'q4' ? 1 : 0,
    ADAPTERS: call.adapters ? 1 : 0,
    NORM: call.norm ? 1 : 0,
    GATED: call.gated ? 1 : 0,
  };
  const source = `${matvecSource}\n${call.norm ? normSource : AS_IT_IS}`;
  const kernel = unrolled('matvec', source, { knobs, format: b.format, width: 'fours' });
  const T = K >= 1024 ? 64 : 32; // four values a thread and round, and some rounds
  const params = { ...adapterParams(call), M, N, K, mode: mode(call), ldc, c0, alpha, eps: norm?.eps ?? 0 };
  const [x, y = 1] = rows(Math.ceil(N / C));
  const grid = [x, y, call.adapters?.parts.length ?? 1] as const;
  r.dispatch(kernel, norm ? { ...allBindings(call), gain: norm.w } : allBindings(call), params, grid, { T });
}
