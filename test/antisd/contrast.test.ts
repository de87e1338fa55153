import { expect, test } from 'vitest';
import { scoreWrongHints } from '../../src/antisd/contrast';
import { NATIVE_TASK } from '../../src/data/tasks';
import type { PrivilegedContext } from '../../src/data/types';
import type { Sequence } from '../../src/model/net/batch';

const { task } = NATIVE_TASK;
const [problem] = task.generate({ split: 'train', count: 1, seed: 0, minDepth: 1 });
const hint = (solution: string): PrivilegedContext => ({ source: 'wrong', solution, feedback: 'incorrect' });
const hints = [hint('So Answer 1 2'), hint('no Wait So Answer 3 4')];

/** Log-probabilities that tell which prompt it was, and which token of the response it is. */
const logprob = (prompt: readonly number[], n: number) => -prompt.reduce((a, b) => a + b, 0) / 100 - n / 10;
const logprobsOf = ({ ids, from }: Sequence) =>
  Array.from({ length: ids.length - from }, (_, n) => logprob(Array.from(ids).slice(0, from), n));
const scores = async (sequences: readonly Sequence[]) => {
  const rows = sequences.map(logprobsOf);
  const offsets = Uint32Array.from([0, ...rows.map((_, i) => rows.slice(0, i + 1).flat().length)]);
  const all = Float32Array.from(rows.flat());
  return { logprob: all, entropy: all, alternatives: null, offsets };
};

test('w is the logarithm of a token’s mean probability under its wrong hints, and t where there are none', async () => {
  const rollouts = [
    { problem, ids: Uint32Array.of(5, 6, 7), wrong: hints },
    { problem, ids: Uint32Array.of(5), wrong: [] },
    { problem, ids: Uint32Array.of(5, 6), wrong: [hints[1]] },
  ];
  const t = { ...(await scores([])), logprob: new Float32Array(6).fill(-9), offsets: Uint32Array.of(0, 3, 4, 6) };
  const w = await scoreWrongHints(task.teacherPrompt, scores, rollouts, t);
  const [first, second] = hints.map((h) => task.teacherPrompt(problem, h));
  expect(first).not.toEqual(second);
  const both = [0, 1, 2].map((n) => Math.log((Math.exp(logprob(first, n)) + Math.exp(logprob(second, n))) / 2));
  const one = [0, 1].map((n) => logprob(second, n));
  for (const [i, x] of [...both, -9, ...one].entries()) expect(w[i]).toBeCloseTo(x, 6);
});
