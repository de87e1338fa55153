/**
 * The same texts, scored again and again while a policy learns: its own responses to a few held-out problems, sampled
 * before the first step. The teacher is shown the dataset's solution. Forward passes on a stream of their own: no number
 * of the training depends on whether they are made.
 */
import type { Problem, Task } from '../data/types';
import type { Policy } from '../model/net/policy';
import { type Rollout, sample, score } from './step';
import { verdictsOn } from './verdicts';

/** A fixed text: the problem by its name, and the response. */
export interface ProbeText {
  readonly problem: string;
  readonly ids: readonly number[];
}

const PROBES = 4;
/** Streams of their draws lie apart from those of training steps and evaluations. */
const PROBE_STREAM = 0x900000;

interface ProbeOptions {
  readonly seed: number;
  readonly minDepth: number | null;
  readonly maxNewTokens: number;
}

/** The held-out problems; none where the task has no solutions to show. */
const probed = (task: Task, { minDepth }: ProbeOptions): Problem[] =>
  task.generate({ split: 'heldout', count: PROBES, seed: 0, minDepth }).filter(({ solution }) => solution !== null);

/** What the policy answers now, at temperature 1. */
export async function sampleProbes(policy: Policy, task: Task, o: ProbeOptions): Promise<ProbeText[]> {
  const problems = probed(task, o);
  if (problems.length === 0) return [];
  const sampling = { ...o, group: 1, temperature: 1, topK: 0, topP: 1, stream: PROBE_STREAM };
  const sampled = await sample(policy, task, problems, sampling);
  return sampled.map(({ problem, ids }) => ({ problem: problem.id, ids: Array.from(ids) }));
}

/** The texts under the policy as it is now; texts of problems that the task has no more are left out. */
export async function scoreProbes(policy: Policy, task: Task, texts: readonly ProbeText[], o: ProbeOptions) {
  const problems = probed(task, o);
  const known = texts.flatMap(({ problem: id, ids }) => {
    const problem = problems.find((p) => p.id === id);
    return problem ? [{ problem, ids: Uint32Array.from(ids) }] : [];
  });
  if (known.length === 0) return null;
  const verdicts = await verdictsOn(
    task,
    known.map(({ ids }) => ids),
    (i) => known[i].problem,
  );
  const rollouts = known.map(
    ({ problem, ids }, group): Rollout => ({
      ...{ problem, group, ids, truncated: false, verdict: verdicts[group], prompt: task.studentPrompt(problem) },
      context: { source: 'dataset', solution: problem.solution, feedback: null },
    }),
  );
  const { signals } = await score({ policy, task, alternatives: false }, rollouts, { temperature: 1 });
  return { rollouts, signals };
}
