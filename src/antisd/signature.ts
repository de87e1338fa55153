/**
 * What must hold of a base model for its task to show the method: the teacher knows the answer, the procedure is right
 * where it is carried on, and to carry on is an uncertain choice.
 */
import { BadInput } from '../data/errors';
import type { Task } from '../data/types';
import { TOP_K } from '../model/net/activations';
import type { Policy } from '../model/net/policy';
import { type EvaluationOptions, evaluate } from './evaluate';
import { mean } from './statistics';

export interface Signature {
  /** avg@k under the teacher's prompt with the dataset's solution. */
  hintedAccuracy: number;
  /** Mean probability of going on (Wait) wherever the task's deliberate solutions do. */
  goOnProbability: number;
  /** Share of problems whose whole deliberate solution is the most likely text where going on is forced. */
  forcedScanAccuracy: number;
}

/** The word that goes on, in every native task. */
const GO_ON = 'Wait';

/** Throws BadInput for a task without such a choice. */
export async function measureSignature(policy: Policy, task: Task, o: EvaluationOptions): Promise<Signature> {
  const { deliberate } = task;
  if (!deliberate) throw new BadInput('There is no choice to go on in this task', task.name, 'Leave --signature out.');
  const { figures: hinted } = await evaluate(policy, task, o, true);
  const problems = task.generate({ split: 'heldout', count: o.problems, seed: 0, minDepth: o.minDepth });
  const sequences = problems.map((p) => {
    const prompt = task.studentPrompt(p);
    const solution = [...task.tokenizer.encode(deliberate(p)), task.tokenizer.eosId];
    return { ids: [...prompt, ...solution], from: prompt.length };
  });
  const scores = await policy.score(policy.plan(sequences), true);
  const best = scores.alternatives as Float32Array;
  const goOnProbabilities: number[] = [];
  let right = 0;
  sequences.forEach(({ ids, from }, i) => {
    const first = scores.offsets[i];
    let whole = true;
    for (let t = from; t < ids.length; t++) {
      const row = first + t - from;
      if (task.tokenizer.token(ids[t]).trim() === GO_ON) goOnProbabilities.push(Math.exp(scores.logprob[row]));
      else if (best[row * TOP_K * 2] !== ids[t]) whole = false;
    }
    if (whole) right += 1;
  });
  return {
    hintedAccuracy: hinted.accuracy,
    goOnProbability: mean(goOnProbabilities),
    forcedScanAccuracy: right / sequences.length,
  };
}
