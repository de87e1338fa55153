/** Which kernels an adapter takes for attention over packed sequences. */
import type { Gpu } from '../../gpu/device';
import { MOST_TILED, TILED_BLOCK } from './attention-tiles';

/**
 * rows: a thread keeps its query and sum whole and reads keys at addresses that all threads share (best on software
 * adapters, whose registers are memory).  tiles: keys and values in workgroup memory, a head's dimension over many threads,
 * grouped heads together (for GPUs, and everywhere for wide heads).
 * Sums are ordered differently in each, so a resumed run keeps the variant it began with.
 */
export const ATTENTION_VARIANTS = ['rows', 'tiles'] as const;
export type AttentionVariant = (typeof ATTENTION_VARIANTS)[number];

/**
 * Widest heads that a thread keeps whole: at 128 llvmpipe compiles such kernels for minutes, and on a GPU their registers
 * spill.
 */
export const MOST_WHOLE = 64;

/** What was chosen, by head dimension. */
const chosen = new WeakMap<Gpu, Map<number, AttentionVariant>>();
const withoutTiles = new WeakSet<Gpu>();

/** The variant that this adapter takes for heads of D. */
export function attentionVariant(gpu: Gpu, D: number): AttentionVariant {
  if (D > MOST_TILED || withoutTiles.has(gpu)) return 'rows';
  return chosen.get(gpu)?.get(D) ?? (gpu.adapter.software && D <= MOST_WHOLE ? 'rows' : 'tiles');
}

/** From now on this adapter takes `variant` for heads of D: the tuner's choice, or a stored run's. */
export function setAttentionVariant(gpu: Gpu, D: number, variant: AttentionVariant): void {
  const own = chosen.get(gpu) ?? new Map<number, AttentionVariant>();
  chosen.set(gpu, own.set(D, variant));
}

/** The self-test found that tiles come out wrong here. */
export function banTiles(gpu: Gpu): void {
  withoutTiles.add(gpu);
}

/** What was chosen or measured, for people: by head dimension where it is not the usual. */
export const attentionChoice = (gpu: Gpu): string =>
  [...new Set([16, MOST_WHOLE, 128, ...(chosen.get(gpu)?.keys() ?? [])])]
    .sort((a, b) => a - b)
    .map((D) => `D ${D} ${attentionVariant(gpu, D)}`)
    .join(', ');

/** Queries (or keys) of a block: in rows on a software adapter one SIMD vector. */
export const attentionBlock = (gpu: Gpu, D: number, variant = attentionVariant(gpu, D)): number =>
  variant === 'rows' && gpu.adapter.software ? 8 : TILED_BLOCK;
