/** What a step found, in the shape of events. */

import type { Asked } from '../antisd/evaluate';
import { methodFacts } from '../antisd/facts';
import { gateThresholds } from '../antisd/gate';
import { diversityOf } from '../antisd/measures';
import { mapSignals, rowsOf } from '../antisd/signals';
import { mean } from '../antisd/statistics';
import type { Rollout, ScoredStep, StepOutcome, StepSettings } from '../antisd/step';
import { isDeliberation } from '../data/deliberation';
import { byDataset } from '../data/mixture';
import type { PrivilegedContext, Tokenizer } from '../data/types';
import { TOP_K } from '../model/net/activations';
import { short } from './event-lines';
import type { Alternative, StepFigures, ToldEvaluation, ToldRollout } from './events';

/** A step's rollouts with their columns: a copy in the digits of the log, so that live and replayed are the same. */
export function signalsEvent(step: number, x: ScoredStep, config: StepSettings, tokenizer: Tokenizer) {
  const { rollouts, signals, alternatives } = x;
  const [student, teacher] = [alternatives?.student, alternatives?.teacher].map((top) => top && named(top, tokenizer));
  const told = rollouts.map(({ problem, group, verdict, truncated, context, wrong, ids }, i): ToldRollout => {
    const [first, end] = [signals.offsets[i], signals.offsets[i + 1]];
    const top = student && teacher && { student: student.slice(first, end), teacher: teacher.slice(first, end) };
    const { source, solution, feedback } = context;
    const placeOf = ({ sibling }: PrivilegedContext) => (sibling === undefined ? null : group * config.group + sibling);
    return {
      problem: problem.id,
      group,
      question: problem.question,
      reward: verdict.reward,
      reason: verdict.reason,
      truncated,
      context: source,
      solution,
      sibling: placeOf(context),
      feedback,
      lambda: x.lambdas[i],
      groupAdvantage: x.groupAdvantages[i],
      ...(wrong && { wrongSolutions: wrong.map((hint) => ({ solution: hint.solution, sibling: placeOf(hint) })) }),
      tokens: Array.from(ids, (id) => tokenizer.token(id)),
      ...(top ? { alternatives: top } : {}),
    };
  });
  const method = methodFacts(x, config);
  return { type: 'signals' as const, step, method, rollouts: told, signals: mapSignals(signals, short) };
}

/** The fixed texts with their columns, in the digits of the log. */
export function probeEvent(step: number, x: Pick<ScoredStep, 'rollouts' | 'signals'>, tokenizer: Tokenizer) {
  const rollouts = x.rollouts.map(({ problem, group, ids, verdict, truncated, context }): ToldRollout => {
    const { source, solution, feedback } = context;
    const { reward, reason } = verdict;
    const tokens = Array.from(ids, (id) => tokenizer.token(id));
    const { id, question } = problem;
    return { problem: id, group, question, reward, reason, truncated, context: source, solution, feedback, tokens };
  });
  return { type: 'probe' as const, step, rollouts, signals: mapSignals(x.signals, short) };
}

/** Characters of an evaluation's record, at most. */
const EVAL_CHARACTERS = 2 ** 20;

/** An evaluation's problems and samples; as many of the first problems as the record holds. */
export function evalSamplesEvent(step: number, asked: readonly Asked[], most = EVAL_CHARACTERS) {
  const problems: ToldEvaluation[] = [];
  let room = most;
  for (const { problem, samples } of asked) {
    const told = samples.map(({ ids, verdict: { answer, reward } }) => ({ ids: Array.from(ids), answer, reward }));
    const entry = { problem: problem.id, question: problem.question, answer: problem.answer, samples: told };
    room -= JSON.stringify(entry).length;
    if (room < 0) break;
    problems.push(entry);
  }
  return { type: 'eval-samples' as const, step, problems, leftOut: asked.length - problems.length };
}

/** (token id, log-probability) pairs as text; [token][rank]. */
export function named(top: Float32Array, tokenizer: Tokenizer): Alternative[][] {
  return Array.from({ length: top.length / (2 * TOP_K) }, (_, i) =>
    Array.from({ length: TOP_K }, (_, k) => ({
      id: top[(i * TOP_K + k) * 2],
      logprob: short(top[(i * TOP_K + k) * 2 + 1]),
    }))
      .filter(({ id }) => id < tokenizer.vocabSize)
      .map(({ id, logprob }) => ({ token: tokenizer.token(id), logprob })),
  );
}

