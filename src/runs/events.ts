/**
 * The only thing the engine tells its host: RunEvent, a versioned discriminated union. The CLI prints these as lines
 * (event-lines.ts), the run store appends them to events.jsonl, and the page renders nothing else, so that a live run, a resumed
 * run and a replay are the same thing.
 */

import type { MethodFacts } from '../antisd/facts';
import type { GateState } from '../antisd/gate';
import type { TokenRow } from '../antisd/measures';
import type { PhaseName } from '../antisd/phases';
import type { TokenSignals } from '../antisd/signals';
import type { UpdateFigures } from '../antisd/step';
import type { DeviceReport, SelfTest } from '../kernels/device-report';
import type { MemoryPlan } from '../model/net/decoder';
import type { TrainConfig } from '../settings/config';
import type { PretrainEvent } from './pretrain-events';
import type { SftOwnEvent } from './sft-events';

export const EVENT_VERSION = 1;

/** One alternative token with its log-probability in nats. */
export interface Alternative {
  token: string;
  logprob: number;
}

/** What is told of a scored rollout besides its columns, which are the event's row of the same number. */
export interface ToldRollout {
  problem: string; // Problem.id
  group: number; // index of its group in the step
  question: string;
  reward: number;
  reason: string; // the verifier's words
  truncated: boolean; // hit maxNewTokens without an end token
  context: string; // source of the privileged context: sibling, dataset, …
  tokens: string[];
  /** What the teacher was shown. From here on absent in logs of earlier versions. */
  solution?: string | null;
  sibling?: number | null; // the rollout of the step whose solution it is
  feedback?: 'correct' | 'incorrect' | null;
  /** What it was shown instead, of methods that contrast. */
  wrongSolutions?: { solution: string | null; sibling: number | null }[];
  lambda?: number; // that acted on it
  groupAdvantage?: number;
  /** Present in live events when asked for; never stored. [token][rank] */
  alternatives?: { student: Alternative[][]; teacher: Alternative[][] };
}

/** A response to a held-out problem. */
export interface ToldSample {
  ids: number[];
  answer: string | null; // as the verifier found it
  reward: number;
  /** Told where a benchmark is asked: the verifier's words, and whether the response was cut. */
  reason?: string;
  truncated?: boolean;
}

/** What is told of a held-out problem. */
export interface ToldEvaluation {
  problem: string; // Problem.id
  question: string;
  answer: string; // the right one
  samples: ToldSample[];
}

/** Every figure of one optimisation step; what each is: STEP_METRICS in metrics.ts. */
export interface StepFigures {
  step: number;
  reward: number;
  accuracy: number;
  evalAccuracy: number | null;
  loss: number;
  gradNorm: number;
  lr: number;
  kl: number | null;
  clipFraction: number;
  /** Absent in logs of earlier versions. */
  divergence?: number | null;
  /** Of each update of the batch, in order. Absent in logs of earlier versions. */
  perUpdate?: UpdateFigures[];
  responseLength: number;
  /** Absent in logs of earlier versions, these four. */
  deliberation?: number;
  answerEntropy?: number;
  distinct2?: number;
  editDistance?: number;
  truncatedShare: number;
  equalGroupShare: number;
  studentEntropy: number;
  teacherEntropy: number;
  gateStatistic: number | null;
  gateState: GateState;
  gateClosesBelow: number | null;
  gateOpensAbove: number | null;
  lambda: number;
  meanU: number;
  sumAbsTerm: number;
  maskedShare: number;
  contextShares: Record<string, number>;
  /** Mean reward of each dataset of a mixture; absent of a task that is none. */
  datasets?: Record<string, number>;
  tokens: number;
  tokensPerSecond: number;
  totalTokens: number;
  seconds: number;
  phaseMs: Record<PhaseName, number>;
  note: string | null;
}

export interface Fault {
  kind: 'bad-input' | 'device-lost' | 'out-of-memory' | 'nan' | 'validation' | 'storage' | 'internal';
  message: string; // what, where, the mend
  lastGoodStep: number | null;
  resumable: boolean;
}

interface Versioned {
  v: typeof EVENT_VERSION;
}

export type RunEvent = Versioned &
  (
    | {
        type: 'start';
        config: TrainConfig;
        device: DeviceReport;
        memory: MemoryPlan;
        resumedFrom: number | null;
        parameters: number;
        /** The version of the lab that ran it. Absent in logs of earlier versions. */
        lab?: string;
        /** What stands between two tokens' texts: a blank where they are words. Earlier logs do not say. */
        separator?: '' | ' ';
        /** Which problems are left out, and why, where any are. */
        leftOut?: string;
        /** How the rows of a file were read. */
        readAs?: string;
        /** What readers should know of the settings, where there is something. */
        warnings?: string[];
      }
    /** The run entered a phase of step `step`. */
    | {
        type: 'phase';
        step: number;
        phase: PhaseName | 'load' | 'self-test' | 'tune' | 'eval' | 'checkpoint' | 'paused';
      }
    /** Rollouts begin: one entry each, in order. Empty columns; tokens follow. */
    | { type: 'rollouts'; step: number; rollouts: { problem: string; group: number; question: string }[] }
    /** Newly sampled tokens, streamed while sampling. `rollout` indexes the last 'rollouts' event. */
    | { type: 'tokens'; step: number; pieces: { rollout: number; tokens: string[] }[] }
    /** All is known of the step's rollouts: six digits. `method` is absent, and ids are 0, in logs of earlier versions. */
    | { type: 'signals'; step: number; method?: MethodFacts; rollouts: ToldRollout[]; signals: TokenSignals }
    /** The same texts as in every other such event of the run, scored by the policy after `step`: (probeEvery). */
    | { type: 'probe'; step: number; rollouts: ToldRollout[]; signals: TokenSignals }
    | {
        type: 'gate';
        step: number;
        state: GateState;
        statistic: number | null;
        closesBelow: number | null;
        opensAbove: number | null;
      }
    | ({ type: 'step'; eta: number | null } & StepFigures)
    | {
        type: 'eval';
        step: number;
        accuracy: number;
        passAtK: number;
        k: number;
        problems: number;
        samples: number;
        meanLength: number;
        /** Absent in logs of earlier versions, these three. */
        answerEntropy?: number;
        distinct2?: number;
        editDistance?: number;
        /** Of a mixture, avg@k of each dataset. */
        datasets?: Record<string, number>;
      }
    /** What the last 'eval' asked and got, in its order; problems that were too much for a log are counted in `leftOut`. */
    | { type: 'eval-samples'; step: number; dataset?: string; problems: ToldEvaluation[]; leftOut: number }
    | { type: 'tokens-table'; step: number; rows: TokenRow[] }
    | { type: 'checkpoint'; step: number; path: string }
    /** What the self-test found, of a run that began before it was through. */
    | { type: 'checked'; step: number; selfTest: SelfTest }
    /** A setting was changed while the run was going, from step `step` on. */
    | { type: 'change'; step: number; patch: Partial<TrainConfig> }
    | { type: 'fault'; step: number; fault: Fault }
    | { type: 'done'; step: number; reason: 'finished' | 'stopped'; seconds: number }
    | SftOwnEvent
    | PretrainEvent
  );

export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
