/**
 * The only thing the engine tells its host: RunEvent, a versioned discriminated union. The CLI prints these as JSON
 * lines, the run store appends them to events.jsonl, and the page renders nothing else, so that a live run, a resumed
 * run and a replay are the same thing. LabCommand is what the page sends to the worker.
 */
import type { TrainConfig } from './config';
import type { ModelCommand, ModelMessage, Refusal } from './model-messages';
import type { SftConfig } from './settings-sft';
import type { DataPreview, SftOwnEvent } from './sft-events';
import type { StoredRun } from './stored-runs';

export const EVENT_VERSION = 1;

/** The four timed parts of an RL step. */
export type PhaseName = 'sample' | 'score' | 'backward' | 'update';

/** Facts about the adapter, for display and for the run's record. */
export interface DeviceReport {
  name: string; // "llvmpipe (LLVM 15.0.6, 256 bits)"
  vendor: string;
  backend: string; // "vulkan", "metal", "browser" …
  software: boolean;
  features: string[]; // subgroups, shader-f16, timestamp-query where present
  subgroupSize: [number, number];
  limits: { maxBufferSize: number; maxStorageBufferBindingSize: number; maxComputeWorkgroupStorageSize: number };
  /** The variant chosen for each tuned kernel, e.g. { matmul: "subgroup-16x4" }. */
  variants: Record<string, string>;
  /** Kernels checked against the float64 reference on this adapter; null before the self-test ran. */
  selfTest: { passed: number; failed: string[]; ms: number } | null;
}

/** Bytes by purpose, computed before the run. */
export interface MemoryPlan {
  weights: number;
  gradients: number;
  optimizer: number;
  activations: number;
  kvCache: number;
  scratch: number;
  total: number;
}

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

export type GateState = 'warm-up' | 'open' | 'closed' | 'inert' | 'off';

/** A row of the token table (method.md, Measures). */
export interface TokenRow {
  token: string;
  count: number;
  meanU: number;
  meanTerm: number; // mean of the method's added advantage
  share: number; // share of total |advantage|
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
  );

export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** What the page asks of the worker. */
export type LabCommand =
  | { type: 'open' } // find the adapter, self-test, tune; answered by 'opened' or 'unavailable'
  | { type: 'start'; config: TrainConfig | SftConfig; paused: boolean } // paused: load, then wait for 'step' or 'resume'
  | { type: 'pause' } // after the running step
  | { type: 'resume' }
  | { type: 'step' } // one step, then pause
  | { type: 'stop' } // after the running step: final checkpoint, then 'done'
  | { type: 'set'; patch: Partial<TrainConfig> } // change live settings (lambda, lr, gate …) from the next step on
  | { type: 'recover' } // after a fault: a new device, continue paused from the last good step
  | { type: 'list-runs' }
  | { type: 'load-run'; id: string }
  | { type: 'continue-run'; id: string } // a stored run from its last checkpoint, paused; answered by 'continued'
  | { type: 'delete-run'; id: string } // answered by 'runs'
  | { type: 'preview'; config: SftConfig } // what a supervised run would learn from; answered by 'previewed'
  | { type: 'export-model' } // answered by 'exported': files of a Hugging Face folder
  | ModelCommand
  | { type: 'lose-device' }; // GPUDevice.destroy(): lets a person (and the tests) see the recovery

/** What the worker tells the page. */
export type LabMessage =
  | { type: 'opened'; device: DeviceReport }
  | { type: 'unavailable'; reason: string }
  | { type: 'event'; event: RunEvent }
  | { type: 'runs'; runs: StoredRun[] }
  | { type: 'run'; id: string; events: RunEvent[] }
  /** A stored run is open at `step`: its settings, and what it told up to there (of what is shown once, the last). */
  | { type: 'continued'; id: string; step: number; config: TrainConfig | SftConfig; events: RunEvent[] }
  | { type: 'exported'; files: { name: string; bytes: Uint8Array<ArrayBuffer> }[] }
  | { type: 'previewed'; config: SftConfig; preview: DataPreview | { refused: string } }
  | ModelMessage
  /** A command that could not be carried out; `kind` where a model or a file is at fault. */
  | { type: 'problem'; message: string; kind?: Refusal['kind'] };
