/** Runs by their configuration: what each kind needs, and how it is opened on a device, at its beginning or at a held step. */
import { ARMS, resolveMethod } from '../antisd/arms';
import type { Wanted } from '../data/breath';
import type { CodeGrading } from '../data/code/verdicts';
import { BadInput } from '../data/errors';
import type { SymbolicJudge } from '../data/maths';
import { findTask, TASKS } from '../data/tasks';
import type { Task } from '../data/types';
import type { Python } from '../host/python/judge';
import type { ReadData } from '../library/data-files';
import { openConversations } from '../library/open-conversations';
import type { LoadedModel } from '../library/open-model';
import { openTask } from '../library/open-task';
import type { ModelFolder } from '../model/weights/folder';
import { settled, type TrainConfig } from '../settings/config';
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
  /** Problems or examples of a file or a dataset; null where there are none of this name. */
  readonly data: ReadData;
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
    const task = await taskOf(config, model, sources);
    expectSteps(config, task);
    return reinforcedRun({ ...config, task: task.pinned ?? config.task }, model, task);
  }
  if (config.kind === 'pretrain') return pretrainingRun(config, findTask(config.task));
  const model = await sources.model(config.model);
  const { data, maxLength } = config;
  let pinned = data;
  const read: ReadData = async (name) => {
    const found = await sources.data(name);
    if (found) pinned = found.pinned;
    return found;
  };
  const conversations = await openConversations(data, read, sources.wanted);
  return supervisedRun(
    { ...config, data: pinned },
    model,
    await examplesFor(model, conversations, data, maxLength, sources.wanted),
  );
}

/** Throws BadInput for a method that rewards steps on a task that judges none. */
function expectSteps(config: TrainConfig, task: Task): void {
  if (task.steps || resolveMethod(config).process === 0) return;
  const able = TASKS.flatMap((row) => (row.kind === 'native' && row.task.steps ? [row.name] : []));
  throw new BadInput(
    `${ARMS[config.arm].label} rewards single steps, and the task judges none`,
    task.name,
    `Choose another method, or one of ${able.join(', ')}.`,
  );
}

const taskOf = (
  config: TrainConfig,
  model: LoadedModel,
  { symbolic, python, data, wanted }: RunSources,
): Promise<Task> =>
  openTask(config.task, { ...taskSettingOf(config), model, tokenizer: model.text, symbolic, python }, data, wanted);

/** What of a run's configuration a task depends on. */
export function taskSettingOf(config: TrainConfig) {
  const { maxNewTokens, thinking, wording, solutionTokens, contextLength, fields, repeats, badRows } = settled(config);
  const grading: CodeGrading = { reward: config.codeReward, seconds: config.codeSeconds };
  return { maxNewTokens, thinking, wording, solutionTokens, contextLength, fields, repeats, badRows, grading };
}

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
