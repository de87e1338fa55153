/** Held-out evaluation: avg@k and pass@k of sampled responses. */
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
  /** avg@k: mean reward over problems and samples. */
  accuracy: number;
  /** Unbiased pass@k with k = samples. */
  passAtK: number;
  k: number;
  problems: number;
  samples: number;
  /** Tokens a response. */
  meanLength: number;
  truncatedShare: number;
}

/** A problem that was asked, with what was answered. */
export interface Asked {
  problem: Problem;
  samples: { ids: Uint32Array; verdict: Verdict }[];
}

/** Streams of evaluation draws lie apart from those of training steps. */
const EVALUATION_STREAM = 0x800000;

/**
 * The problems and the random numbers are the same each time: runs and steps are compared on equal ground. `hinted`
 * gives the policy the teacher's prompt with the dataset's solution.
 */
export async function evaluate(policy: Policy, task: Task, o: EvaluationOptions, hinted = false) {
  const problems = task.generate({ split: 'heldout', count: o.problems, seed: 0, minDepth: o.minDepth });
  const prompt = (p: Problem) =>
    hinted ? task.teacherPrompt(p, { source: 'dataset', solution: p.solution, feedback: null }) : task.studentPrompt(p);
  const sampling = { ...o, group: o.samples, stream: EVALUATION_STREAM };
  const sampled = await sample(policy, task, problems, sampling, undefined, prompt);
  const ids = sampled.map((r) => r.ids);
  const verdicts = await verdictsOn(task, ids, (i) => sampled[i].problem);
  const asked = problems.map((problem, i): Asked => {
    const own = (_: unknown, k: number) => ({ ids: ids[i * o.samples + k], verdict: verdicts[i * o.samples + k] });
    return { problem, samples: Array.from({ length: o.samples }, own) };
  });
  const right = asked.map(({ samples }) => mean(samples.map(({ verdict }) => verdict.reward as number)));
  const figures: Evaluation = {
    accuracy: mean(right),
    passAtK: mean(right.map((share) => passAtK(o.samples, Math.round(share * o.samples), o.samples))),
    k: o.samples,
    problems: problems.length,
    samples: o.samples,
    meanLength: mean(ids.map((r) => r.length)),
    truncatedShare: mean(sampled.map((r) => (r.truncated ? 1 : 0))),
    ...diversityOf(asked.map(({ samples }) => samples.map((x) => ({ ids: x.ids, answer: x.verdict.answer })))),
  };
  return { figures, asked };
}
