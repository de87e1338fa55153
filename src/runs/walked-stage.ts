/** What a training step has after each of its stages. */
import { mapSignals, newSignals, type TokenSignals } from '../antisd/signals';
import { advantagesIn, type Reached, type StepContext, type StepSettings } from '../antisd/step';
import type { Tokenizer } from '../data/types';
import { short } from './event-lines';
import type { RunEvent, RunEventOf, StepFigures, ToldRollout } from './events';

/** The stages of Algorithm 1 between which a step can wait, and the last. */
export const STAGES = ['sample', 'judge', 'score', 'shape', 'update'] as const;
export type StageName = (typeof STAGES)[number];

/** What is there once a stage is done. */
export interface WalkedStage {
  readonly stage: StageName;
  /** What later stages find of a rollout is absent. */
  readonly rollouts: readonly (Pick<ToldRollout, 'question' | 'tokens'> & Partial<ToldRollout>)[];
  /** Columns of later stages are 0. */
  readonly signals: TokenSignals;
  readonly figures: Partial<StepFigures>;
}

type PhaseMs = Parameters<NonNullable<StepContext['between']>>[1];

/** As far as a step is, in the digits of the log: a copy. */
export function walkedStage(
  reached: Reached,
  phaseMs: PhaseMs,
  config: StepSettings,
  tokenizer: Tokenizer,
): WalkedStage {
  const { stage, rollouts } = reached;
  const advantages = reached.stage === 'sample' ? [] : advantagesIn(reached.rollouts, config);
  const told = rollouts.map((r, i) => ({
    question: r.problem.question,
    tokens: Array.from(r.ids, (id) => tokenizer.token(id)),
    ...('verdict' in r && {
      ...{ reward: r.verdict.reward, reason: r.verdict.reason, groupAdvantage: advantages[i] },
      ...{ context: r.context.source, solution: r.context.solution },
    }),
  }));
  const signals =
    'signals' in reached ? mapSignals(reached.signals, short) : newSignals(rollouts.map(({ ids }) => ids));
  return { stage, rollouts: told, signals, figures: { phaseMs, ...gateFigures(reached) } };
}

function gateFigures(reached: Reached): Partial<StepFigures> {
  if (reached.stage !== 'shape') return {};
  const { gateStatistic, state, lambda, masked, signals } = reached;
  const maskedShare = masked / Math.max(1, signals.ids.length);
  return { gateStatistic, gateState: state.gate.state, lambda, maskedShare };
}

/** The whole step that these events tell of; null while it is not whole. */
export function wholeStep(events: readonly RunEvent[]): WalkedStage | null {
  const of = <T extends RunEvent['type']>(type: T) =>
    events.findLast((event): event is RunEventOf<T> => event.type === type);
  const [told, figures] = [of('signals'), of('step')];
  return told && figures ? { stage: 'update', rollouts: told.rollouts, signals: told.signals, figures } : null;
}
