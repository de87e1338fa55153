/**
 * What a page and its engine say to each other. A command carries an id; the engine answers it once, with the command's
 * reply or with a failure, and before that tells how far it is. What nobody asked for, the events of a run above all,
 * comes without an id. Any command can be cancelled by its id.
 */
import type { Problem, SampleAnswer, Verdict } from '../data/types';
import type { EvaluationRequest } from '../inspect/evaluate';
import type { Search } from '../inspect/search/types';
import type {
  ContextChoice,
  ContextEffect,
  InspectMode,
  LayerReading,
  OpenSubject,
  ProblemChoice,
  Prompts,
  ScoredText,
  SearchRequest,
  Slot,
  Subject,
  Texts,
} from '../inspect/types';
import type { DeviceReport } from '../kernels/device-report';
import type { ModelPlan } from '../library/memory-plan';
import type { Dropped, HubAccess } from '../library/model-shelf';
import type { CachedModel } from '../library/sources/cache';
import type { PlacedFile } from '../library/sources/dropped';
import type { LoadProgress } from '../library/sources/progress';
import type { SourceFault } from '../library/sources/source-error';
import type { LayerTrace } from '../model/net/trace';
import type { LoadedEvaluation } from '../report/loaded-evaluation';
import type { LoadedRun } from '../report/loaded-run';
import type { EvaluationProgress } from '../runs/evaluation/evaluation';
import type { StoredEvaluation } from '../runs/evaluation/stored-evaluations';
import type { Fault, RunEvent } from '../runs/events';
import type { RunConfig } from '../runs/run-config';
import type { RunAbout } from '../runs/run-store';
import type { DataPreview, RefusedData } from '../runs/sft-events';
import type { StepProfile } from '../runs/step-profile';
import type { ListedRun } from '../runs/stored-runs';
import type { WalkedStage } from '../runs/walked-stage';
import type { TrainConfig } from '../settings/config';
import type { SftConfig } from '../settings/settings-sft';

/** A command: what it is asked with, what it is answered with, and what of the answer comes before the rest. */
interface Row<Asks = unknown, Answers = void, Part = never> {
  ask: Asks;
  reply: Answers;
  part: Part;
}

export interface Commands {
  // The device
  open: Row; // finds the adapter, tunes and checks it, unless that is done
  'lose-device': Row; // GPUDevice.destroy(): lets a person (and the tests) see the recovery

  // Runs. Events tell what becomes of them
  /** Answered when it is open, with the name it is stored by; paused: it waits for 'step' or 'resume'. */
  start: Row<{ config: RunConfig; paused: boolean }, { id: string | null }>;
  pause: Row; // after the running step
  resume: Row;
  step: Row; // one step, then a pause
  stop: Row; // after the running step: final checkpoint, then the event 'done'
  set: Row<{ patch: Partial<TrainConfig> }>; // changes live settings (lambda, lr, gate …) from the next step on
  recover: Row; // after a fault: a new device, paused at the last good step
  'export-model': Row<unknown, ModelFile[]>; // what was trained, as a Hugging Face folder
  'list-runs': Row<unknown, ListedRun[]>;
  'load-run': Row<{ run: string }, RunEvent[]>; // for a replay
  'continue-run': Row<{ run: string }, Continued>; // from its last checkpoint, paused
  'fork-run': Row<{ run: string; config?: RunConfig }, Continued>; // a new run from that checkpoint, with its configuration as it is now or the given one on its model, paused
  'pack-run': Row<{ run: string }, Blob>; // its folder as it is, a zip archive
  'take-runs': Row<{ files: readonly PlacedFile[] }, ListedRun[]>; // folders or archives of runs; all that are stored then
  'say-of-run': Row<{ run: string; about: RunAbout }, ListedRun[]>;
  'compare-runs': Row<{ runs: readonly string[]; files: readonly PlacedFile[] }, Compared>; // stored ones, and others that are given
  'delete-run': Row<{ run: string }, ListedRun[]>; // those that are left
  'export-trl': Row<{ config: TrainConfig }, ModelFile[]>; // settings as a folder for TRL
  preview: Row<{ config: SftConfig }, DataPreview | RefusedData>; // what a supervised run would learn from

  'profile-step': Row<{ config: TrainConfig }, StepProfile>; // of a run of its own, beside the one that is open
  /** The first step of such a run. After every stage it waits for 'walk-on'; cancelled, it is gone. */
  'walk-step': Row<{ config: TrainConfig }, void, WalkedStage>;
  'walk-on': Row;

  // Models
  drop: Row<{ files: readonly (File | PlacedFile)[] }, Dropped>; // one thing: a model, an adapter, a data file
  access: Row<{ access: HubAccess }>; // where Hub ids lead from now on, and who asks
  describe: Row<{ config: TrainConfig | SftConfig; memory: number | null }, ModelPlan>; // before anything is downloaded
  'list-models': Row<unknown, CachedModel[]>;
  'remove-model': Row<{ name: string }, CachedModel[]>; // org/name@commit; those that are left

