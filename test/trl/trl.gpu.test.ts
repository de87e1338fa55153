/**
 * What the exported trainer found in TRL on the CPU (test/trl/make.sh), found again by the lab from the same tokens: prompts,
 * rewards, every token's advantage, the gate step by step, and the gradient of an update.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Method, resolveMethod } from '../../src/antisd/arms';
import type { Gate } from '../../src/antisd/gate';
import { type MethodState, newMethodState } from '../../src/antisd/method-state';
import { aggregationWeights, policyObjective } from '../../src/antisd/objective';
import { lengthsOf, rowsOf, signalsFrom } from '../../src/antisd/signals';
import { type Rollout, shape } from '../../src/antisd/step';
import { memoryBytes } from '../../src/data/bytes';
import type { PrivilegedContext, Problem, Task } from '../../src/data/types';
import { oneFile } from '../../src/library/data-files';
import { openModel } from '../../src/library/open-model';
import { openTask } from '../../src/library/open-task';
import { Policy } from '../../src/model/net/policy';
import type { Scores } from '../../src/model/net/scores';
import { parseTrainConfig, settled, type TrainConfig } from '../../src/settings/config';
import { close } from '../setup/close';
import { diskFolder, fixtureJson, fixturePath, fixtureTensors, SMALL } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { NANO } from '../setup/session';

interface Made {
  advantages: number[][];
  gate: Gate;
  lambda: number;
}
interface Step extends Made {
  ids: number[][];
  rewards: (0 | 1)[];
  problems: string[];
  prompts: number[][];
  teacher: number[][];
  contexts: PrivilegedContext[];
  others: Record<string, Made>;
}
interface Recorded {
  config: ReturnType<typeof settled<TrainConfig>>;
  others: Record<string, TrainConfig>;
  steps: Step[];
}

const device = testDevice();
const advantage = {
  atol: 1e-5,
  rtol: 1e-5,
  why: 's and t are f32 sums over some layers; TRL’s model computes in float64',
};
const statistic = { atol: 1e-5, rtol: 1e-5, why: 'a mean or a median of such scores' };

const MODELS: Record<string, string> = { nano: NANO, 'tiny-chat': fixturePath('tiny-chat') };

/** What the fixture was recorded on. */
async function opened({ config }: Recorded) {
  const model = await openModel(diskFolder(MODELS[basename(config.model)]));
  const setting = { model, tokenizer: model.text, maxNewTokens: config.maxNewTokens, thinking: false };
  const read = async (file: string) => {
    return oneFile(memoryBytes(new Uint8Array(readFileSync(fixturePath('tiny-chat', basename(file)))), file), file);
  };
  const task = await openTask(config.task, setting, read);
  const policy = await Policy.create(
    device.gpu,
    model.config,
    { ...SMALL, positions: 512, tokens: 4096, targets: 1024 },
    model,
  );
  return { task, policy };
}

/** The scores of a step's tokens behind the prompts that it was recorded with. */
async function scoresOf(policy: Policy, step: Step, temperature: number) {
  const sequences = (prompts: readonly number[][]) =>
    prompts.map((prompt, i) => ({ ids: [...prompt, ...step.ids[i]], from: prompt.length }));
  const teacher = await policy.score(policy.plan(sequences(step.teacher), temperature));
  const batch = policy.plan(sequences(step.prompts), temperature);
  return { teacher, student: await policy.score(batch), batch };
}

/** The step's advantages as the lab makes them; gives the state after it. */
function expectMade(
  name: string,
  { made, step, number }: { made: Made; step: Step; number: number },
  scores: { student: Scores; teacher: Scores },
  c: Recorded['config'],
  before: MethodState,
) {
  const method: Method = resolveMethod(c);
  const rollouts = step.rewards.map((reward) => ({ verdict: { reward } }) as Rollout);
  const signals = signalsFrom(step.ids, scores.student, method.teacher ? scores.teacher : null);
  const shaped = shape({ rollouts, signals }, method, before, c, number);
  close(signals.advantage, made.advantages.flat(), advantage, `${name}, step ${number}: advantages`);
  const { gate } = shaped.state;
  expect([gate.state, gate.steps], `${name}, step ${number}`).toEqual([made.gate.state, made.gate.steps]);
  close([gate.smoothed ?? -1], [made.gate.smoothed ?? -1], statistic, `${name}, step ${number}: the statistic`);
  close([gate.reference ?? -1], [made.gate.reference ?? -1], statistic, `${name}, step ${number}: the reference`);
  close([shaped.lambda], [made.lambda], advantage, `${name}, step ${number}: λ`);
  return { state: shaped.state, signals };
}

