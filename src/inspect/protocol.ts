/**
 * What the inspector page and its Worker say to each other. The Worker owns a device and the models that are open; the
 * page owns texts and choices. Every command carries an id, and every answer the id of the command it answers, so that
 * an answer that comes late is known as one. Nats throughout.
 */
import { CONTEXT_MODES, type PrivilegedContext, type Problem, type SampleAnswer } from '../data/types';
import type { DeviceReport } from '../kernels/device-report';
import type { HubAccess } from '../library/model-shelf';
import type { DroppedKind } from '../library/sources/classify';
import type { PlacedFile } from '../library/sources/dropped';
import type { DownloadProgress } from '../library/sources/progress';
import type { Alternative } from '../runs/events';

export type { SampleAnswer };

/** The model that is looked at, and one to compare it with. */
export type Slot = 'main' | 'other';

/** A model to look at: what `TrainConfig.model` takes, or the name of a dropped folder; an adapter on it, or none. */
export interface Subject {
  readonly model: string;
  readonly adapter: string | null;
  /** auto, f32, bf16, f16, q8 or q4. */
  readonly storage: string;
}

/** A subject that is open. */
export interface OpenSubject {
  readonly subject: Subject;
  readonly family: string;
  readonly parameters: number;
  /** How the weights are stored on the device. */
  readonly storage: string;
  /** Bytes on the device, all together. */
  readonly bytes: number;
  /** Longest prompt and response together, tokens. */
  readonly positions: number;
  /** Whether the model has a chat template of its own. */
  readonly chat: boolean;
  /** Whether that template knows a thinking switch. */
  readonly thinks: boolean;
  readonly adapter: { readonly rank: number; readonly targets: readonly string[] } | null;
  readonly seconds: number;
}

/** A problem of the page, or of the user's own. `task` is a name of `taskNames()`; minDepth null is as the task says. */
export type ProblemChoice =
  | { readonly task: string; readonly seed: number; readonly index: number; readonly minDepth: number | null }
  | { readonly task: 'own'; readonly question: string; readonly solution: string; readonly answer: string };

/** The ways to choose c for one response: those of a run, and a solution that is wrong on purpose. */
export const INSPECT_MODES = [...CONTEXT_MODES, 'wrong'] as const;
export type InspectMode = (typeof INSPECT_MODES)[number];

/** How the teacher's prompt is made. */
export interface ContextChoice {
  readonly mode: InspectMode;
  readonly thinking: boolean;
  /** A name of the wordings' table, or inline JSON of one. */
  readonly wording: string;
}

/** The two exact prompts, as the model reads them, and where c came from. */
export interface Prompts {
  readonly student: string;
  readonly teacher: string;
  readonly context: PrivilegedContext;
  /** Where c came from, in a sentence: a single response has no siblings, so the task's samples stand in for them. */
  readonly origin: string;
}

/** The three texts that a score is a function of. */
export interface Texts {
  readonly student: string;
  readonly teacher: string;
  readonly response: string;
}

/** Columns of a response, one entry a token. */
export interface ScoredText {
  readonly tokens: string[];
  readonly ids: number[];
  /** Where each token lies in the response, in UTF-16 units; a token that is a part of a character shares its range. */
  readonly spans: (readonly [from: number, to: number])[];
  readonly s: number[];
  readonly t: number[];
  readonly u: number[];
  readonly H_S: number[];
  readonly H_T: number[];
  readonly alternatives: { readonly student: Alternative[][]; readonly teacher: Alternative[][] };
  readonly studentTokens: number;
  readonly teacherTokens: number;
}

/** What a context mode does to a response. */
export interface ContextEffect {
  readonly mode: InspectMode;
  readonly context: PrivilegedContext;
  readonly origin: string;
  readonly teacher: string;
  readonly t: number[];
  readonly u: number[];
  readonly H_T: number[];
}

export type InspectCommand = { readonly id: number } & (
  | { type: 'open' } // find the adapter and check it
  | { type: 'drop'; files: readonly (File | PlacedFile)[] } // answered by 'dropped'
  | { type: 'access'; access: HubAccess } // where Hub ids lead from now on, and who asks
  | { type: 'load'; subject: Subject; slot: Slot } // replaces what the slot held; answered by 'loaded'
  | { type: 'unload'; slot: Slot }
  | { type: 'cancel'; of?: number } // stops that command; without `of`, everything that runs or waits
  | { type: 'problem'; choice: ProblemChoice } // answered by 'problem'
  | { type: 'prompts'; problem: Problem; task: string; response: string; context: ContextChoice }
  | {
      type: 'generate';
      prompt: string;
      temperature: number;
      topP: number;
      maxNewTokens: number;
      seed: number;
      slot?: Slot; // default: main
      withAdapter?: boolean; // default: true
    }
  | { type: 'score'; texts: Texts; slot: Slot; withAdapter: boolean }
  | { type: 'contexts'; problem: Problem; task: string; texts: Texts; context: ContextChoice; modes: InspectMode[] }
);

export type InspectMessage =
  | { type: 'opened'; id: number; device: DeviceReport }
  | { type: 'unavailable'; id: number; reason: string }
  /** The name to load it by (of data: the task's name), and what it is. */
  | { type: 'dropped'; id: number; model: string; adapter: boolean; kind: DroppedKind }
  | {
      type: 'progress';
      id: number;
      what: string;
      done: number;
      total: number | null;
      download: DownloadProgress | null;
    }
  | { type: 'loaded'; id: number; slot: Slot; open: OpenSubject }
  | { type: 'unloaded'; id: number; slot: Slot }
  | { type: 'problem'; id: number; task: string; problem: Problem; samples: SampleAnswer[] }
  | { type: 'prompts'; id: number; prompts: Prompts; verdict: { reward: number; reason: string } }
  | { type: 'piece'; id: number; text: string } // more of a response that is being generated: the whole so far
  | { type: 'generated'; id: number; text: string; tokens: number; seconds: number; ended: boolean }
  | { type: 'scored'; id: number; slot: Slot; withAdapter: boolean; scored: ScoredText; seconds: number }
  | { type: 'effect'; id: number; effect: ContextEffect; done: number; total: number }
  | { type: 'done'; id: number }
  /**
   * A command that could not be carried out: what, where, the mend. `kind` as in Fault, or that of a source; 'cancelled'
   * for one that was stopped (a generation that was stopped answers 'generated' with what it has). An 'unloaded' goes
   * before it for each slot that was emptied: by a load that failed, or with a device that was lost.
   */
  | { type: 'failed'; id: number; kind: string; message: string };
