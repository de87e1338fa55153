/** The inspector's one store: choices, texts, and what its engine answered last. */
import { create } from 'zustand';
import type { ArmName } from '../../antisd/arms';
import type { BadRowsSetting } from '../../data/bad-rows';
import { NATIVE_TASK, taskOfModel, usualTokens } from '../../data/tasks';
import type { PrivilegedContext, Problem } from '../../data/types';
import type { EvaluationPart, ListedEvaluation } from '../../engine/protocol';
import { SEARCH_DEFAULTS, type Search } from '../../inspect/search/types';
import type {
  ContextChoice,
  ContextEffect,
  LayerReading,
  OpenSubject,
  ProblemChoice,
  SampleAnswer,
  ScoredText,
  SearchRequest,
  Subject,
  Texts,
} from '../../inspect/types';
import type { LoadProgress } from '../../library/sources/progress';
import { isHere } from '../../library/task-names';
import type { MeasureName } from '../heatmap/measures';
import type { EngineFields } from '../state/engine-state';
import type { LayerMeasureName } from './layers/measures';

/** Kinds of work, each with at most one command that is waited for. Later lanes build on earlier ones. */
export const LANES = [
  'device',
  'main',
  'other',
  'problem',
  'generate',
  'prompts',
  'score',
  'compare',
  'contexts',
  'layers',
  'search',
  'evaluate',
] as const;
export type Lane = (typeof LANES)[number];

/** Columns with the texts they were computed from. */
export interface Scored {
  readonly texts: Texts;
  readonly columns: ScoredText;
  readonly seconds: number;
  /** Of the response on screen then. */
  readonly revision: number;
}

export type Compare = 'nothing' | 'adapter-off' | 'model';
export type InspectMeasure = MeasureName | 'delta';
export type TabName = 'prompts' | 'contexts' | 'layers' | 'search' | 'evaluate' | 'signals' | 'compare' | 'tokens';
/** Which of the texts is being edited in place. */
export type Editing = 'response' | 'student' | 'teacher' | null;

/** `engine` is the inspector's own. */
export interface InspectState extends EngineFields {
  /** What was asked and not yet answered in full: a number that tells one question from the next. */
  asked: Partial<Record<Lane, number>>;
  /** How far one of them is. */
  progress: (LoadProgress & { readonly of: number }) | null;
  failure: { readonly lane: Lane | 'drop' | 'export' | 'link'; readonly kind: string; readonly message: string } | null;
  /** A link names a model, an adapter or data that are not built in; it waits for a word. */
  offered: boolean;
  /** The same of what the link compares it with. */
  offeredOther: boolean;
  /** The link was just copied. */
  copied: boolean;

  subject: Subject;
  compare: Compare;
  otherSubject: Subject;
  /** What is open, as the engine says. */
  main: OpenSubject | null;
  other: OpenSubject | null;

  choice: ProblemChoice;
  problem: { readonly task: string; readonly problem: Problem; readonly samples: readonly SampleAnswer[] } | null;
  context: ContextChoice;
  sampling: { temperature: number; topP: number; maxNewTokens: number; seed: number };
  /** The context c and where it came from; the verdict on the response. */
  source: { readonly context: PrivilegedContext; readonly origin: string } | null;
  verdict: { readonly reward: number; readonly reason: string } | null;

  /** The texts of the fields. */
  texts: Texts;
  /** Prompts that were edited by hand stay as they are, whatever is chosen. */
  edited: { readonly student: boolean; readonly teacher: boolean };
  /** The sample answer that the response is, or null for one's own. */
  sample: string | null;
  /** Grows when another response is put on screen, or another model reads it, not when one is edited. */
  revision: number;
  /** A response that is being generated, as far as it is. */
  generating: string | null;
  /** How the response was generated, where it was. */
  generated: { readonly tokens: number; readonly seconds: number; readonly ended: boolean } | null;

  scored: Scored | null;
  /** The same texts under the other checkpoint. */
  compared: Scored | null;
  /** What every context mode does to the response; `key` names what it is a function of. */
  effects: { readonly key: string; readonly list: readonly ContextEffect[] } | null;

