/**
 * Finds out by measuring which product variants are fast on an adapter: once which of them suits it at all, then, for each
 * model that is opened, the fastest for each of its own shapes. What was found is remembered, by all that may change it but
 * a name: two adapters without one are told apart by what they can do.
 */
import * as v from 'valibot';
import { jsonObject } from '../data/json';
import type { Gpu } from '../gpu/device';
import { Recorder } from '../gpu/recorder';
import { Arena } from '../gpu/tensor';
import { attentionTimes } from './attention/attention-times';
import {
  ATTENTION_VARIANTS,
  type AttentionVariant,
  attentionChoice,
  attentionVariant,
  MOST_WHOLE,
  setAttentionVariant,
} from './attention/attention-variant';
import { type MatmulCall, matmul } from './matmul/matmul';
import {
  isBanned,
  MATMUL_VARIANTS,
  type MatmulVariant,
  matmulChoice,
  type ProductShape,
  productKey,
  setMatmulChoice,
  setMatmulVariant,
} from './matmul/variants';

/** Where choices are remembered: a file in Node, a database in a page. */
export interface TunerMemory {
  load(key: string): Promise<string | null>;
  save(key: string, value: string): Promise<void>;
}

/** Changed whenever the kernels change, so that old choices are measured anew. */
const VERSION = 3;

/** Tokens and widths of a small model's projection in the forward pass and both backward ones. */
const SMALL = [
  { layout: 'NT', M: 512, N: 128, K: 64 },
  { layout: 'NN', M: 512, N: 64, K: 128 },
  { layout: 'TN', M: 128, N: 64, K: 512 },
] as const;

/** One square product for GPUs, on which small ones are nothing but overhead; it is 80 times SMALL. */
const LARGE = { layout: 'NT', M: 1024, N: 1024, K: 1024 } as const;
/** SMALL must not take longer than this where LARGE is measured: it would take seconds. */
const FAST_MS = 2;

/** Times the time of the best at which a variant is not measured any further. */
const HOPELESS = 3;
/** A variant takes the place of the usual one only where it needs less than this of its time: noise shall not choose. */
const BETTER = 0.9;
/** Of tiles to broadcast, the rule: above it the adapter has no workgroup memory of its own, whatever it calls itself. */
const SOFTWARE = 1.5;

/** Milliseconds for a model's shapes. What is not measured then keeps the rule's variant. */
const SHAPES_BUDGET_MS = 2000;

const variant = v.picklist(MATMUL_VARIANTS);
const ms = v.record(variant, v.number());
/** What was measured on an adapter. */
const findingsSchema = v.object({
  rule: variant,
  /** Milliseconds of SMALL (and LARGE, where it was affordable) by variant. */
  ms,
  /** By shape (productKey): what it takes, and milliseconds by variant; none where the budget was spent. */
  shapes: v.record(v.string(), v.object({ variant, ms })),
});
type Findings = v.InferOutput<typeof findingsSchema>;

const found = new WeakMap<Gpu, { findings: Findings; save(): Promise<void> }>();

/** The variants that may suit an adapter, the likeliest first. A hint only: what it calls itself decides about nothing. */
export const candidates = (gpu: Gpu): MatmulVariant[] =>
  (gpu.adapter.software ? (['broadcast', 'plain'] as const) : (['tiles', 'broadcast', 'plain'] as const)).filter(
    (v) => !isBanned(gpu, v),
  );

/** The variants that may suit one shape, on an adapter whose rule is tiles. */
export const shapeCandidates = (gpu: Gpu, { layout, M, N, K, half }: Omit<ProductShape, 'format'>) => {
  const tiles: MatmulVariant[] =
    layout === 'NT' && M <= 8 ? [] : M > 64 && N > 64 ? ['tiles-64', 'tiles-128', 'tiles-32'] : ['tiles-32'];
  const units: MatmulVariant[] = half && gpu.has.matrices && M > 8 ? ['matrix'] : [];
  const all: MatmulVariant[] = ['tiles', ...units, ...tiles, 'broadcast'];
  return K === 0 ? [] : all.filter((v) => !isBanned(gpu, v));
};

