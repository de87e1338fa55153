/**
 * Process rewards: the task judges single steps. As in DeepSeekMath (Shao et al., arXiv 2402.03300, §4.1.3): the rewards of all steps
 * of a group are normalised together, and a token's advantage is the sum of those of its own step and of all after it.
 */
import type { StepVerdict } from '../data/types';
import { mean, sampleDeviation } from './statistics';

/** A column that says which step a token is of, from 1, with the sign of its verdict; 0 of none. */
export function stepColumn(steps: readonly StepVerdict[], length: number): Float32Array<ArrayBuffer> {
  const column = new Float32Array(length);
  for (const [i, { from, to, right }] of steps.entries()) column.fill(right ? i + 1 : -(i + 1), from, to);
  return column;
}

/** Reward of each step in a column, 1 or 0, with its last token. */
function rewardsIn(column: ArrayLike<number>): { reward: number; last: number }[] {
  const steps: { reward: number; last: number }[] = [];
  for (let t = 0; t < column.length; t++)
    if (column[t] !== 0 && (t + 1 === column.length || column[t + 1] !== column[t]))
      steps.push({ reward: column[t] > 0 ? 1 : 0, last: t });
  return steps;
}

/** The tokens' advantages of one group's responses, from their columns. Equal rewards give zeros. */
export function processAdvantages(group: readonly ArrayLike<number>[]): Float64Array[] {
  const steps = group.map(rewardsIn);
  const rewards = steps.flat().map(({ reward }) => reward);
  const equal = rewards.every((r) => r === rewards[0]);
  const [m, scale] = equal ? [0, 0] : [mean(rewards), 1 / (sampleDeviation(rewards) + 1e-4)];
  return group.map((column, i) => {
    const advantages = new Float64Array(column.length);
    for (const { reward, last } of steps[i])
      for (let t = 0; t <= last; t++) advantages[t] += equal ? 0 : (reward - m) * scale;
    return advantages;
  });
}
