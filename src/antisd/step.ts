/**
 * One step of Algorithm 1 (Shen et al., arXiv 2605.11609): sample, grade, let the teacher score, shape, update.
 * It departs from the paper where the configuration says so: the arms are rows in src/antisd/arms.ts.
 */
import { chooseContexts, chooseWrongHints, contextShares } from '../data/context';
import { hasEnded } from '../data/tokenizer';
import type { ContextMode, PrivilegedContext, Problem, Task, Verdict } from '../data/types';
import { NotFinite } from '../gpu/errors';
import type { PlannedBatch, Sequence } from '../model/net/batch';
import { generate, type OnTokens, type SamplingOptions } from '../model/net/generate';
import type { Policy } from '../model/net/policy';
import type { Scores } from '../model/net/scores';
import { computeAdvantages, type GroupStd, groupAdvantages, type Rewarded } from './advantages';
import { type Method, type MethodSettings, resolveMethod, scheduledLambda } from './arms';
import { scoreWrongHints } from './contrast';
import { accumulateDistilled, type Distil, type Taught } from './distil';
import { gateStatistic, termActs } from './gate';
import { type MethodState, nextState } from './method-state';
import { type Aggregation, aggregationWeights, type Objective, policyObjective } from './objective';
import { perplexityTarget } from './perplexity';
import { type PhaseClock, type PhaseName, phaseClock } from './phases';
import { processAdvantages, stepColumn } from './process';
import { lengthsOf, rowsOf, signalsFrom, type TokenSignals } from './signals';
import { mean } from './statistics';
import { verdictsOn } from './verdicts';

/** What a step takes from a run's configuration (src/settings/settings.ts says what each means). */
export interface StepSettings extends MethodSettings {
  seed: number;
  minDepth: number | null;
  problems: number;
  group: number;
  wrongShare: number;
  temperature: number;
  scoreTemperature: number | null;
  topP: number;
  topK: number;
  maxNewTokens: number;
  advantageStd: boolean;
  groupStd: GroupStd;
  aggregation: Aggregation;
  learningRate: number;
  warmupSteps: number;
  beta1: number;
  beta2: number;
  weightDecay: number;
  decayAll: boolean;
  clipNorm: number;
  updates: number;
  clipEpsilon: number;
  klCoefficient: number;
}

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
  onScored?: (scored: ScoredStep) => void;
  onPhase?: (phase: PhaseName) => void;
  /** Waited for between two stages: whoever looks on lets the step go on. */
  between?: (reached: Reached, phaseMs: Readonly<Record<PhaseName, number>>) => Promise<void>;
}

/** What is there after each stage but the last. */
export type Reached =
  | { readonly stage: 'sample'; readonly rollouts: readonly Sampled[] }
  | { readonly stage: 'judge'; readonly rollouts: readonly Rollout[] }
  | ({ readonly stage: 'score' } & Pick<ScoredStep, 'rollouts' | 'signals'>)
  | ({ readonly stage: 'shape' } & ScoredStep);

/** Who scores, and whether a reference does too. */
type Scorer = Pick<StepContext, 'policy' | 'task' | 'alternatives'> & Partial<Pick<StepContext, 'reference'>>;

export interface ScoreOptions {
  temperature: number;
  hasTeacher?: boolean;
  distil?: Distil | null;
}

/** One rollout. Its tokens' columns are the row of the same number in the step's TokenSignals. */
export interface Rollout {
  problem: Problem;
  group: number;
  /** The student's prompt, x. */
  prompt: number[];
  ids: Uint32Array;
  truncated: boolean;
  verdict: Verdict;
  context: PrivilegedContext;
  /** What the teacher is shown instead, of a method that contrasts. */
  wrong?: readonly PrivilegedContext[];
}

/** What sampling alone knows of a rollout. */
export type Sampled = Omit<Rollout, 'verdict' | 'context' | 'wrong'>;

/** The columns of a step's rollouts. Alternatives: TOP_K (token id, log-probability) pairs a token. */
export interface Scored {
  signals: TokenSignals;
  /** What a distillation needs of the teacher; null without one. */
  taught: Taught | null;
  /** The student's batch, whose activations serve the backward pass. */
  batch: PlannedBatch;
  /** Log-probabilities by the reference; null without one. */
  reference: Float32Array | null;
  alternatives: { student: Float32Array; teacher: Float32Array } | null;
}

