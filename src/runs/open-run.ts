/** Runs by their configuration: what each kind needs, and how it is opened on a device, at its beginning or at a held step. */
import type { Wanted } from '../data/breath';
import type { ByteSource } from '../data/bytes';
import type { CodeGrading } from '../data/code/verdicts';
import type { SymbolicJudge } from '../data/maths';
import { findTask } from '../data/tasks';
import type { Task } from '../data/types';
import type { Python } from '../host/python/judge';
import { openConversations } from '../library/open-conversations';
import type { LoadedModel } from '../library/open-model';
import { openTask } from '../library/open-task';
import type { ModelFolder } from '../model/weights/folder';
import type { TrainConfig } from '../settings/config';
import type { PretrainConfig } from '../settings/settings-pretrain';
import type { SftConfig } from '../settings/settings-sft';
import { corpusOf, Pretraining } from './pretraining';
import { Reinforced } from './reinforced';
import type { ReinforcedState } from './reinforced-state';
import { type Resume, Run, type RunPlace } from './run';
import { kindOf, parseRunConfig, type RunConfig } from './run-config';
import { type Examples, examplesFor } from './sft-examples';
import { Supervised, type SupervisedState } from './supervised';
import type { Patch } from './trainer';

/** Where a host finds what a configuration names. */
export interface RunSources {
  model(name: string): Promise<LoadedModel>;
  /** A file of problems or examples; null where there is none of this name. */
  file(name: string): Promise<ByteSource | null>;
  /** A second opinion on answers that the exact verifier calls wrong. */
  readonly symbolic?: SymbolicJudge;
  /** Python, for answers that are code. */
  readonly python?: Python;
  /** Reading the data can be stopped, and tells how far it is. */
  readonly wanted?: Wanted;
}

/** What a prepared run is opened on. */
export interface RunBench extends RunPlace {
  /** Somebody looks on: what is for live eyes only is told too. */
  watched: boolean;
}

/** A run whose model and data are found. */
export interface PreparedRun<Own extends object = object> {
  readonly config: RunConfig;
  /** Names its folder: the arm, or "sft". */
  readonly label: string;
  /** `patch`: settings that were changed meanwhile. Throws as Run.open does. */
  open(bench: RunBench, from?: Resume<Own>, patch?: Patch): Promise<Run<Own>>;
}

/** Checks a configuration and finds what it names. Throws BadInput. */
export async function prepareRun(partial: object, sources: RunSources): Promise<PreparedRun> {
  const config = parseRunConfig(partial, 'settings');
  if (!('kind' in config)) {
    const model = await sources.model(config.model);
    return reinforcedRun(config, model, await taskOf(config, model, sources));
  }
  if (config.kind === 'pretrain') return pretrainingRun(config, findTask(config.task));
  const model = await sources.model(config.model);
  const { data, maxLength } = config;
  const conversations = await openConversations(data, sources.file, sources.wanted);
  return supervisedRun(config, model, await examplesFor(model, conversations, data, maxLength, sources.wanted));
}

function taskOf(
  config: TrainConfig,
  model: LoadedModel,
  { symbolic, python, file, wanted }: RunSources,
): Promise<Task> {
  const { maxNewTokens, thinking, wording, solutionTokens, contextLength } = config;
  const grading = gradingOf(config);
  const asked = { maxNewTokens, thinking, wording, solutionTokens, contextLength, grading };
  return openTask(config.task, { ...asked, model, tokenizer: model.text, symbolic, python }, file, wanted);
}

/** How a run's configuration has code judged. */
export const gradingOf = ({ codeReward, codeSeconds }: TrainConfig): CodeGrading => ({
  reward: codeReward,
  seconds: codeSeconds,
});

export const reinforcedRun = (
  config: TrainConfig,
  model: Pick<ModelFolder, 'config' | 'tensors' | 'where'>,
  task: Task,
): PreparedRun<ReinforcedState> => ({
  config,
  label: config.arm,
  open({ watched, ...bench }, from, patch) {
    const own = { model, task, config: { ...config, ...patch }, alternatives: watched };
    return Run.open(bench, (tell) => Reinforced.create({ ...bench, ...own, tell }), from, patch);
  },
});

export const supervisedRun = (
  config: SftConfig,
  model: LoadedModel,
  examples: Examples,
): PreparedRun<SupervisedState> => ({
  config,
  label: kindOf(config),
  open(bench, from, patch) {
    return Run.open(bench, (tell) => Supervised.create({ ...bench, model, examples, config, tell }), from, patch);
  },
});

export function pretrainingRun(config: PretrainConfig, task: Task): PreparedRun {
  corpusOf(task); // refused before anything is opened
  return {
    config,
    label: kindOf(config),
    open(bench, from, patch) {
      return Run.open(bench, (tell) => Pretraining.create({ ...bench, task, config, tell }), from, patch);
    },
  };
}
