/** Which kernel a product takes: the one that was the fastest for its shape where that was measured, else a rule's. */
import type { Gpu } from '../../gpu/device';
import type { WeightFormat } from '../weight-format/weight-format';

/**
 * broadcast: rows of a at addresses that all lanes share, columns of b in registers (best on software adapters).
 * tiles-32, tiles-64, tiles-128: square tiles in workgroup memory, K split over workgroups where there are few of them.
 * tiles: the largest of these of which there are enough to fill a GPU; for a few rows, as decoding has them, a kernel of its
 * own that reads b in long runs.  matrix: the adapter's matrix units.  plain: a thread per four columns.
 * A shape that a variant has no kernel for takes the plain one. Sums along K are in one order in all square tiles with an
 * unsplit K, and in another in each of the others: a resumed run keeps the choice it began with.
 */
export const MATMUL_VARIANTS = ['broadcast', 'tiles', 'tiles-32', 'tiles-64', 'tiles-128', 'matrix', 'plain'] as const;
export type MatmulVariant = (typeof MATMUL_VARIANTS)[number];

/** What is in force on an adapter: by shape (`productKey`) what was measured, for the rest one variant. */
export interface MatmulChoice {
  readonly rule: MatmulVariant;
  readonly shapes: Readonly<Record<string, MatmulVariant>>;
}

const chosen = new WeakMap<Gpu, MatmulChoice>();
const failed = new WeakMap<Gpu, Set<MatmulVariant>>();

/** What is in force, for display and for the run's record. */
export function matmulChoice(gpu: Gpu): MatmulChoice {
  return chosen.get(gpu) ?? { rule: gpu.adapter.software ? 'broadcast' : 'tiles', shapes: {} };
}

/** From now on this adapter's products are computed so: the tuner's choice, or a stored run's. */
export function setMatmulChoice(gpu: Gpu, choice: MatmulChoice): void {
  chosen.set(gpu, choice);
}

/** The variant of all shapes that nobody measured. */
export const matmulVariant = (gpu: Gpu): MatmulVariant => matmulChoice(gpu).rule;

/** One variant for all shapes. */
export const setMatmulVariant = (gpu: Gpu, rule: MatmulVariant): void => setMatmulChoice(gpu, { rule, shapes: {} });

/** A variant that came out wrong on this adapter is never taken again; "plain" takes its place. */
export function banVariant(gpu: Gpu, variant: MatmulVariant): void {
  if (variant === 'plain') return;
  const set = failed.get(gpu) ?? new Set();
  failed.set(gpu, set.add(variant));
  const { rule, shapes } = matmulChoice(gpu);
  const kept = Object.entries(shapes).filter(([, v]) => v !== variant);
  setMatmulChoice(gpu, { rule: rule === variant ? 'plain' : rule, shapes: Object.fromEntries(kept) });
}

export const isBanned = (gpu: Gpu, variant: MatmulVariant): boolean => failed.get(gpu)?.has(variant) ?? false;

/** A product as the choice sees it. */
export interface ProductShape {
  readonly layout: 'NT' | 'NN' | 'TN';
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly format: WeightFormat;
  /** Operands may be rounded to f16. */
  readonly half: boolean;
}

/** Rows of decoding, of a prompt, of a batch. */
const tokens = (n: number): string => (n <= 8 ? 'few' : n <= 64 ? 'some' : 'many');

/** Names a product whose sizes are the weight's, and whose tokens only count by class: `NT bf16 3072 × 1024, many`. */
export function productKey({ layout, M, N, K, format, half }: ProductShape): string {
  const [rows, columns, own] = layout === 'TN' ? [M, N, K] : [N, K, M];
  return `${layout} ${format} ${rows} × ${columns}, ${tokens(own)}${half ? ', f16 operands' : ''}`;
}

/** The variant in force for a product. */
export function variantFor(gpu: Gpu, shape: ProductShape): MatmulVariant {
  const choice = chosen.get(gpu);
  if (!choice) return matmulVariant(gpu);
  return (measuredAny(choice) && choice.shapes[productKey(shape)]) || choice.rule;
}

/** A table without entries costs a dispatch nothing. */
function measuredAny({ shapes }: MatmulChoice): boolean {
  for (const _ in shapes) return true;
  return false;
}
