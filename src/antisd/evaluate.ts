/** Held-out evaluation: avg@k and pass@k of sampled responses. */
import { byDataset } from '../data/mixture';
import type { Problem, Task, Verdict } from '../data/types';
import type { Policy } from '../model/net/policy';
import { type Diversity, diversityOf, passAtK } from './measures';
import { mean } from './statistics';
import { sample } from './step';
import { verdictsOn } from './verdicts';

export interface EvaluationOptions {
  problems: number;
  samples: number;
  minDepth: number | null;
  temperature: number;
  topP: number;
  topK: number;
  maxNewTokens: number;
  seed: number;
}

export interface Evaluation extends Diversity {
  /** avg@k: share of right answers over problems and samples. */
  accuracy: number;
  /** Unbiased pass@k with k = samples. */
  passAtK: number;
  k: number;
  problems: number;
  samples: number;
  /** Tokens a response. */
  meanLength: number;
  truncatedShare: number;
  /** Of a mixture, the accuracy of each dataset. */
  datasets?: Record<string, number>;
}

/** A problem that was asked, with what was answered. */
export interface Asked {
  problem: Problem;
  samples: { ids: Uint32Array; verdict: Verdict; truncated: boolean }[];
}

/** Streams of evaluation draws lie apart from those of training steps. */
export const EVALUATION_STREAM = 0x800000;

/** Samples each problem's prompt, and asks the task's judges. Throws where the signal ends it. */
export async function ask(
  policy: Policy,
  task: Task,
  problems: readonly Problem[],
  o: Omit<EvaluationOptions, 'problems' | 'minDepth'> & { stream: number; signal?: AbortSignal },
  prompt?: (problem: Problem) => number[],
): Promise<Asked[]> {
  const { signal } = o;
  const heed = signal && (() => signal.throwIfAborted());
  const sampled = await sample(policy, task, problems, { ...o, group: o.samples }, heed, prompt);
  const ids = sampled.map((r) => r.ids);
  const verdicts = await verdictsOn(task, ids, (i) => sampled[i].problem);
  const one = (i: number) => ({ ids: ids[i], verdict: verdicts[i], truncated: sampled[i].truncated });
  return problems.map((problem, i) => ({
    problem,
    samples: Array.from({ length: o.samples }, (_, k) => one(i * o.samples + k)),
  }));
}

/**
 * The problems and the random numbers are the same each time: runs and steps are compared on equal ground. `hinted`
 * gives the policy the teacher's prompt with the dataset's solution.
 */
export async function evaluate(policy: Policy, task: Task, o: EvaluationOptions, hinted = false) {
  const problems = task.generate({ split: 'heldout', count: o.problems, seed: 0, minDepth: o.minDepth });
  const prompt = (p: Problem) =>
    hinted ? task.teacherPrompt(p, { source: 'dataset', solution: p.solution, feedback: null }) : task.studentPrompt(p);
  const asked = await ask(policy, task, problems, { ...o, stream: EVALUATION_STREAM }, prompt);
  const samples = asked.flatMap((one) => one.samples);
  const right = asked.map((one) => mean(one.samples.map(({ verdict }) => Number(verdict.reward === 1))));
  const datasets = byDataset(
    asked.map(({ problem }, i) => ({ problem, share: right[i] })),
    ({ problem }) => problem,
    ({ share }) => share,
  );
  const figures: Evaluation = {
    accuracy: mean(right),
    passAtK: mean(right.map((share) => passAtK(o.samples, Math.round(share * o.samples), o.samples))),
    k: o.samples,
    problems: problems.length,
    samples: o.samples,
    meanLength: mean(samples.map(({ ids }) => ids.length)),
    truncatedShare: mean(samples.map(({ truncated }) => (truncated ? 1 : 0))),
    ...diversityOf(asked.map((one) => one.samples.map((x) => ({ ids: x.ids, answer: x.verdict.answer })))),
    ...(datasets && { datasets }),
  };
  return { figures, asked };
}