/** How a step's advantages came about. */
export interface Shaped {
  method: Method;
  state: MethodState;
  /** null where the step had none. */
  gateStatistic: number | null;
  /** λ of the step, after schedule and gate; the mean of `lambdas` where the method gives each rollout its own. */
  lambda: number;
  lambdas: number[];
  groupAdvantages: number[];
  sigmaRef: number;
  /** Tokens whose u was masked. */
  masked: number;
}

export interface ScoredStep extends Scored, Shaped {
  rollouts: Rollout[];
}

/** What an update of the batch found, before it changed the weights. */
export interface UpdateFigures extends Omit<Objective, 'gradient'> {
  /** Length of the gradient before clipping. */
  gradNorm: number;
  /** Mean divergence from the teacher, nats a token; null where nothing is distilled. */
  divergence: number | null;
}

export interface StepOutcome extends ScoredStep {
  updates: UpdateFigures[];
  lr: number;
  equalGroupShare: number;
  contextShares: Record<string, number>;
  phaseMs: Record<PhaseName, number>;
}

/** Step `step` (1-based): a function of the policy, the state and the configuration. Throws NotFinite; the weights are then those before. */
export async function trainStep(x: StepContext, state: MethodState, step: number): Promise<StepOutcome> {
  const { policy, task, config: c } = x;
  const clock = phaseClock(x.onPhase);
  const method = resolveMethod(c);
  const { between } = x;
  const rest = async (reached: Reached) => between && clock.rest((ms) => between(reached, ms));

  clock.enter('sample');
  const { seed, minDepth, problems: count, group } = c;
  const problems = task.generate({ split: 'train', count, seed, minDepth, first: (step - 1) * count });
  x.onRollouts?.(problems.flatMap((p) => Array.from({ length: group }, () => p)));
  const sampled = await sample(policy, task, problems, { ...c, stream: step }, x.onTokens);
  await rest({ stage: 'sample', rollouts: sampled });
  clock.enter('score');
  const rollouts = await judge(task, sampled, { ...c, ...hintsOf(method), seed: [seed, step] });
  await rest({ stage: 'judge', rollouts });
  const temperature = c.scoreTemperature ?? c.temperature;
  const scored = await score(x, rollouts, { temperature, hasTeacher: method.teacher, distil: method.distil });
  if (method.process > 0) scored.signals.v = stepsOf(task, rollouts);
  await rest({ stage: 'score', rollouts, signals: scored.signals });
  const shaped = shape({ rollouts, ...scored }, method, state, c, step);
  x.onScored?.({ rollouts, ...scored, ...shaped });
  await rest({ stage: 'shape', rollouts, ...scored, ...shaped });
  const updated = await update(x, scored, method, step, clock.enter);

  const outcome = { rollouts, ...scored, ...shaped, ...updated };
  return { ...outcome, ...sharesOf(outcome, group), phaseMs: clock.end() };
}

/** 1. `group` responses to each problem's prompt, in the order of the problems. */
export async function sample(
  policy: Policy,
  task: Task,
  problems: readonly Problem[],
  o: Omit<SamplingOptions, 'endIds'> & { group: number },
  onTokens?: OnTokens,
  promptOf = (problem: Problem) => task.studentPrompt(problem),
): Promise<Sampled[]> {
  const prompts = problems.map(promptOf);
  const requests = prompts.map((ids) => ({ ids, count: o.group }));
  const responses = await generate(policy.decoder, requests, { ...o, endIds: task.tokenizer.endIds }, onTokens);
  policy.forget();
  return responses.map((ids, i) => {
    const group = Math.floor(i / o.group);
    const truncated = !hasEnded(task.tokenizer, ids);
    return { problem: problems[group], group, prompt: prompts[group], ids, truncated };
  });
}

/** 2. The verifier's word on each rollout, and what its teacher is shown: a right sibling where there is one. */
export async function judge(
  task: Task,
  sampled: readonly Sampled[],
  o: { group: number; mode: ContextMode; wrongHints?: number; wrongShare: number; seed: readonly number[] },
): Promise<Rollout[]> {
  const ids = sampled.map((r) => r.ids);
  const verdicts = await verdictsOn(task, ids, (i) => sampled[i].problem);
  const groups = byGroup(sampled, o.group);
  const others = groups.map(([first]) => first.problem);
  const shown = groups.flatMap((group, g) => {
    const request = {
      ...{ task, others, mode: o.mode, wrongShare: o.wrongShare },
      problem: others[g],
      responses: group.map((r) => r.ids),
      rewards: byGroup(verdicts, o.group)[g].map((v) => v.reward),
      assessments: byGroup(verdicts, o.group)[g].map((v) => v.feedback),
      seed: [...o.seed, g],
    };
    const contexts = chooseContexts(request);
    const wrong = o.wrongHints ? chooseWrongHints(request, contexts, o.wrongHints) : null;
    return contexts.map((context, i) => (wrong ? { context, wrong: wrong[i] } : { context }));
  });
  return sampled.map((r, i) => ({ ...r, verdict: verdicts[i], ...shown[i] }));
}

