/** Finds the fastest matmul variant of an adapter by measuring, once, and remembers it. */
import type { Gpu } from '../gpu/device';
import { Recorder } from '../gpu/recorder';
import { Arena } from '../gpu/tensor';
import { attentionTimes } from './attention/attention-times';
import {
  ATTENTION_VARIANTS,
  type AttentionVariant,
  attentionVariant,
  MOST_WHOLE,
  setAttentionVariant,
} from './attention/attention-variant';
import { MATMUL_VARIANTS, type MatmulCall, type MatmulVariant, matmul, setMatmulVariant } from './matmul/matmul';

/** Where choices are remembered: a file in Node, a database in a page. */
export interface TunerMemory {
  load(key: string): Promise<string | null>;
  save(key: string, value: string): Promise<void>;
}

/** Measuring ends after the candidate that is running then; the first candidates are the likeliest. */
const BUDGET_MS = 1200;

/** Changed whenever the kernels change, so that old choices are measured anew. */
const VERSION = 2;

/** Tokens and widths of a small model's projection in the forward pass and both backward ones. */
const SHAPES = [
  { layout: 'NT', M: 512, N: 128, K: 64 },
  { layout: 'NN', M: 512, N: 64, K: 128 },
  { layout: 'TN', M: 128, N: 64, K: 512 },
] as const;

/** One square product for GPUs, on which small ones are nothing but overhead. */
const LARGE = { layout: 'NT', M: 1024, N: 1024, K: 1024 } as const;

/**
 * The variant remembered for this adapter, else the fastest one measured here (up to two seconds); either is in force
 * from then on. Products come out differently in the last bits: a run that must repeat sets its own variant instead.
 */
export async function tuneMatmul(gpu: Gpu, memory: TunerMemory): Promise<MatmulVariant> {
  memories.set(gpu, memory);
  const { name, backend } = gpu.adapter;
  const key = `matmul ${VERSION} ${backend} ${name}`;
  const stored = await memory.load(key);
  const remembered = MATMUL_VARIANTS.find((v) => v === stored);
  const variant = remembered ?? (await fastest(gpu));
  setMatmulVariant(gpu, variant);
  if (!remembered) await memory.save(key, variant);
  return variant;
}

async function fastest(gpu: Gpu): Promise<MatmulVariant> {
  const arena = new Arena(gpu);
  const r = new Recorder(gpu);
  try {
    const shapes = gpu.adapter.software ? SHAPES : [...SHAPES, LARGE];
    const tensor = (label: string, n: number) =>
      arena.tensor({ label: `tuner.${label}`, shape: [n], purpose: 'scratch' });
    const calls: MatmulCall[] = shapes.map(({ layout, M, N, K }) => ({
      layout,
      M,
      N,
      K,
      a: tensor('a', M * K),
      b: tensor('b', N * K),
      c: tensor('c', M * N),
    }));
    const started = performance.now();
    let best: { variant: MatmulVariant; ms: number } | null = null;
    for (const variant of candidates(gpu)) {
      setMatmulVariant(gpu, variant);
      const ms = await time(r, calls);
      if (!best || ms < best.ms) best = { variant, ms };
      if (performance.now() - started > BUDGET_MS) break;
    }
    return (best as { variant: MatmulVariant }).variant;
  } finally {
    r.destroy();
    arena.destroy();
  }
}

/** The variants that an adapter of this kind may take, the likeliest first. */
export const candidates = (gpu: Gpu): MatmulVariant[] =>
  gpu.adapter.software ? ['broadcast', 'plain'] : ['tiles-64', 'tiles-128', 'broadcast', 'plain'];

/** Milliseconds of all calls together, the best of three after one that compiles. */
async function time(r: Recorder, calls: readonly MatmulCall[]): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4; i++) {
    const started = performance.now();
    for (const call of calls) matmul(r, call);
    await r.finish();
    if (i > 0) best = Math.min(best, performance.now() - started);
  }
  return best;
}

/** Of adapters that are tuned. */
const memories = new WeakMap<Gpu, TunerMemory>();

/** Rows take the place of tiles only where they need less than this of their time: noise shall not choose. */
const BETTER = 0.9;

/**
 * Chooses attention's variant for a model's heads by measuring, once, and remembers it. Nothing is measured on software
 * adapters, whose results stay what they are, and where heads are so wide that only tiles suit them.
 */
export async function tuneAttention(
  r: Recorder,
  { H, K, D }: { H: number; K: number; D: number },
  memory = memories.get(r.gpu),
): Promise<void> {
  const { gpu } = r;
  if (!memory || gpu.adapter.software || D > MOST_WHOLE || D % 4 !== 0) return;
  if (attentionVariant(gpu, D) !== 'tiles') return; // chosen before, or tiles come out wrong
  const { name, backend } = gpu.adapter;
  const key = `attention 1 ${backend} ${name} ${H / K} ${D}`;
  const stored = await memory.load(key);
  const variant = ATTENTION_VARIANTS.find((v) => v === stored) ?? (await fasterAttention(r, { share: H / K, D }));
  setAttentionVariant(gpu, D, variant);
  if (variant !== stored) await memory.save(key, variant);
}

async function fasterAttention(r: Recorder, heads: { share: number; D: number }): Promise<AttentionVariant> {
  const { tiles = 0, rows = 0 } = await attentionTimes(r, heads, ['tiles', 'rows']);
  return rows < BETTER * tiles ? 'rows' : 'tiles';
}
