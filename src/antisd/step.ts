/**
 * One step of Algorithm 1 (Shen et al., arXiv 2605.11609): sample, grade, let the teacher score, shape, update.
 * It departs from the paper where the configuration says so (src/antisd/arms.ts) and in one thing: the gate's statistic
 * is the median over rollouts of their mean teacher entropy, since here the median over tokens is close to 0.
 */
import { chooseContexts, contextShares } from '../data/context';
import { hasEnded } from '../data/tokenizer';
import type { PrivilegedContext, Problem, Task, Verdict } from '../data/types';
import { NotFinite } from '../gpu/errors';
import { generate, type OnTokens } from '../model/net/generate';
import type { PlannedBatch, Policy, Scores } from '../model/net/policy';
import { computeAdvantages, groupAdvantages, type TokenAdvantages } from './advantages';
import { type Method, type MethodSettings, resolveMethod, scheduledLambda } from './arms';
import { type Gate, gateStatistic, newGate, termActs, updateGate } from './gate';
import { type Aggregation, aggregationWeights, type Objective, policyObjective } from './objective';
import { deviation, mean } from './statistics';
import { verdictsOn } from './verdicts';

/** The four timed parts of a step. */
export type PhaseName = 'sample' | 'score' | 'backward' | 'update';

/** What a step takes from a run's configuration (src/settings/settings.ts says what each means). */
export interface StepSettings extends MethodSettings {
  seed: number;
  minDepth: number | null;
  problems: number;
  group: number;
  wrongShare: number;
  gateLag: number;
  temperature: number;
  topP: number;
  topK: number;
  maxNewTokens: number;
  advantageStd: boolean;
  aggregation: Aggregation;
  learningRate: number;
  warmupSteps: number;
  beta1: number;
  beta2: number;
  weightDecay: number;
  clipNorm: number;
  updates: number;
  clipEpsilon: number;
  klCoefficient: number;
}

/** What one step hands to the next, besides the policy. JSON only: a checkpoint holds it. */
export interface MethodState {
  gate: Gate;
  /** Batch deviations of u in the warm-up; their mean is σ_ref. */
  deviations: number[];
  totalTokens: number;
}

export const newMethodState = (): MethodState => ({ gate: newGate(), deviations: [], totalTokens: 0 });

/** Everything a step works with. The reference is there only when the KL coefficient is above 0. */
export interface StepContext {
  policy: Policy;
  /** Scores by the frozen reference policy. */
  reference: ((batch: PlannedBatch) => Promise<Scores>) | null;
  task: Task;
  config: StepSettings;
  /** Ask the scoring passes for each token's likeliest alternatives (for display). */
  alternatives: boolean;
  onRollouts?: (problems: readonly Problem[]) => void;
  onTokens?: OnTokens;
  /** All scores and advantages are known; the update comes next. */
  onScored?: (rollouts: readonly ScoredRollout[]) => void;
  onPhase?: (phase: PhaseName) => void;
}

/** One rollout with everything that was found out about it. Scores are views into the step's columns. */
export interface ScoredRollout {
  problem: Problem;
  group: number;
  response: Uint32Array;
  verdict: Verdict;
  truncated: boolean;
  context: PrivilegedContext;
  s: Float32Array;
  t: Float32Array;
  H_S: Float32Array;
  H_T: Float32Array;
  studentAlternatives: Float32Array | null;
  teacherAlternatives: Float32Array | null;
  token: TokenAdvantages;
}

export interface StepOutcome {
  rollouts: ScoredRollout[];
  state: MethodState;
  method: Method;
  gateStatistic: number;
  lambda: number;
  objective: Objective;
  gradNorm: number;
  lr: number;
  equalGroupShare: number;
  contextShares: Record<string, number>;
  phaseMs: Record<PhaseName, number>;
}

