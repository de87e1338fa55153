/** What determines a run, of whatever kind; a run's folder has it as config.json. */
import { BadInput } from '../data/errors';
import { isRecord } from '../data/records';
import { DROPPED } from '../library/sources/classify';
import { parseTrainConfig, type TrainConfig } from '../settings/config';
import { type PretrainConfig, storedPretrainConfig } from '../settings/settings-pretrain';
import { parseSftConfig, type SftConfig } from '../settings/settings-sft';

export type RunConfig = TrainConfig | SftConfig | PretrainConfig;
/** Each kind has a command of its name. */
export type RunKind = 'train' | 'sft' | 'pretrain';

const hasKind = (config: object, kind: RunKind): boolean => 'kind' in config && config.kind === kind;

/** Those of reinforcement learning name none. */
export const kindOf = (config: object): RunKind =>
  hasKind(config, 'pretrain') ? 'pretrain' : hasKind(config, 'sft') ? 'sft' : 'train';

/** A full configuration from a partial or a stored one. Throws BadInput. */
export function parseRunConfig(partial: unknown, where: string): RunConfig {
  if (!isRecord(partial)) return parseTrainConfig(partial, where); // which says so
  if ('model_type' in partial || 'architectures' in partial)
    throw new BadInput(
      'This is the configuration of a model, and of no run',
      where,
      'Name the folder of a run; its final/ and its checkpoints are models.',
    );
  if (hasKind(partial, 'pretrain')) return storedPretrainConfig(partial, where); // always whole: the command line makes it
  return hasKind(partial, 'sft') ? parseSftConfig(partial, where) : parseTrainConfig(partial, where);
}

/** What is trained, by the name that the configuration has for it. */
export const modelName = (config: RunConfig): string =>
  typeof config.model === 'string' ? config.model : `a new ${config.model.family}`;

export interface RunTitle {
  /** What was done: the arm, or what on. */
  readonly what: string;
  readonly seed: number;
  /** Steps of the whole run, where the configuration says so. */
  readonly steps: number | null;
  readonly unit: 'step' | 'update';
}

/** A run in a list. */
export function titleOf(config: RunConfig): RunTitle {
  if (!('kind' in config)) return { what: config.arm, seed: config.seed, steps: config.steps, unit: 'step' };
  if (config.kind === 'sft')
    return { what: `sft on ${config.data.replace(DROPPED, '')}`, seed: config.seed, steps: null, unit: 'update' };
  const { task, options } = config;
  return { what: `pretraining on ${task}`, seed: options.seed, steps: options.steps, unit: 'update' };
}