/**
 * 3. Every rollout under the teacher (x, c), the reference where there is one, and the student (x), which comes last: its
 * activations serve the backward pass. All at the temperature of sampling, so that s is the sampling law's.
 */
export async function score(
  x: Scorer,
  rollouts: readonly Rollout[],
  { temperature, hasTeacher = true, distil = null }: ScoreOptions,
): Promise<Scored> {
  const { policy, task, alternatives } = x;
  const planned = (sequences: readonly Sequence[]) => policy.plan(sequences, temperature);
  const plan = (promptOf: (r: Rollout) => number[]) => planned(rollouts.map((r) => continued(promptOf(r), r.ids)));
  const shown = plan((r) => task.teacherPrompt(r.problem, r.context));
  const batch = plan((r) => r.prompt);
  const look = () => policy.asTeacher(() => policy.score(shown, alternatives, comparesHidden(distil)));
  const looking = hasTeacher ? look() : null;
  looking?.catch(() => {}); // it may fail before it is awaited
  const again = (sequences: readonly Sequence[]) => policy.score(planned(sequences));
  const isContrast = looking && rollouts.some((r) => r.wrong);
  const w = isContrast ? await scoreWrongHints(task.teacherPrompt, again, rollouts, await looking) : undefined;
  const reference = (await x.reference?.(batch))?.logprob ?? null;
  // The device goes from one pass to the next; the host waits for both.
  const [student, teacher] = await Promise.all([policy.score(batch, alternatives), looking]);
  const taught = distil && teacher && { teacher, look, shown: rollouts.map(isShown) };
  const signals = signalsFrom(rollouts.map(idsOf), student, teacher, w);
  return { signals, taught, batch, reference, alternatives: topOf(student, teacher) };
}

/** 4. The gate looks at the teacher, λ follows it, and every token gets its advantage. */
export function shape(
  { rollouts, signals }: Pick<ScoredStep, 'rollouts' | 'signals'>,
  method: Method,
  before: MethodState,
  c: StepSettings,
  step: number,
): Shaped {
  const h = gateStatistic(method.gate.statistic, rowsOf(signals));
  const state = nextState(before, h, signals, method, c.gateWarmup);
  const asked = termActs(before.gate, state.gate, method.gate)
    ? scheduledLambda(method, step - (before.since ?? 0))
    : 0;
  const sigmaRef = mean(state.deviations);
  const references = { sigmaRef, target: perplexityTarget(before.perplexities ?? []) };
  const rewarded = rewardedIn(rollouts, c, signals);
  const { lambdas, masked } = computeAdvantages(signals, rewarded, method, asked, references);
  const lambda = method.lambdaFrom === 'perplexity' ? mean(lambdas) : asked;
  const advantages = rewarded.map((r) => r.groupAdvantage);
  return { method, state, gateStatistic: h, lambda, lambdas, groupAdvantages: advantages, sigmaRef, masked };
}

/** 5. The objective's gradient on the student's batch, and AdamW. Throws NotFinite; the weights are then those before. */
async function update(x: StepContext, scored: Scored, method: Method, step: number, enter: PhaseClock['enter']) {
  const { policy, config: c } = x;
  const lr = c.learningRate * Math.min(1, step / Math.max(1, c.warmupSteps));
  const updates: UpdateFigures[] = [];
  while (updates.length < c.updates) {
    enter('backward');
    const figures = await differentiate(x, scored, method.distil, updates.length === 0);
    const differentiated = policy.decoder.recorder.finish();
    const updating = policy.update({ ...adamWOf(c), lr });
    updating.catch(() => {}); // it may fail before it is awaited
    await differentiated;
    enter('update');
    const { gradNorm, applied } = await updating;
    if (!applied) throw notFinite(step);
    if (method.distil?.teacher === 'ema') policy.distillation?.follow(method.distil.rate);
    updates.push({ ...figures, gradNorm });
  }
  return { updates, lr };
}