  // The inspector: one after the other
  load: Row<{ subject: Subject; slot: Slot }, OpenSubject>; // replaces what the slot held
  unload: Row<{ slot: Slot }>;
  problem: Row<{ choice: ProblemChoice }, { task: string; problem: Problem; samples: SampleAnswer[] }>;
  prompts: Row<
    { problem: Problem; task: string; response: string; context: ContextChoice },
    { prompts: Prompts; verdict: Pick<Verdict, 'reward' | 'reason'> }
  >;
  /** Parts are the whole text so far. Cancelled, it is answered with what it has. */
  generate: Row<
    { prompt: string; temperature: number; topP: number; maxNewTokens: number; seed: number },
    { text: string; tokens: number; seconds: number; ended: boolean },
    string
  >;
  score: Row<{ texts: Texts; slot: Slot; withAdapter: boolean }, { scored: ScoredText; seconds: number }>;
  contexts: Row<
    { problem: Problem; task: string; texts: Texts; context: ContextChoice; modes: readonly InspectMode[] },
    void,
    ContextEffect
  >;
  trace: Row<{ prompt: string; response: string; at: number }, LayerTrace[]>; // a token of the response, in every layer
  /** The response read out of every layer; `contexts` is how many the layers' states are compared under. */
  layers: Row<
    { problem: Problem; task: string; texts: Texts; context: ContextChoice; contexts: number },
    { layers: LayerReading }
  >;
  /** Parts are the tree so far. */
  search: Row<SearchRequest, Search, Search>;
  /** Of the open model: a new one, or what is left of a stored one. Parts are how far it is. Cancelled, it is answered too. */
  evaluate: Row<{ evaluation: EvaluationRequest | { resume: string } }, ListedEvaluation[], EvaluationPart>;
  'list-evaluations': Row<unknown, ListedEvaluation[]>;
  'delete-evaluation': Row<{ evaluation: string }, ListedEvaluation[]>; // those that are left
}

export type CommandName = keyof Commands;
export type Ask<N extends CommandName = CommandName> = { [K in N]: { readonly type: K } & Commands[K]['ask'] }[N];
export type Reply<N extends CommandName = CommandName> = Commands[N]['reply'];
export type Part<N extends CommandName = CommandName> = Commands[N]['part'];

/** What a page sends. A cancelled command is answered all the same. */
export type Command = { readonly id: number } & (
  | Ask
  | { readonly type: 'cancel'; readonly of: number }
  | { readonly type: 'ping' }
);

/** What an engine sends. */
export type Message = Answer | News | Sign;

/** A sign of life: the answer to a ping, and the lock that a Worker holds while it lives. */
export type Sign = { readonly type: 'alive' } | { readonly type: 'holds'; readonly lock: string };

export type Answer = { readonly id: number } & (
  | { readonly type: 'progress'; readonly progress: LoadProgress }
  | { readonly type: 'part'; readonly part: Part }
  | { readonly type: 'done'; readonly reply: Reply }
  | { readonly type: 'failed'; readonly failure: Failure }
);

/** What comes without being asked for. */
export type News =
  | { readonly type: 'event'; readonly event: RunEvent }
  | { readonly type: 'device'; readonly device: DeviceReport; readonly checking?: Checking } // one was opened: the first, or another after it was lost; or its check went on
  | { readonly type: 'runs'; readonly runs: ListedRun[] } // a run has ended
  | { readonly type: 'unloaded'; readonly slot: Slot } // emptied by a load that failed, or with a device that was lost
  | { readonly type: 'problem'; readonly message: string }; // things go on, but not as one would think

/** How far the check of a device is that goes on beside its first work: kernels and cases. */
export interface Checking {
  readonly done: number;
  readonly total: number;
}

/** Why a command was not carried out: what, where, the mend. */
export interface Failure {
  readonly message: string;
  /** changed: a stored run's configuration, it can be forked; gone: the engine, before it answered. */
  readonly kind: SourceFault | Fault['kind'] | 'unavailable' | 'changed' | 'gone';
  /** What was given is at fault, a model, a file or a setting, or somebody stopped it; else the device or the engine. */
  readonly refused: boolean;
}

/** A stored run that is open again. */
export interface Continued {
  readonly id: string;
  readonly step: number;
  readonly config: RunConfig;
  /** What it told up to there (of what is shown once, the last), and what it said while it was opened, up to its pause. */
  readonly events: RunEvent[];
  readonly since: RunEvent[];
  /** What is not as one would think. */
  readonly problem: string | null;
}

/** An evaluation that the page has stored, with its results so far. */
export interface ListedEvaluation extends Omit<StoredEvaluation, 'results'> {
  readonly evaluation: LoadedEvaluation | null;
}

/** An evaluation that goes on. */
export interface EvaluationPart {
  readonly progress: EvaluationProgress;
  /** Its id. */
  readonly evaluation: string;
}

export interface Compared {
  /** In the order that was asked for. */
  readonly runs: readonly LoadedRun[];
  /** Names of those that cannot be compared, each with why. */
  readonly leftOut: readonly string[];
}

export interface ModelFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
