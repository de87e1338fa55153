/**
 * The engine checks itself on the user's own adapter: every operation's small cases against its float64 reference. Drivers
 * and browsers do differ; where the matmul variant in force fails, the plain one takes its place, and where attention in tiles
 * fails, that in rows.
 */
import type { Gpu } from '../../gpu/device';
import { Recorder } from '../../gpu/recorder';
import { Arena } from '../../gpu/tensor';
import { banTiles } from '../attention/attention-variant';
import type { SelfTest } from '../device-report';
import { MATMUL, MATMUL_FEW, MATMUL_MORE } from '../matmul/cases';
import { MATMUL_FUSED } from '../matmul/cases-fused';
import {
  banVariant,
  MATMUL_VARIANTS,
  type MatmulVariant,
  matmulChoice,
  setMatmulChoice,
  setMatmulVariant,
} from '../matmul/variants';
import { candidates } from '../tuner';
import { type Bench, type Case, type Check, compare, explain, makeBench, readBack } from './case';
import { OPERATIONS } from './operations';

/** Tells how far the test is; `name` is the kernel that was compiled or the case that was checked last. */
export type SelfTestProgress = (done: number, total: number, name: string) => void;

type Dispatch = Parameters<Recorder['dispatch']>;

/** Keeps dispatches back until their pipelines are compiled. */
class HeldRecorder extends Recorder {
  private held: Dispatch[] = [];

  override dispatch(...dispatch: Dispatch): void {
    this.held.push(dispatch);
  }

  /** What was recorded since the last call. */
  take(): Dispatch[] {
    return this.held.splice(0);
  }

  play(dispatches: readonly Dispatch[]): void {
    for (const dispatch of dispatches) super.dispatch(...dispatch);
  }
}

/** A case on its way. `variant` is that of the matmul, null for other operations. */
interface Job {
  name: string;
  variant: MatmulVariant | null;
  checks: Check[];
  dispatches: Dispatch[];
}

/**
 * Runs all small cases. Throws only what the device throws (DeviceLost); wrong numbers are reported, not thrown. What fails is
 * not taken any more on `owner`, by default the device that is checked.
 */
export async function selfTestKernels(gpu: Gpu, onProgress?: SelfTestProgress, owner: Gpu = gpu): Promise<SelfTest> {
  const started = performance.now();
  const arena = new Arena(gpu);
  const r = new HeldRecorder(gpu);
  try {
    const inForce = matmulChoice(gpu).rule;
    const jobs = recordAll(r, makeBench(arena, r));
    const kernels = new Map(jobs.flatMap(({ dispatches }) => dispatches.map((d) => [pipelineOf(d), d] as const)));
    const total = kernels.size + jobs.length;
    let done = 0;
    const step = (name: string) => onProgress?.(++done, total, name);
    const broken = await compile(gpu, kernels, step, owner === gpu);
    const failed: string[] = [];
    for (const job of jobs) {
      const problem = await check(r, job, broken);
      if (problem !== null && job.variant) banVariant(owner, job.variant);
      if (problem !== null && /^(attention-)?tiles/.test(problem)) banTiles(owner);
      const replaced = job.variant === inForce && inForce !== 'plain' ? '; replaced by the plain variant' : '';
      if (problem !== null) failed.push(`${job.name}, ${problem}${replaced}`);
      step(job.name);
    }
    return { passed: jobs.length - failed.length, failed, ms: Math.round(performance.now() - started) };
  } finally {
    arena.destroy();
    r.destroy();
  }
}

/**
 * The cases of all operations, and those of the products once per variant; the one in force comes first, whose kernels are the
 * largest and are wanted last by a run that has begun meanwhile. It stays in force.
 */
function recordAll(r: HeldRecorder, bench: Bench): Job[] {
  const record = (variant: MatmulVariant | null, { name, record: run }: Case): Job => {
    const checks = run(bench);
    return { name: variant ? `${variant} ${name}` : name, variant, checks, dispatches: r.take() };
  };
  const before = matmulChoice(r.gpu);
  const inForce = before.rule;
  const others = OPERATIONS.flatMap(({ small }) => small.map((one) => record(null, one)));
  const products: Job[] = [];
  try {
    for (const variant of MATMUL_VARIANTS.filter((v) => isTested(r.gpu, v))) {
      setMatmulVariant(r.gpu, variant);
      const own = variant === inForce || candidates(r.gpu).includes(variant);
      const fused = variant === 'tiles' && own ? MATMUL_FUSED.small : []; // seconds to compile, and only `tiles` fuses
      const cases = [...(own ? MATMUL : MATMUL_FEW).small, ...(variant === inForce ? MATMUL_MORE.small : [])];
      products.push(...[...cases, ...fused].map((one) => record(variant, one)));
    }
  } finally {
    setMatmulChoice(r.gpu, before);
  }
  const isFirst = (job: Job) => job.variant === inForce;
  return [...products.filter(isFirst), ...others, ...products.filter((job) => !isFirst(job))];
}

/** Of what an adapter never takes by itself, only `tiles`, with which a run may have begun elsewhere. */
const isTested = (gpu: Gpu, variant: MatmulVariant): boolean =>
  variant === 'matrix' ? gpu.has.matrices : !(gpu.adapter.software && /^tiles-/.test(variant));

/** Names a dispatch's pipeline. */
const pipelineOf = ([kernel, , , , constants]: Dispatch): string => kernel.name + JSON.stringify(constants ?? {});

/**
 * Compiles all at once, or one after the other where a run compiles its own meanwhile; gives why, for each that this adapter
 * does not compile.
 */
async function compile(
  gpu: Gpu,
  kernels: ReadonlyMap<string, Dispatch>,
  step: (name: string) => void,
  atOnce: boolean,
): Promise<Map<string, string>> {
  const broken = new Map<string, string>();
  const one = async ([pipeline, [kernel, , , , constants]]: [string, Dispatch]) => {
    try {
      await gpu.prepare([{ kernel, constants }]);
    } catch (error) {
      gpu.throwIfFailed();
      broken.set(pipeline, error instanceof Error ? error.message : String(error));
    }
    step(kernel.name);
  };
  if (atOnce) await Promise.all([...kernels].map(one));
  else for (const kernel of kernels) await one(kernel);
  return broken;
}

/** Null where all outputs are right, else the first that is not. */
async function check(r: HeldRecorder, job: Job, broken: ReadonlyMap<string, string>): Promise<string | null> {
  for (const dispatch of job.dispatches) {
    const why = broken.get(pipelineOf(dispatch));
    if (why !== undefined) return `${dispatch[0].name} does not compile: ${why}`;
  }
  r.play(job.dispatches);
  const reads = job.checks.map((one) => readBack(r, one));
  r.submit();
  const outputs = await Promise.all(reads);
  for (const [i, one] of job.checks.entries()) {
    const difference = compare(outputs[i], one.want, one.tolerance);
    if (difference) return explain(one, outputs[i], difference);
  }
  return null;
}