/**
 * Measures which variant suits this adapter, or remembers it, and puts it in force; takes up to two seconds. Products come
 * out differently in the last bits: a run that must repeat sets its own choice instead.
 */
export async function tuneMatmul(gpu: Gpu, memory: TunerMemory): Promise<MatmulVariant> {
  memories.set(gpu, memory);
  const key = `products ${VERSION} ${adapterKey(gpu)}`;
  // What another version wrote, or somebody's hand, is as good as none.
  const known = v.safeParse(findingsSchema, jsonObject(await memory.load(key)));
  const findings = known.success ? known.output : { ...(await suiting(gpu)), shapes: {} };
  const save = () => memory.save(key, JSON.stringify(findings));
  await save();
  found.set(gpu, { findings, save });
  gpu.adapter.software = isSoftware(findings) ?? gpu.adapter.software;
  const shapes = Object.entries(findings.shapes).map(([shape, { variant }]) => [shape, variant] as const);
  setMatmulChoice(gpu, { rule: findings.rule, shapes: Object.fromEntries(shapes) });
  return findings.rule;
}

/** By measurement where both were measured; else undefined. */
function isSoftware({ rule, ms: { broadcast, tiles } }: Findings): boolean | undefined {
  if (broadcast === undefined || tiles === undefined) return undefined;
  return rule === 'broadcast' && tiles > SOFTWARE * broadcast;
}

/** Of adapters that are tuned. */
const memories = new WeakMap<Gpu, TunerMemory>();

/** What tells adapters apart, with a name or without. */
function adapterKey(gpu: Gpu): string {
  const { name, backend, subgroupSize } = gpu.adapter;
  const features = [...gpu.device.features].sort().join(' ');
  const l = gpu.limits;
  const limits = [l.maxComputeWorkgroupStorageSize, l.maxComputeInvocationsPerWorkgroup, l.maxBufferSize];
  return `${backend} ${name} ${subgroupSize.join('-')} ${limits.join(' ')} ${features}`;
}

async function suiting(gpu: Gpu): Promise<Pick<Findings, 'rule' | 'ms'>> {
  const before = matmulChoice(gpu);
  const arena = new Arena(gpu);
  const r = new Recorder(gpu);
  try {
    const tensor = (n: number) => arena.tensor({ label: 'tuner', shape: [n], purpose: 'scratch' });
    const call = ({ layout, M, N, K }: (typeof SMALL)[number] | typeof LARGE): MatmulCall => ({
      ...{ layout, M, N, K },
      ...{ a: tensor(M * K), b: tensor(N * K), c: tensor(M * N) },
    });
    const small = SMALL.map(call);
    const ms: Findings['ms'] = {};
    for (const variant of candidates(gpu)) ms[variant] = await time(r, small, variant, least(ms) * HOPELESS);
    if (least(ms) < FAST_MS) {
      const large = [call(LARGE)];
      const worthwhile = candidates(gpu).filter((v) => (ms[v] ?? 0) < HOPELESS * least(ms));
      const more: Findings['ms'] = {};
      for (const variant of worthwhile) more[variant] = await time(r, large, variant, least(more) * HOPELESS);
      for (const variant of candidates(gpu)) ms[variant] = (ms[variant] ?? 0) + (more[variant] ?? Number.MAX_VALUE);
    }
    return { rule: fastest(ms, candidates(gpu)), ms };
  } finally {
    setMatmulChoice(gpu, before);
    r.destroy();
    arena.destroy();
  }
}

const least = (ms: Findings['ms']): number => Math.min(Number.POSITIVE_INFINITY, ...Object.values(ms));

const fastest = (ms: Findings['ms'], among: readonly MatmulVariant[]): MatmulVariant =>
  among.reduce((best, v) => ((ms[v] ?? Number.POSITIVE_INFINITY) < (ms[best] ?? Number.POSITIVE_INFINITY) ? v : best));

/** Milliseconds of the calls together, the best of three (seven short ones) after one that compiles; of one where that is beyond `hopeless`. */
async function time(
  r: Recorder,
  calls: readonly MatmulCall[],
  variant: MatmulVariant,
  hopeless: number,
): Promise<number> {
  setMatmulVariant(r.gpu, variant);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < (best < 20 ? 8 : 4) && !(best > hopeless && i > 1); i++) {
    const started = performance.now();
    for (const call of calls) matmul(r, call);
    await r.finish();
    if (i > 0) best = Math.min(best, performance.now() - started);
  }
  return best;
}

