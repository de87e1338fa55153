/**
 * The third look of a contrast (RLCSD, Pan et al., arXiv 2606.11709, §3): the same rollouts under wrong hints, in the very
 * words that show the right one. w_t = log (1/K) Σ_k π_T(y_t | x, c_k, y_<t) over a rollout's K wrong hints c_k.
 */
import type { PrivilegedContext, Problem, Task } from '../data/types';
import type { Sequence } from '../model/net/batch';
import type { Scores } from '../model/net/scores';

/** A rollout with what its teacher is shown instead. */
interface Hinted {
  readonly problem: Problem;
  readonly ids: Uint32Array;
  readonly wrong?: readonly PrivilegedContext[];
}

/**
 * w of every token, rollout after rollout, nats: one scoring pass for each wrong hint. `teacher` has t, which stands where a
 * rollout has no hint, so that its contrast is 0.
 */
export async function scoreWrongHints(
  teacherPrompt: Task['teacherPrompt'],
  scores: (sequences: readonly Sequence[]) => Promise<Scores>,
  rollouts: readonly Hinted[],
  teacher: Scores,
): Promise<Float32Array<ArrayBuffer>> {
  const { logprob: t, offsets } = teacher;
  const sums = new Float64Array(t.length);
  const passes = Math.max(0, ...rollouts.map(({ wrong }) => wrong?.length ?? 0));
  for (let k = 0; k < passes; k++) {
    const hinted = [...rollouts.keys()].filter((i) => k < (rollouts[i].wrong?.length ?? 0));
    const shown = hinted.map((i) => {
      const { problem, ids, wrong = [] } = rollouts[i];
      const prompt = teacherPrompt(problem, wrong[k]);
      return { ids: [...prompt, ...ids], from: prompt.length };
    });
    const found = await scores(shown);
    for (const [row, i] of hinted.entries())
      for (let n = found.offsets[row], to = offsets[i]; n < found.offsets[row + 1]; n++, to++)
        sums[to] += Math.exp(found.logprob[n]);
  }
  const w = t.slice();
  for (const [i, { wrong = [] }] of rollouts.entries())
    if (wrong.length > 0) for (let n = offsets[i]; n < offsets[i + 1]; n++) w[n] = Math.log(sums[n] / wrong.length);
  return w;
}