/** Step `step` (1-based): a function of the policy, the state and the configuration. Throws NotFinite; the weights are then those before. */
export async function trainStep(x: StepContext, state: MethodState, step: number): Promise<StepOutcome> {
  const { policy, task, config: c } = x;
  const method = resolveMethod(c);
  const clock = phaseClock(x.onPhase);

  clock.enter('sample');
  const problems = task.generate({
    split: 'train',
    count: c.problems,
    seed: c.seed,
    minDepth: c.minDepth,
    first: (step - 1) * c.problems,
  });
  x.onRollouts?.(problems.flatMap((p) => Array.from({ length: c.group }, () => p)));
  const prompts = problems.map((p) => task.studentPrompt(p));
  const sampling = { ...c, endIds: task.tokenizer.endIds, stream: step };
  const responses = await generate(
    policy.decoder,
    prompts.map((ids) => ({ ids, count: c.group })),
    sampling,
    x.onTokens,
  );
  policy.forget();
  const owner = (i: number) => Math.floor(i / c.group);
  const verdicts = await verdictsOn(task, responses, (i) => problems[owner(i)]);

  clock.enter('score');
  const inGroup = <T>(list: readonly T[], g: number) => list.slice(g * c.group, (g + 1) * c.group);
  const rewards = verdicts.map((v) => v.reward as number);
  const contexts = problems.flatMap((problem, g) =>
    chooseContexts({
      mode: method.context,
      wrongShare: c.wrongShare,
      task,
      problem,
      responses: inGroup(responses, g),
      rewards: inGroup(rewards, g),
      others: problems,
      seed: [c.seed, step, g],
    }),
  );
  const continued = (prompt: number[], i: number) => ({ ids: [...prompt, ...responses[i]], from: prompt.length });
  const studentBatch = policy.plan(responses.map((_, i) => continued(prompts[owner(i)], i)));
  const teacherBatch = policy.plan(
    responses.map((_, i) => continued(task.teacherPrompt(problems[owner(i)], contexts[i]), i)),
  );
  const teacher = await policy.score(teacherBatch, x.alternatives);
  const reference = x.reference ? await x.reference(studentBatch) : null;
  const student = await policy.score(studentBatch, x.alternatives); // last: its activations serve the backward pass

  const columns = responses.map((_, i) => ({ ...cut('S', student, i), ...cut('T', teacher, i) }));
  const h = gateStatistic(method.gate.statistic, columns);
  const gate = updateGate(state.gate, h, method.gate);
  const acting = c.gateLag === 1 ? state.gate : gate;
  const lambda = termActs(acting) ? scheduledLambda(method, c, step) : 0;
  const deviations =
    state.gate.steps < Math.max(1, c.gateWarmup) ? [...state.deviations, deviationOfU(columns)] : state.deviations;

  const groups = problems.map((_, g) => groupAdvantages(inGroup(rewards, g), c.advantageStd));
  const signals = columns.map(({ s, t }, i) => {
    return { s, t, reward: rewards[i], groupAdvantage: groups[owner(i)][i % c.group] };
  });
  const tokens = computeAdvantages(signals, method, lambda, mean(deviations));

  const rollouts = columns.map((column, i) => ({
    ...column,
    problem: problems[owner(i)],
    group: owner(i),
    response: responses[i],
    verdict: verdicts[i],
    truncated: !hasEnded(task.tokenizer, responses[i]),
    context: contexts[i],
    token: tokens[i],
  }));
  x.onScored?.(rollouts);

  const advantage = concat(tokens.map((a) => a.advantage));
  const weights = aggregationWeights(
    responses.map((r) => r.length),
    c.aggregation,
    c.maxNewTokens,
  );
  const lr = c.learningRate * Math.min(1, step / Math.max(1, c.warmupSteps));
  let s = student.logprob;
  let objective: Objective | null = null;
  let gradNorm = 0;
  for (let update = 0; update < c.updates; update++) {
    clock.enter('backward');
    if (update > 0) s = (await policy.score(studentBatch)).logprob;
    objective = policyObjective({
      advantage,
      s,
      sOld: student.logprob,
      sRef: reference?.logprob ?? null,
      weights,
      clipEpsilon: c.clipEpsilon,
      klCoefficient: c.klCoefficient,
    });
    policy.zeroGradients();
    policy.accumulate(studentBatch, objective.gradient);
    await policy.decoder.recorder.finish();
    clock.enter('update');
    const result = await policy.update({
      lr,
      beta1: c.beta1,
      beta2: c.beta2,
      eps: 1e-8,
      weightDecay: c.weightDecay,
      clipNorm: c.clipNorm,
    });
    if (!result.applied)
      throw new NotFinite(
        `The gradient of step ${step} is not finite; the weights stay as they were. Lower the learning rate or λ and continue.`,
      );
    gradNorm = result.gradNorm;
  }
  const phaseMs = clock.end();

  return {
    rollouts,
    state: { gate, deviations, totalTokens: state.totalTokens + advantage.length },
    method,
    gateStatistic: h,
    lambda,
    objective: objective as Objective,
    gradNorm,
    lr,
    equalGroupShare: groups.filter((g) => g.every((a) => a === 0)).length / groups.length,
    contextShares: contextShares(contexts) as Record<string, number>,
    phaseMs,
  };
}

type Columns<P extends 'S' | 'T'> = P extends 'S'
  ? { s: Float32Array; H_S: Float32Array; studentAlternatives: Float32Array | null }
  : { t: Float32Array; H_T: Float32Array; teacherAlternatives: Float32Array | null };

/** The columns of rollout i, as views. */
function cut<P extends 'S' | 'T'>(side: P, scores: Scores, i: number): Columns<P> {
  const [first, end] = [scores.offsets[i], scores.offsets[i + 1]];
  const logprob = scores.logprob.subarray(first, end);
  const entropy = scores.entropy.subarray(first, end);
  const per = scores.alternatives ? scores.alternatives.length / scores.logprob.length : 0;
  const top = scores.alternatives?.subarray(first * per, end * per) ?? null;
  const columns =
    side === 'S'
      ? { s: logprob, H_S: entropy, studentAlternatives: top }
      : { t: logprob, H_T: entropy, teacherAlternatives: top };
  return columns as Columns<P>;
}

function deviationOfU(columns: readonly { s: Float32Array; t: Float32Array }[]): number {
  return deviation(columns.flatMap(({ s, t }) => Array.from(t, (x, i) => x - s[i])));
}

function concat(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

/** Wall time by phase, in milliseconds. */
function phaseClock(onPhase?: (phase: PhaseName) => void) {
  const ms: Record<PhaseName, number> = { sample: 0, score: 0, backward: 0, update: 0 };
  let phase: PhaseName | null = null;
  let since = 0;
  const leave = () => {
    if (phase) ms[phase] += performance.now() - since;
  };
  return {
    enter(next: PhaseName) {
      leave();
      phase = next;
      since = performance.now();
      onPhase?.(next);
    },
    end() {
      leave();
      return ms;
    },
  };
}
