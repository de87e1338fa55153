/** An evaluation of the model that is open, on benchmarks: what `eval --data` does, in a folder of the page's own. */
import { BadInput } from '../data/errors';
import { rowsAtOnce } from '../library/capacity';
import {
  askedData,
  dataNames,
  longestPrompt,
  type OpenAsked,
  rowsNeeded,
  usualResponse,
} from '../runs/evaluation/asked-data';
import { type EvaluationConfig, newEvaluation } from '../runs/evaluation/config';
import { type AskedData, type EvaluationProgress, resumeEvaluation } from '../runs/evaluation/evaluation';
import { writtenEvaluation } from '../runs/evaluation/written';
import type { RunStore } from '../runs/run-store';
import type { LoadedSubject, LoadHooks } from './loaded-subject';
import type { Subject } from './types';

/** What a new evaluation is asked with. */
export interface EvaluationRequest {
  /** Names of datasets and tasks, with commas. */
  readonly data: string;
  /** Of each dataset, at most; null: all. */
  readonly problems: number | null;
  readonly samples: number;
  readonly temperature: number;
  readonly topP: number;
  /** null: as usual for these data. */
  readonly maxNewTokens: number | null;
  readonly wording: string;
  readonly thinking: boolean;
  readonly badRows?: EvaluationConfig['badRows'];
  readonly seed: number;
}

/** Keys and values of the responses that are sampled at once take so much at most, bytes. */
const CACHE_BYTES = 256 * 2 ** 20;
/** Tokens of a prompt, where it is not known yet. */
const USUAL_PROMPT = 512;

/** How a new evaluation of this subject is done; opens its data to know their commits. Throws BadInput. */
export async function plannedEvaluation(
  subject: LoadedSubject,
  { data: names, maxNewTokens: longest, badRows = 'refused', ...own }: EvaluationRequest,
  open: OpenAsked,
): Promise<EvaluationConfig> {
  const { config } = subject.model;
  const asked = { ...own, badRows };
  const named = dataNames(names);
  const wanted = longest ?? usualResponse(named, config.maxPositions);
  const pins = named.map((name) => ({ name, pinned: name }));
  const data = await askedData(pins, { ...asked, maxNewTokens: wanted, minDepth: null }, open);
  const room = config.maxPositions - longestPrompt(data);
  const maxNewTokens = longest ?? Math.max(1, Math.min(wanted, room));
  const asking = { ...asked, maxNewTokens, minDepth: null };
  const { model, adapter, weightFormat } = subject.subject;
  return newEvaluation({
    ...asking,
    ...{ model, adapter, weightFormat, against: null },
    data: data.map(({ name, task }) => ({ name, pinned: task.pinned ?? name })),
    rows: Math.max(asked.samples, rowsAtOnce(config, maxNewTokens + USUAL_PROMPT, CACHE_BYTES)),
  });
}

/** Whether an evaluation is of this subject. */
export const isOf = (config: EvaluationConfig, { model, adapter, weightFormat }: Subject): boolean =>
  config.model === model && config.adapter === adapter && config.weightFormat === weightFormat;

/** Asks what is left of an evaluation whose store is held. The signal ends it within a batch. Throws BadInput. */
export async function evaluateSubject(
  subject: LoadedSubject,
  { store, config, open }: { readonly store: RunStore; readonly config: EvaluationConfig; readonly open: OpenAsked },
  onBatch: (progress: EvaluationProgress) => void,
  hooks: LoadHooks = {},
): Promise<void> {
  if (!isOf(config, subject.subject))
    throw new BadInput(`The evaluation is of ${config.model}`, store.id, 'Open that model, with that adapter.');
  const data: readonly AskedData[] = await askedData(config.data, config, open);
  const prompt = longestPrompt(data);
  subject.checkLength('The longest prompt', prompt, config.maxNewTokens);
  const told = await resumeEvaluation(store.log, data, config, store.where);
  const room = { tokens: prompt + config.maxNewTokens, rows: rowsNeeded(data, config) };
  const limits = { tokens: null, stop: () => hooks.signal?.aborted === true, signal: hooks.signal };
  const evaluating = { store, config, data, training: null };
  await subject.wide(room, hooks, (policy) => writtenEvaluation(policy, evaluating, told, limits, onBatch));
}
