/** Held-out evaluation: avg@k and pass@k of sampled responses. */
import { hasEnded } from '../data/tokenizer';
import type { Problem, Task } from '../data/types';
import { generate } from '../model/net/generate';
import type { Policy } from '../model/net/policy';
import { passAtK } from './measures';
import { mean } from './statistics';
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

export interface Evaluation {
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

/** Streams of evaluation draws lie apart from those of training steps. */
const EVALUATION_STREAM = 0x800000;

/**
 * The problems and the random numbers are the same each time: runs and steps are compared on equal ground. `hinted`
 * gives the policy the teacher's prompt with the dataset's solution.
 */
export async function evaluate(policy: Policy, task: Task, o: EvaluationOptions, hinted = false): Promise<Evaluation> {
  const problems = task.generate({ split: 'heldout', count: o.problems, seed: 0, minDepth: o.minDepth });
  const prompt = (p: Problem) =>
    hinted ? task.teacherPrompt(p, { source: 'dataset', solution: p.solution, feedback: null }) : task.studentPrompt(p);
  const requests = problems.map((p) => ({ ids: prompt(p), count: o.samples }));
  const responses = await generate(policy.decoder, requests, {
    ...o,
    endIds: task.tokenizer.endIds,
    stream: EVALUATION_STREAM,
  });
  policy.forget();
  const verdicts = await verdictsOn(task, responses, (i) => problems[Math.floor(i / o.samples)]);
  const right = problems.map((_, i) =>
    mean(verdicts.slice(i * o.samples, (i + 1) * o.samples).map((v) => v.reward as number)),
  );
  return {
    accuracy: mean(right),
    passAtK: mean(right.map((share) => passAtK(o.samples, Math.round(share * o.samples), o.samples))),
    k: o.samples,
    problems: problems.length,
    samples: o.samples,
    meanLength: mean(responses.map((r) => r.length)),
    truncatedShare: mean(responses.map((r) => (hasEnded(task.tokenizer, r) ? 0 : 1))),
  };
}
