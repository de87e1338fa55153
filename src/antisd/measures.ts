/** Measures of a run (method.md, "Measures"); how soon it reaches an accuracy: reach.ts, how sure they are: bootstrap.ts. */
import { editDistance } from '../data/nearest';
import { mean } from './statistics';

/** Unbiased pass@k of c right answers among n samples: 1 − C(n−c, k)/C(n, k) (Chen et al. 2021). Throws where k > n. */
export function passAtK(n: number, c: number, k: number): number {
  if (k > n) throw new RangeError(`pass@${k} needs at least ${k} samples, there are ${n}`);
  if (n - c < k) return 1;
  let miss = 1;
  for (let i = n - c + 1; i <= n; i++) miss *= 1 - k / i;
  return 1 - miss;
}

/** Share of distinct n-grams among all n-grams of a group's responses. */
export function distinctN(responses: readonly ArrayLike<number>[], n: number): number {
  const seen = new Set<string>();
  let total = 0;
  for (const ids of responses) {
    for (let i = 0; i + n <= ids.length; i++, total++) seen.add(Array.prototype.slice.call(ids, i, i + n).join(' '));
  }
  return total > 0 ? seen.size / total : 0;
}

/** Mean edit distance over the pairs of a group, in tokens. */
export function meanPairwiseEdit(responses: readonly ArrayLike<number>[]): number {
  const distances: number[] = [];
  for (let i = 0; i < responses.length; i++)
    for (let j = 0; j < i; j++) distances.push(editDistance(responses[i], responses[j]));
  return mean(distances);
}

/** Entropy of the final answers of a group, nats. */
export function answerEntropy(answers: readonly (string | null)[]): number {
  const counts = new Map<string | null, number>();
  for (const a of answers) counts.set(a, (counts.get(a) ?? 0) + 1);
  let h = 0;
  for (const c of counts.values()) h -= (c / answers.length) * Math.log(c / answers.length);
  return h;
}

/** Of a measure whose cost grows with the square of both: responses of a group, groups of a step, and tokens of a response. */
const MEASURED = { responses: 8, groups: 16, tokens: 256 } as const;

/** How far the responses of a group differ from each other. What each is: STEP_METRICS in src/runs/metrics.ts. */
export interface Diversity {
  answerEntropy: number;
  distinct2: number;
  editDistance: number;
}

/** Mean over the groups of a step or the problems of an evaluation; the distance over the first of them (MEASURED). */
export function diversityOf(
  groups: readonly (readonly { readonly ids: ArrayLike<number>; readonly answer: string | null }[])[],
): Diversity {
  const head = ({ ids }: { readonly ids: ArrayLike<number> }) =>
    Array.prototype.slice.call(ids, 0, MEASURED.tokens) as number[];
  const measured = groups.slice(0, MEASURED.groups).map((group) => group.slice(0, MEASURED.responses).map(head));
  const responses = groups.map((group) => group.map(({ ids }) => ids));
  return {
    answerEntropy: mean(groups.map((group) => answerEntropy(group.map(({ answer }) => answer)))),
    distinct2: mean(responses.map((group) => distinctN(group, 2))),
    editDistance: mean(measured.map(meanPairwiseEdit)),
  };
}

/** A row of the token table; what each is: TOKEN_METRICS in src/runs/metrics.ts. */
export interface TokenRow {
  token: string;
  count: number;
  meanU: number;
  meanTerm: number;
  share: number;
}

/** Sums over a token string's occurrences: how many, u, the method's term, and the absolute advantage. */
interface Sums {
  count: number;
  u: number;
  term: number;
  size: number;
}

/** A table's sums by token, as a checkpoint keeps them. */
export type TokenSums = readonly (readonly [token: string, sums: Readonly<Sums>])[];

/** Running sums per token string. A token after `no` is counted apart ("no So"), since there the choice is made. */
export class TokenTable {
  private readonly rows = new Map<string, Sums>();

  sums(): TokenSums {
    return [...this.rows].map(([token, row]) => [token, { ...row }]);
  }

  /** Goes on from these. */
  restore(sums: TokenSums): void {
    this.rows.clear();
    for (const [token, row] of sums) this.rows.set(token, { ...row });
  }

  /** Adds one rollout's columns. */
  add(tokens: readonly string[], { u, term, advantage }: Record<'u' | 'term' | 'advantage', ArrayLike<number>>): void {
    for (let i = 0; i < tokens.length; i++) {
      const key = i > 0 && tokens[i - 1] === 'no' ? `no ${tokens[i]}` : tokens[i];
      const row = this.rows.get(key) ?? { count: 0, u: 0, term: 0, size: 0 };
      row.count += 1;
      row.u += u[i];
      row.term += term[i];
      row.size += Math.abs(advantage[i]);
      this.rows.set(key, row);
    }
  }

  /** Rows by mean u, the most shortcut first. */
  list(): TokenRow[] {
    const total = [...this.rows.values()].reduce((sum, r) => sum + r.size, 0);
    return [...this.rows]
      .map(([token, r]) => ({
        token,
        count: r.count,
        meanU: r.u / r.count,
        meanTerm: r.term / r.count,
        share: total > 0 ? r.size / total : 0,
      }))
      .sort((a, b) => b.meanU - a.meanU);
  }
}