  /** The response read out of every layer; `key` names what it is a function of. */
  layers: { readonly key: string; readonly reading: LayerReading } | null;
  layerMeasure: LayerMeasureName;
  /** The layer that is marked; null: the last. */
  layer: number | null;

  /** How steps are searched; temperature, length and seed are those of `sampling`. */
  searching: Pick<SearchRequest['settings'], 'base' | 'gain' | 'width'>;
  /** The last tree, with the prompt that it grew from; `search.chains` is empty while it grows. */
  tree: { readonly prompt: string; readonly search: Search } | null;

  /** What an evaluation asks of the open model; temperature, top-p and seed are those of `sampling`. No data: the model's own task; no length: as usual. */
  evaluating: { data: string; problems: number; samples: number; maxNewTokens: number; badRows: BadRowsSetting };
  /** Those that this browser keeps, newest first; null until they are listed. */
  evaluations: readonly ListedEvaluation[] | null;
  /** How far the one is that goes on. */
  evaluated: EvaluationPart | null;

  measure: InspectMeasure;
  arm: ArmName;
  /** The group that the response is thought to be in: its advantage comes from there. */
  group: { readonly size: number; readonly right: number };
  tab: TabName;
  editing: Editing;
  /** The token whose numbers are shown: focused, and pointed at for the moment. */
  focused: number;
  pointed: number | null;
}

/** The model of a fresh page. */
export const NANO: Subject = { model: NATIVE_TASK.model, adapter: null, weightFormat: 'auto' };
/** Whether nothing of another host or of another visit is needed to open it. */
export const isBuiltIn = ({ model, adapter }: Subject): boolean => taskOfModel(model) !== null && adapter === null;

/** The same of a problem. */
export const asksHere = (choice: ProblemChoice): boolean => 'question' in choice || isHere(choice.task);

/** Tokens that a response may take where nobody said: a built-in model's as many as its task wants. */
export const usualLongest = (main: InspectState['main']): number => usualTokens(main?.task ?? NATIVE_TASK.name, 128);

export const INITIAL: InspectState = {
  engine: { state: 'closed' },
  trouble: null,
  asked: {},
  progress: null,
  failure: null,
  offered: false,
  offeredOther: false,
  copied: false,
  subject: NANO,
  compare: 'nothing',
  otherSubject: NANO,
  main: null,
  other: null,
  choice: { task: NATIVE_TASK.name, seed: 0, index: 0, minDepth: null },
  problem: null,
  context: { mode: 'sibling-then-dataset', thinking: false, wording: 'standard' },
  sampling: { temperature: 1, topP: 1, maxNewTokens: usualLongest(null), seed: 0 },
  source: null,
  verdict: null,
  texts: { student: '', teacher: '', response: '' },
  edited: { student: false, teacher: false },
  sample: null,
  revision: 0,
  generating: null,
  generated: null,
  scored: null,
  compared: null,
  effects: null,
  layers: null,
  layerMeasure: 'u',
  layer: null,
  searching: { base: SEARCH_DEFAULTS.base, gain: SEARCH_DEFAULTS.gain, width: SEARCH_DEFAULTS.width },
  tree: null,
  evaluating: { data: '', problems: 64, samples: 4, maxNewTokens: 0, badRows: 'refused' },
  evaluations: null,
  evaluated: null,
  measure: 'u',
  arm: 'antisd',
  group: { size: 8, right: 4 },
  tab: 'prompts',
  editing: null,
  focused: 0,
  pointed: null,
};

export const useInspector = create<InspectState>(() => INITIAL);

export const isAsked = (state: InspectState, ...lanes: Lane[]): boolean =>
  lanes.some((lane) => state.asked[lane] !== undefined);

/** What the effects of the contexts are a function of; the teacher's own prompt is not among it. */
export const effectsKey = ({ problem, context, scored }: InspectState): string =>
  JSON.stringify([problem?.problem, scored?.texts.student, scored?.texts.response, context.thinking, context.wording]);

/** What a reading of the layers is a function of. */
export const layersKey = ({ problem, context, scored, main }: InspectState): string =>
  JSON.stringify([main?.subject, problem?.problem, scored?.texts, context]);