/** Every figure of the step but the run's own clock. */
export function stepFigures(
  step: number,
  o: StepOutcome,
  seconds: number,
  evalAccuracy: number | null,
  tokenizer: Tokenizer,
): StepFigures {
  const each = (pick: (r: Rollout) => number) => mean(o.rollouts.map(pick));
  const { signals } = o;
  const tokens = signals.ids.length;
  const sumAbs = (x: Float32Array) => x.reduce((a, b) => a + Math.abs(b), 0);
  const { closesBelow, opensAbove } = gateThresholds(o.state.gate, o.method.gate);
  const last = o.updates[o.updates.length - 1];
  const reward = each((r) => r.verdict.reward);
  const datasets = byDataset(
    o.rollouts,
    (r) => r.problem,
    (r) => r.verdict.reward,
  );
  return {
    step,
    reward,
    accuracy: reward,
    evalAccuracy,
    loss: last.loss,
    gradNorm: last.gradNorm,
    lr: o.lr,
    kl: last.kl,
    clipFraction: last.clipFraction,
    divergence: last.divergence,
    perUpdate: o.updates,
    responseLength: each((r) => r.ids.length),
    deliberation: mean(Array.from(signals.ids, (id) => (isDeliberation(tokenizer.token(id)) ? 1 : 0))),
    ...diversityOf(groupsOf(o.rollouts)),
    truncatedShare: each((r) => (r.truncated ? 1 : 0)),
    equalGroupShare: o.equalGroupShare,
    studentEntropy: mean(signals.H_S),
    teacherEntropy: mean(signals.H_T),
    gateStatistic: o.gateStatistic,
    gateState: o.state.gate.state,
    gateClosesBelow: closesBelow,
    gateOpensAbove: opensAbove,
    lambda: o.lambda,
    meanU: mean(signals.u),
    sumAbsTerm: rowsOf(signals).reduce((sum, { term }) => sum + sumAbs(term), 0),
    maskedShare: o.masked / Math.max(1, tokens),
    contextShares: o.contextShares,
    ...(datasets && { datasets }),
    tokens,
    tokensPerSecond: tokens / seconds,
    totalTokens: o.state.totalTokens,
    seconds,
    phaseMs: o.phaseMs,
    note: stepNote(o),
  };
}

function groupsOf(rollouts: readonly Rollout[]) {
  const groups = Array.from({ length: Math.max(...rollouts.map((r) => r.group)) + 1 }, (_, group) => group);
  const told = ({ ids, verdict }: Rollout) => ({ ids, answer: verdict.answer });
  return groups.map((group) => rollouts.filter((r) => r.group === group).map(told));
}

/** Why a step taught nothing, or taught only through the signal or single steps; null where the reward spoke. */
export function stepNote(o: StepOutcome): string | null {
  const { base, process, distil, entropyBeta, sign } = o.method;
  const isOfAnswers = base !== 'none';
  if (o.equalGroupShare < 1 && isOfAnswers) return null;
  // No answer has an advantage here: what a token's has beside its term is the steps'.
  const bySteps = process > 0 && o.signals.advantage.some((x, i) => x !== o.signals.term[i]);
  if (bySteps && !isOfAnswers) return null;
  const why = isOfAnswers
    ? `the rewards are equal in every group (${outcomes(o.rollouts)})`
    : process > 0
      ? 'the steps of each group are all right or all wrong'
      : 'this method uses no reward';
  const acts = (o.lambda > 0 && o.signals.term.some((x) => x !== 0)) || entropyBeta > 0;
  if (distil && o.taught?.shown.some((x) => x > 0)) return isOfAnswers ? `Taught by the teacher alone: ${why}.` : null;
  if (distil) return `Taught nothing: ${why}, and no teacher had a solution to show.`;
  if (bySteps) return `Taught by single steps${acts ? ' and the signal' : ''} alone: ${why}.`;
  if (acts) return `Taught by the signal alone: ${why}.`;
  return `Taught nothing: ${why}${sign === 0 ? '' : ` and ${silence(o)}`}.`;
}

/** Why the signal's term is zero. */
function silence({ state, lambda, signals }: StepOutcome): string {
  if (state.gate.state === 'warm-up') return 'the gate is warming up';
  if (state.gate.state === 'closed') return 'the gate is closed';
  if (lambda === 0) return 'λ is 0';
  const isUnmoved = signals.u.every((u) => u === 0);
  return isUnmoved ? 'the teacher reads what the student reads' : 'the term is zero';
}

/** What became of the responses: "all without an answer", or shares, "62% wrong, 38% cut at the longest length". */
function outcomes(rollouts: readonly Rollout[]): string {
  const counts = new Map<string, number>();
  for (const r of rollouts) counts.set(outcome(r), (counts.get(outcome(r)) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  if (sorted.length === 1) return `all ${sorted[0][0]}`;
  return sorted.map(([what, n]) => `${Math.round((100 * n) / rollouts.length)}% ${what}`).join(', ');
}

function outcome({ verdict, truncated }: Rollout): string {
  if (verdict.reward === 1) return 'right';
  if (truncated) return 'cut at the longest length';
  return verdict.answer === null ? 'without an answer' : 'wrong';
}
