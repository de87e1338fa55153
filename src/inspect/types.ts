/** What the inspector is asked with and what it answers, as plain data. Nats throughout. */
import type { SignalRow } from '../antisd/signals';
import { CONTEXT_MODES, type PrivilegedContext, type Problem, type SampleAnswer } from '../data/types';
import type { Alternative } from '../runs/events';
import type { SearchSettings } from './search/types';

export type { SampleAnswer };

/** The model that is looked at, and one to compare it with. */
export type Slot = 'main' | 'other';

/** A model to look at: what `TrainConfig.model` takes, or the name of a dropped folder; an adapter on it, or none. */
export interface Subject {
  readonly model: string;
  readonly adapter: string | null;
  /** auto, f32, bf16, f16, q8 or q4. */
  readonly weightFormat: string;
}

/** A subject as earlier versions wrote it, whose weights had a "storage"; anything else as it is. */
export function currentSubject(x: unknown): unknown {
  if (typeof x !== 'object' || x === null || !('storage' in x) || 'weightFormat' in x) return x;
  const { storage, ...rest } = x;
  return { ...rest, weightFormat: storage };
}

/** A subject that is open. */
export interface OpenSubject {
  readonly subject: Subject;
  readonly family: string;
  readonly parameters: number;
  /** How the weights are stored on the device. */
  readonly weightFormat: string;
  /** Bytes on the device, all together. */
  readonly bytes: number;
  /** Longest prompt and response together, tokens. */
  readonly positions: number;
  /** Whether the model has a chat template of its own. */
  readonly chat: boolean;
  /** Whether that template knows a thinking switch. */
  readonly thinks: boolean;
  /** The task whose words are all that it knows; for other models one that any can be asked. */
  readonly task: string;
  readonly adapter: { readonly rank: number; readonly targets: readonly string[] } | null;
  readonly seconds: number;
  /** What of the way in which it cuts texts is not certain; absent where nothing is. */
  readonly warning?: string;
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

/** A response under both prompts: its columns as in a step's TokenSignals, an entry a token. */
export interface ScoredText extends Readonly<Pick<SignalRow, 'ids' | 's' | 't' | 'u' | 'H_S' | 'H_T'>> {
  readonly tokens: string[];
  /** Where each token lies in the response, in UTF-16 units; a token that is a part of a character shares its range. */
  readonly spans: (readonly [from: number, to: number])[];
  readonly alternatives: { readonly student: Alternative[][]; readonly teacher: Alternative[][] };
  readonly studentTokens: number;
  readonly teacherTokens: number;
}

/** A response read out of every layer; a row a layer, the first layer first, an entry a token. The last row is the model's own. */
export interface LayerReading extends Readonly<Record<'s' | 't' | 'u' | 'H_S' | 'H_T', Float32Array<ArrayBuffer>[]>> {
  /** What a layer's states tell about c, nats (information.ts); null where there was nothing to compare c with. */
  readonly information: Float32Array<ArrayBuffer>[] | null;
  /** B, the contexts that were compared, c among them: `information` is at most log B. */
  readonly contexts: number;
  /** The likeliest token by layer and place. */
  readonly likeliest: { readonly student: string[][]; readonly teacher: string[][] };
}

/** Contexts that a layer's states are compared under where nothing else is asked for. */
export const LAYER_CONTEXTS = 8;

/** A question to search the answer of: its prompt as text, and what is not as usual (search/search.ts). */
export interface SearchRequest {
  readonly prompt: string;
  readonly problem: Problem;
  readonly task: string;
  readonly context: ContextChoice;
  readonly settings: Pick<SearchSettings, 'base' | 'gain' | 'width' | 'temperature' | 'topP' | 'seed' | 'maxNewTokens'>;
}

/** What a context mode does to a response. */
export interface ContextEffect extends Readonly<Pick<SignalRow, 't' | 'u' | 'H_T'>> {
  readonly mode: InspectMode;
  readonly context: PrivilegedContext;
  readonly origin: string;
  readonly teacher: string;
}
