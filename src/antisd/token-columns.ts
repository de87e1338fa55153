/**
 * A step's columns on the device: token advantages and the objective by the kernels, from scores to the gradient that
 * `Policy.accumulate` takes as a tensor. step.ts uses the float64 functions of advantages.ts and objective.ts, which are
 * the reference: a step's few thousand tokens take the host less time than the columns' way back for display
 * (llvmpipe: 0.05 against 0.35 ms for 32 rollouts of 11 tokens, 6 against 12 ms for 256 of 256).
 */
import type { Recorder } from '../gpu/recorder';
import { Arena, type Tensor } from '../gpu/tensor';
import { policyWeight } from '../kernels/policy-weight';
import { tokenAdvantage } from '../kernels/token-advantage';
import { lambdaOf, maskOf, type RolloutSignals, type TokenAdvantages } from './advantages';
import type { Method } from './arms';
import type { Objective, ObjectiveInput } from './objective';

/** Values that a token takes in each column. */
const PER_TOKEN = { sOld: 1, t: 1, s: 1, sRef: 1, a: 1, gradient: 1, columns: 4, terms: 4 } as const;
type TokenColumn = keyof typeof PER_TOKEN;

export class TokenColumns {
  /** Tokens of the last advantages. */
  private tokens = 0;

  private constructor(
    private readonly recorder: Recorder,
    private readonly memory: Arena,
    private readonly on: Record<TokenColumn | 'offsets' | 'rollouts', Tensor>,
  ) {}

  /** Allocates for the largest step, 64 bytes a token. Throws OutOfMemory; then nothing stays allocated. */
  static async create(recorder: Recorder, most: { rollouts: number; tokens: number }): Promise<TokenColumns> {
    const memory = new Arena(recorder.gpu);
    const spec = (name: string, n: number) => ({ label: `step.${name}`, shape: [n], purpose: 'scratch' }) as const;
    const perToken = Object.entries(PER_TOKEN).map(([name, width]) => [name, spec(name, most.tokens * width)]);
    const on = await memory.allocate({
      ...(Object.fromEntries(perToken) as Record<TokenColumn, ReturnType<typeof spec>>),
      offsets: { ...spec('offsets', most.rollouts + 1), dtype: 'u32' },
      rollouts: spec('rollouts', most.rollouts * 2),
    });
    return new TokenColumns(recorder, memory, on);
  }

  /**
   * `computeAdvantages` of advantages.ts by the kernel, in f32; the columns stay for `computeObjective`. Where λ is 0 the
   * advantage is the group's, to the bit of an f32. Throws RangeError for a step larger than the one allocated for.
   */
  async computeAdvantages(
    rollouts: readonly RolloutSignals[],
    method: Method,
    lambda: number,
    sigmaRef: number | null,
  ): Promise<TokenAdvantages[]> {
    const { recorder: r, on } = this;
    const B = rollouts.length;
    const offsets = new Uint32Array(B + 1);
    rollouts.forEach(({ s }, i) => {
      offsets[i + 1] = offsets[i] + s.length;
    });
    const N = offsets[B];
    const [s, t, own] = [new Float32Array(N), new Float32Array(N), new Float32Array(2 * B)];
    rollouts.forEach((x, i) => {
      s.set(x.s, offsets[i]);
      t.set(x.t, offsets[i]);
      own.set([method.base === 'reward' ? x.groupAdvantage : 0, lambdaOf(x, method, lambda)], 2 * i);
    });
    r.write(on.offsets, offsets);
    r.write(on.rollouts, own);
    r.write(on.sOld, s);
    r.write(on.t, t);
    const mask = maskOf(method, sigmaRef);
    const shape = {
      divergence: method.divergence.name,
      sign: method.sign,
      combine: method.combine,
      mask,
      clamp: method.clampNats > 0 ? method.clampNats : Number.POSITIVE_INFINITY,
      standardise: method.standardise,
      entropyBeta: method.entropyBeta,
    };
    tokenAdvantage(r, { ...on, s: on.sOld }, { B, N, stride: 1, ...shape });
    const read = r.readF32(on.columns, N * 4);
    r.submit();
    this.tokens = N;
    const columns = await read;
    return rollouts.map((_, i) => cut(columns, offsets[i], offsets[i + 1], mask));
  }

  /**
   * `policyObjective` of the last advantages, recorded: `gradient` (dLoss/ds per token) is there for what is recorded next,
   * `sums` come with the submit that carries it. Without s the log-probabilities are those of sampling.
   */
  computeObjective(
    o: Pick<ObjectiveInput, 'sRef' | 'weights' | 'clipEpsilon' | 'klCoefficient'> & { s?: Float32Array },
  ): {
    gradient: Tensor;
    sums: Promise<Omit<Objective, 'gradient'>>;
  } {
    const { recorder: r, on, tokens: N } = this;
    r.write(on.a, Float32Array.from(o.weights));
    if (o.s) r.write(on.s, o.s);
    if (o.sRef) r.write(on.sRef, Float32Array.from(o.sRef));
    const { clipEpsilon, klCoefficient } = o;
    const b = { ...on, s: o.s ? on.s : on.sOld, sRef: o.sRef ? on.sRef : null };
    policyWeight(r, b, { N, stride: 1, clipEpsilon, klCoefficient });
    const sums = r.readF32(on.terms, N * 4).then((terms) => {
      let [loss, clipped, kl] = [0, 0, 0];
      for (let n = 0; n < N; n++) {
        loss += terms[4 * n];
        clipped += terms[4 * n + 1];
        kl += terms[4 * n + 2];
      }
      return { loss, clipFraction: clipped / Math.max(1, N), kl: o.sRef ? kl / Math.max(1, N) : null };
    });
    return { gradient: on.gradient, sums };
  }

  /** Gives all memory back. */
  destroy(): void {
    this.memory.destroy();
  }
}

/** The tokens first … end − 1 of the columns (N,4). */
function cut(columns: Float32Array, first: number, end: number, mask: number): TokenAdvantages {
  const pick = (c: number) => Float32Array.from({ length: end - first }, (_, i) => columns[4 * (first + i) + c]);
  const u = pick(0);
  return { u, phi: pick(1), term: pick(2), advantage: pick(3), masked: u.filter((x) => Math.abs(x) > mask).length };
}