/**
 * Chooses a variant for each of a model's products, the heaviest first, within the budget; the rest keeps the rule's for
 * good, so that the same memory always means the same choice. Where workgroup memory is worse than none, and where no tuner
 * has been at work, nothing is measured: there the rule's variant is the best for every shape.
 */
export async function tuneShapes(
  r: Recorder,
  calls: readonly MatmulCall[],
  budgetMs = SHAPES_BUDGET_MS,
): Promise<void> {
  const { gpu } = r;
  const known = found.get(gpu);
  if (!known || gpu.adapter.software) return;
  const { findings, save } = known;
  const fresh = new Map(calls.map((call) => [productKey(shapeOf(r, call)), call]));
  for (const key of Object.keys(findings.shapes)) fresh.delete(key);
  if (fresh.size === 0) return;
  const before = matmulChoice(gpu);
  const work = ({ M, N, K }: MatmulCall) => M * N * K;
  const started = performance.now();
  try {
    for (const [key, call] of [...fresh].sort(([, x], [, y]) => work(y) - work(x))) {
      const ms: Findings['ms'] = {};
      for (const variant of shapeCandidates(gpu, shapeOf(r, call))) {
        if (performance.now() - started >= budgetMs) break;
        ms[variant] = await time(r, [call], variant, least(ms) * HOPELESS);
      }
      findings.shapes[key] = { variant: chosenOf(ms, before.rule), ms };
    }
  } finally {
    const shapes = Object.entries(findings.shapes).map(([shape, { variant }]) => [shape, variant] as const);
    setMatmulChoice(gpu, { rule: before.rule, shapes: { ...Object.fromEntries(shapes), ...before.shapes } });
  }
  await save();
}

const shapeOf = (r: Recorder, { layout, M, N, K, b }: MatmulCall): ProductShape => ({
  ...{ layout, M, N, K, half: r.allowsHalf },
  format: 'format' in b ? b.format : ('f32' as const),
});

function chosenOf(ms: Findings['ms'], rule: MatmulVariant): MatmulVariant {
  const own = ms[rule];
  if (own === undefined) return rule;
  const best = fastest(ms, Object.keys(ms) as MatmulVariant[]);
  return (ms[best] ?? own) < BETTER * own ? best : rule;
}

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
  const key = `attention 1 ${H / K} ${D} ${adapterKey(gpu)}`;
  const stored = await memory.load(key);
  const variant = ATTENTION_VARIANTS.find((v) => v === stored) ?? (await fasterAttention(r, { share: H / K, D }));
  setAttentionVariant(gpu, D, variant);
  if (variant !== stored) await memory.save(key, variant);
}

async function fasterAttention(r: Recorder, heads: { share: number; D: number }): Promise<AttentionVariant> {
  const { tiles = 0, rows = 0 } = await attentionTimes(r, heads, ['tiles', 'rows']);
  return rows < BETTER * tiles ? 'rows' : 'tiles';
}

/** One line a shape of what is in force and by how much, for people. */
export function choiceTable(gpu: Gpu): Record<string, string> {
  const { rule, shapes } = matmulChoice(gpu);
  const findings = found.get(gpu)?.findings;
  const lines = Object.entries(shapes).map(([key, v]) => [key, compared(v, findings?.shapes[key]?.ms)] as const);
  return { matmul: compared(rule, findings?.ms), attention: attentionChoice(gpu), ...Object.fromEntries(lines) };
}

/** `tiles-64 (broadcast 3.1 ×)`: others' time as multiples of its own. */
function compared(variant: MatmulVariant, ms: Findings['ms'] = {}): string {
  const own = ms[variant];
  const others = Object.entries(ms).filter(([v, t]) => v !== variant && t < Number.MAX_VALUE);
  if (own === undefined || others.length === 0) return variant;
  return `${variant} (${others.map(([v, t]) => `${v} ${(t / own).toFixed(1)} ×`).join(', ')})`;
}