/** Prompts and rewards are the lab's own. */
function expectTold(task: Task, problems: ReadonlyMap<string, Problem>, step: Step, judged: boolean) {
  step.problems.forEach((id, i) => {
    const problem = problems.get(id) as Problem;
    expect(task.studentPrompt(problem), id).toEqual(step.prompts[i]);
    expect(task.teacherPrompt(problem, step.contexts[i]), id).toEqual(step.teacher[i]);
    if (judged) expect(task.verify(problem, step.ids[i]).reward, id).toBe(step.rewards[i]);
    const { source, sibling } = step.contexts[i] as { source: string; sibling: number | null };
    if (source !== 'sibling') return;
    expect(sibling).not.toBe(i);
    expect(step.rewards[sibling as number]).toBe(1);
    expect(step.problems[sibling as number]).toBe(id);
    expect(step.contexts[i].solution).toBe(task.solutionOf(problem, step.ids[sibling as number]));
  });
}

describe.each([
  { name: 'chat', gradientOf: 2, judged: false },
  { name: 'chat-two-processes', gradientOf: 2, judged: false },
  { name: 'nano', gradientOf: 0, judged: true },
])('$name', ({ name, gradientOf, judged }) => {
  it('has the prompts, advantages, gates and gradient that TRL had', async () => {
    const recorded = fixtureJson<Recorded>('trl', `${name}.json`);
    const { task, policy } = await opened(recorded);
    const c = settled(parseTrainConfig(recorded.config));
    const { steps, problems: count, seed, minDepth } = c;
    const known = task.generate({ split: 'train', count: steps * count, seed, minDepth });
    const problems = new Map(known.map((problem) => [problem.id, problem]));
    const arms = new Map(
      Object.entries(recorded.others).map(([arm, config]) => [arm, settled(parseTrainConfig(config))]),
    );
    const states = new Map<string, MethodState>();
    let state = newMethodState();
    for (const [i, step] of recorded.steps.entries()) {
      expectTold(task, problems, step, judged);
      const { batch, ...scores } = await scoresOf(policy, step, c.temperature);
      for (const [arm, config] of arms) {
        const made = { made: step.others[arm], step, number: i + 1 };
        states.set(arm, expectMade(arm, made, scores, config, states.get(arm) ?? newMethodState()).state);
      }
      const found = expectMade(name, { made: step, step, number: i + 1 }, scores, c, state);
      ({ state } = found);
      if (gradientOf !== i + 1) continue;
      const { signals } = found;
      const weights = aggregationWeights(lengthsOf(signals), c.aggregation, c.maxNewTokens);
      const { clipEpsilon, klCoefficient } = c;
      const given = { advantage: signals.advantage, s: signals.s, sOld: signals.s, sRef: null, weights };
      policy.zeroGradients();
      policy.accumulate(batch, policyObjective({ ...given, clipEpsilon, klCoefficient }).gradient);
      const gradients = await policy.gradients();
      const expected = fixtureTensors('trl', `${name}.safetensors`);
      expect(rowsOf(signals).some(({ term }) => term.some((x) => x !== 0))).toBe(true);
      expect([...gradients.keys()].sort()).toEqual([...expected.keys()].sort());
      const largest = Math.max(...[...expected.values()].flatMap(({ data }) => Array.from(data, Math.abs)));
      const tolerance = {
        atol: 1e-4 * largest,
        rtol: 1e-4,
        why: 'of its largest entry: f32 backward, in another order',
      };
      for (const [tensor, { data }] of expected) close(gradients.get(tensor)?.data ?? [], data, tolerance, tensor);
    }
    policy.destroy();
  });
});
