/**
 * The only thing the engine tells its host: RunEvent, a versioned discriminated union. The CLI prints these as JSON
 * lines, the run store appends them to events.jsonl, and the page renders nothing else, so that a live run, a resumed
 * run and a replay are the same thing.
 */

import type { GateState } from '../antisd/gate';
import type { TokenRow } from '../antisd/measures';
import type { PhaseName } from '../antisd/phases';
import type { DeviceReport } from '../kernels/device-report';
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

/** One scored rollout: columns have one entry per generated token; nats throughout. */
export interface SignalRollout {
  problem: string; // Problem.id
  group: number; // index of its group in the step
  question: string;
  reward: number;
  reason: string; // the verifier's words
  truncated: boolean; // hit maxNewTokens without an end token
  context: string; // source of the privileged context: sibling, dataset, …
  tokens: string[];
  s: number[]; // log p(y_t | x)
  t: number[]; // log p(y_t | x, c)
  u: number[]; // t - s
  H_S: number[];
  H_T: number[];
  phi: number[]; // the divergence's delta(u), after mask and clamp
  advantage: number[]; // the total per-token advantage that trained the model
  term: number[]; // the part of it that the method adds to the group's advantage
  /** Present in live events when asked for; never stored. [token][rank] */
  alternatives?: { student: Alternative[][]; teacher: Alternative[][] };
}

/** Every figure of one optimisation step. */
export interface StepFigures {
  step: number; // 1-based: the number of updates done
  reward: number; // mean reward of the step's rollouts
  accuracy: number; // share of rollouts with reward 1 (= reward for 0/1 rewards)
  evalAccuracy: number | null; // the last held-out avg@k, null before the first
  loss: number;
  gradNorm: number; // before clipping
  lr: number;
  kl: number | null; // k3 estimate to the reference, nats a token; null when the coefficient is 0
  clipFraction: number; // share of tokens whose ratio was clipped
  responseLength: number; // mean tokens a rollout
  truncatedShare: number;
  equalGroupShare: number; // share of groups whose rewards are all equal
  studentEntropy: number; // mean H_S, nats
  teacherEntropy: number; // mean H_T, nats
  gateStatistic: number; // h, the gate's own statistic
  gateState: GateState;
  gateClosesBelow: number | null; // thresholds on h, null while warming up or off
  gateOpensAbove: number | null;
  lambda: number; // the lambda that was used this step (0 in warm-up or when closed)
  meanU: number;
  sumAbsTerm: number; // sum |lambda phi| over tokens
  maskedShare: number; // share of tokens whose u was masked
  contextShares: Record<string, number>; // share of rollouts by the source of c
  tokens: number; // generated this step
  tokensPerSecond: number; // generated tokens / wall time of the step
  totalTokens: number; // generated since step 1
  seconds: number; // wall time of the step
  phaseMs: Record<PhaseName, number>;
  /** Why this step taught nothing, or taught only through the signal; null when it taught normally. */
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
    | { type: 'signals'; step: number; rollouts: SignalRollout[] }
    | {
        type: 'gate';
        step: number;
        state: GateState;
        statistic: number;
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
      }
    | { type: 'tokens-table'; step: number; rows: TokenRow[] }
    | { type: 'checkpoint'; step: number; path: string }
    /** A setting was changed while the run was going, from step `step` on. */
    | { type: 'change'; step: number; patch: Partial<TrainConfig> }
    | { type: 'fault'; step: number; fault: Fault }
    | { type: 'done'; step: number; reason: 'finished' | 'stopped'; seconds: number }
    | SftOwnEvent
    | PretrainEvent
  );

export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
