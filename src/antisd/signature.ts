/**
 * What must hold of a base model for the built-in task to show the method: the teacher knows the answer, the scan is
 * right where it is carried on, and the only uncertain choice is to go on or to give up.
 */
import type { Task } from '../data/types';
import { TOP_K } from '../model/net/activations';
import type { Policy } from '../model/net/policy';
import { type EvaluationOptions, evaluate } from './evaluate';
import { mean } from './statistics';

export interface Signature {
  /** avg@k under the teacher's prompt with the dataset's solution. */
  hintedAccuracy: number;
  /** Mean probability of going on (Wait) at each `no` of the dataset's solutions. */
  goOnProbability: number;
  /** Share of problems whose whole solution is the most likely text where going on is forced. */
  forcedScanAccuracy: number;
}

/** `goOn` is the token that carries on after `after`; for "two cards", Wait after no. */
export async function measureSignature(
  policy: Policy,
  task: Task,
  o: EvaluationOptions,
  goOn = 'Wait',
  after = 'no',
): Promise<Signature> {
  const { figures: hinted } = await evaluate(policy, task, o, true);
  const problems = task.generate({ split: 'heldout', count: o.problems, seed: 0, minDepth: o.minDepth });
  const sequences = problems.map((p) => {
    const prompt = task.studentPrompt(p);
    const solution = [...task.tokenizer.encode(p.solution ?? ''), task.tokenizer.eosId];
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
      const decision = t > from && task.tokenizer.token(ids[t]) === goOn && task.tokenizer.token(ids[t - 1]) === after;
      if (decision) goOnProbabilities.push(Math.exp(scores.logprob[row]));
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
