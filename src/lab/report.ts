/** What a step found, in the shape of events. */

import { gateThresholds } from '../antisd/gate';
import { mean } from '../antisd/statistics';
import type { ScoredRollout, StepOutcome } from '../antisd/step';
import type { Tokenizer } from '../data/types';
import { TOP_K } from '../model/activations';
import type { Alternative, SignalRollout, StepFigures } from './events';

/** Enough digits to recompute u and to draw it; a third of the bytes. */
const short = (x: number): number => Number(x.toPrecision(6));
const column = (x: ArrayLike<number>): number[] => Array.from(x, short);

/** One rollout with its per-token columns. */
export function signalRollout(r: ScoredRollout, tokenizer: Tokenizer): SignalRollout {
  const alternatives =
    r.studentAlternatives && r.teacherAlternatives
      ? { student: named(r.studentAlternatives, tokenizer), teacher: named(r.teacherAlternatives, tokenizer) }
      : undefined;
  return {
    problem: r.problem.id,
    group: r.group,
    question: r.problem.question,
    reward: r.verdict.reward,
    reason: r.verdict.reason,
    truncated: r.truncated,
    context: r.context.source,
    tokens: Array.from(r.response, (id) => tokenizer.token(id)),
    s: column(r.s),
    t: column(r.t),
    u: column(r.token.u),
    H_S: column(r.H_S),
    H_T: column(r.H_T),
    phi: column(r.token.phi),
    advantage: column(r.token.advantage),
    term: column(r.token.term),
    ...(alternatives ? { alternatives } : {}),
  };
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
export function stepFigures(step: number, o: StepOutcome, seconds: number, evalAccuracy: number | null): StepFigures {
  const each = (pick: (r: ScoredRollout) => number) => mean(o.rollouts.map(pick));
  const all = (pick: (r: ScoredRollout) => ArrayLike<number>) => mean(o.rollouts.flatMap((r) => Array.from(pick(r))));
  const tokens = o.rollouts.reduce((n, r) => n + r.response.length, 0);
  const { closesBelow, opensAbove } = gateThresholds(o.state.gate, o.method.gate);
  const reward = each((r) => r.verdict.reward);
  return {
    step,
    reward,
    accuracy: reward,
    evalAccuracy,
    loss: o.objective.loss,
    gradNorm: o.gradNorm,
    lr: o.lr,
    kl: o.objective.kl,
    clipFraction: o.objective.clipFraction,
    responseLength: each((r) => r.response.length),
    truncatedShare: each((r) => (r.truncated ? 1 : 0)),
    equalGroupShare: o.equalGroupShare,
    studentEntropy: all((r) => r.H_S),
    teacherEntropy: all((r) => r.H_T),
    gateStatistic: o.gateStatistic,
    gateState: o.state.gate.state,
    gateClosesBelow: closesBelow,
    gateOpensAbove: opensAbove,
    lambda: o.lambda,
    meanU: all((r) => r.token.u),
    sumAbsTerm: o.rollouts.reduce((sum, r) => sum + r.token.term.reduce((a, b) => a + Math.abs(b), 0), 0),
    maskedShare: o.rollouts.reduce((n, r) => n + r.token.masked, 0) / Math.max(1, tokens),
    contextShares: o.contextShares,
    tokens,
    tokensPerSecond: tokens / seconds,
    totalTokens: o.state.totalTokens,
    seconds,
    phaseMs: o.phaseMs,
    note: stepNote(o),
  };
}

/** Why a step taught nothing, or taught only through the signal; null when reward and term both spoke. */
export function stepNote(o: StepOutcome): string | null {
  const silentReward = o.equalGroupShare === 1 || o.method.base === 'none';
  if (o.rollouts.every((r) => r.truncated))
    return 'Every response was cut at the longest length, so none could be right.';
  if (!silentReward) return null;
  const why = o.method.base === 'none' ? 'this method uses no reward' : 'the rewards are equal in every group';
  const usesTerm = o.method.sign !== 0;
  const acts = o.lambda > 0 && o.rollouts.some((r) => r.token.term.some((x) => x !== 0));
  if (acts || o.method.entropyBeta > 0) return `Taught by the signal alone: ${why}.`;
  const state = o.state.gate.state;
  const gate = !usesTerm
    ? ''
    : state === 'warm-up'
      ? ' and the gate is warming up'
      : state === 'closed'
        ? ' and the gate is closed'
        : ' and the term is zero';
  return `Taught nothing: ${why}${gate}.`;
}
