/** What a benchmark's answers come to: avg@k, pass@k and maj@k with their intervals, per problem and overall. */
import { sameAnswer } from '../data/maths';
import { type Estimate, meanEstimate } from './bootstrap';
import { passAtK } from './measures';
import { mean } from './statistics';

/** A sample as far as the measures see it. */
export interface Answer {
  readonly answer: string | null;
  /** 1 where it is right. */
  readonly reward: number;
  readonly truncated: boolean;
  readonly tokens: number;
}

/** A problem with its samples, as many of each. */
export interface AnsweredProblem {
  readonly problem: string;
  readonly samples: readonly Answer[];
}

/** A measure at k samples. */
export type AtK = Estimate & { readonly k: number };

export interface ProblemFigures {
  readonly problem: string;
  /** Share of right samples, with the interval over them. */
  readonly avg: Estimate;
  /** 1, 0, or between them where several answers have as many votes. */
  readonly maj: number;
  readonly right: number;
  readonly truncated: number;
  readonly unanswered: number;
}

export interface BenchmarkFigures {
  /** Mean share of right samples; the intervals here are over problems. */
  readonly avg: Estimate;
  readonly pass: readonly AtK[];
  readonly maj: readonly AtK[];
  readonly problems: readonly ProblemFigures[];
  readonly samples: number;
  readonly tokens: number;
  /** Samples that were cut, that stated no answer, and that were both. */
  readonly truncated: number;
  readonly unanswered: number;
  readonly cutWithoutAnswer: number;
}

/** 1, 2, 4 … and n. */
export function samplesTo(n: number): number[] {
  const powers = [];
  for (let k = 1; k < n; k *= 2) powers.push(k);
  return [...powers, n];
}

/**
 * Share of the votes' winners that are right: 1 or 0, or between where several answers have as many votes. Two answers are one
 * where the exact judge says so; right ones are all equal to the wanted one, and so one answer. No answer is no vote.
 */
export function majorityRight(samples: readonly Pick<Answer, 'answer' | 'reward'>[]): number {
  const classes: { answer: string; right: boolean; votes: number }[] = [];
  for (const { answer, reward } of samples) {
    if (answer === null) continue;
    const right = reward === 1;
    const known = classes.find(
      (one) => (one.right && right) || (one.right === right && sameAnswer(one.answer, answer)),
    );
    if (known) known.votes++;
    else classes.push({ answer, right, votes: 1 });
  }
  const most = Math.max(0, ...classes.map(({ votes }) => votes));
  const winners = classes.filter(({ votes }) => votes === most);
  return winners.length === 0 ? 0 : mean(winners.map(({ right }) => (right ? 1 : 0)));
}

/** maj@k of n samples: the mean over as many groups of k, one behind the other, as there are. */
export function majorityAtK(samples: readonly Answer[], k: number): number {
  const groups = Math.floor(samples.length / k);
  return mean(Array.from({ length: groups }, (_, g) => majorityRight(samples.slice(g * k, (g + 1) * k))));
}

/** The measures of problems with equally many samples each; at least one problem. */
export function benchmarkFigures(answered: readonly AnsweredProblem[]): BenchmarkFigures {
  const n = Math.min(...answered.map(({ samples }) => samples.length));
  const rights = answered.map(({ samples }) => samples.filter(({ reward }) => reward === 1).length);
  const over = (of: (one: AnsweredProblem, i: number) => number): Estimate => meanEstimate([answered.map(of)]);
  const all = answered.flatMap(({ samples }) => samples);
  const count = (of: (one: Answer) => boolean) => all.filter(of).length;
  return {
    avg: over(({ samples }, i) => rights[i] / samples.length),
    pass: samplesTo(n).map((k) => ({ k, ...over(({ samples }, i) => passAtK(samples.length, rights[i], k)) })),
    maj: samplesTo(n).map((k) => ({ k, ...over(({ samples }) => majorityAtK(samples, k)) })),
    problems: answered.map(({ problem, samples }, i) => ({
      problem,
      avg: meanEstimate([samples.map(({ reward }) => Number(reward === 1))]),
      maj: majorityRight(samples),
      right: rights[i],
      truncated: samples.filter(({ truncated }) => truncated).length,
      unanswered: samples.filter(({ answer }) => answer === null).length,
    })),
    samples: n,
    tokens: all.reduce((sum, { tokens }) => sum + tokens, 0),
    truncated: count(({ truncated }) => truncated),
    unanswered: count(({ answer }) => answer === null),
    cutWithoutAnswer: count(({ truncated, answer }) => truncated && answer === null),
  };
}