/** The gradient of one update, of rewards and of what is distilled. The scores stand for the first; then the weights have moved. */
async function differentiate(
  { policy, config: c }: StepContext,
  scored: Scored,
  distil: Distil | null,
  isFirst: boolean,
) {
  const { signals, taught, batch, reference: sRef } = scored;
  const { s: sOld, offsets, advantage } = signals;
  const weights = aggregationWeights(lengthsOf(signals), c.aggregation, c.maxNewTokens);
  const now = isFirst ? taught : taught && { ...taught, teacher: await taught.look() };
  const s = isFirst ? sOld : (await policy.score(batch)).logprob;
  const { gradient, ...figures } = policyObjective({ ...c, advantage, s, sOld, sRef, weights });
  policy.zeroGradients();
  const tokens = { weights, gradient, s, sOld, offsets };
  const distilled = distil && now && (await accumulateDistilled(policy, batch, tokens, now, distil));
  if (!distilled) policy.accumulate(batch, gradient);
  return { ...figures, loss: figures.loss + (distilled?.loss ?? 0), divergence: distilled?.divergence ?? null };
}

/** The steps of all rollouts, one behind the other, as the task judges them. */
const stepsOf = (task: Task, rollouts: readonly Rollout[]): Float32Array<ArrayBuffer> =>
  Float32Array.from(
    rollouts.flatMap(({ problem, ids }) => Array.from(stepColumn(task.steps?.(problem, ids) ?? [], ids.length))),
  );

/** Each rollout's advantage in its group. */
export const advantagesIn = (
  rollouts: readonly Rollout[],
  { group, advantageStd, groupStd }: Pick<StepSettings, 'group' | 'advantageStd' | 'groupStd'>,
): number[] =>
  byGroup(
    rollouts.map((r) => r.verdict.reward as number),
    group,
  ).flatMap((own) => groupAdvantages(own, advantageStd ? groupStd : null));

/** Each rollout's reward, its advantage in its group, and its tokens' by its steps where those are judged. */
const rewardedIn = (rollouts: readonly Rollout[], c: StepSettings, signals: TokenSignals): Rewarded[] => {
  const advantages = advantagesIn(rollouts, c);
  const columns = signals.v ? rowsOf(signals).map(({ v }) => v as Float32Array) : null;
  const process = columns && byGroup(columns, c.group).flatMap(processAdvantages);
  return rollouts.map(({ verdict }, i) => ({
    ...{ reward: verdict.reward as number, groupAdvantage: advantages[i] },
    ...(process && { process: process[i] }),
  }));
};

/** Groups whose rewards are all equal, and rollouts by the source of c. */
const sharesOf = ({ groupAdvantages, rollouts }: ScoredStep, group: number) => ({
  equalGroupShare: mean(byGroup(groupAdvantages, group).map((g) => (g.every((a) => a === 0) ? 1 : 0))),
  contextShares: contextShares(rollouts.map((r) => r.context)) as Record<string, number>,
});

/** What the method's teacher is shown, and how many wrong hints instead. */
export const hintsOf = ({ context: mode, evidence, wrongHints }: Method) => {
  return { mode, wrongHints: evidence === 'contrast' ? wrongHints : 0 };
};

const adamWOf = ({ beta1, beta2, weightDecay, decayAll, clipNorm }: StepSettings) => {
  return { beta1, beta2, eps: 1e-8, weightDecay, decayAll, clipNorm };
};

const notFinite = (step: number): NotFinite =>
  new NotFinite(
    `The gradient of step ${step} is not finite; the weights stay as they were. Lower the learning rate or λ and continue.`,
  );

const byGroup = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: list.length / size }, (_, g) => list.slice(g * size, (g + 1) * size));

const continued = (prompt: readonly number[], ids: ArrayLike<number>) => {
  return { ids: [...prompt, ...Array.from(ids)], from: prompt.length };
};

const idsOf = (rollout: Rollout): Uint32Array => rollout.ids;

const isShown = ({ context }: Rollout): number => (context.solution === null ? 0 : 1);

/** Whether the teacher's last hidden states are needed: its distributions are compared. */
const comparesHidden = (distil: Distil | null): boolean => distil !== null && distil.over !== 'sampled';

const topOf = ({ alternatives: student }: Scores, teacher: Scores | null): Scored['alternatives'] =>
  student && { student, teacher: teacher?.alternatives ?? new Float32Array(student.length) };
