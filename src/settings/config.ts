/** TrainConfig: everything that determines a reinforcement-learning run. Stored with the run, shared as a link. */
import { contradiction } from '../antisd/contradiction';
import { BadInput } from '../data/errors';
import { usualTokens } from '../data/tasks';
import { type Before, completed } from './earlier';
import { type ConfigOf, SettingTable } from './setting-table';
import { SETTINGS, type SettingName } from './settings';

export type TrainConfig = ConfigOf<typeof SETTINGS>;

export const TRAIN_TABLE = new SettingTable(SETTINGS);
export const DEFAULT_CONFIG: TrainConfig = TRAIN_TABLE.defaults;

/** Says what is wrong with a value, or null. For the page's fields. */
export const checkSetting = (name: SettingName, value: unknown): string | null => TRAIN_TABLE.check(name, value);

/**
 * A full configuration from a partial one, or from one that an earlier version stored. Throws BadInput for an unknown name
 * or an impossible value.
 */
export function parseTrainConfig(partial: unknown, where = 'configuration'): TrainConfig {
  const whole = completed(TRAIN_TABLE, partial, BEFORE);
  const config = TRAIN_TABLE.parse(whole, where);
  const isFirst = whole !== partial && !('groupStd' in (partial as object));
  const meant = openLength(isFirst ? renamed(config) : config);
  const contradicts = contradiction(meant);
  if (contradicts) throw new BadInput(contradicts.what, where, contradicts.mend);
  return meant;
}

/** Earlier versions stored the length that the task takes anyway as a number. */
const openLength = (config: TrainConfig): TrainConfig =>
  config.maxNewTokens === usualTokens(config.task) ? { ...config, maxNewTokens: null } : config;

/** Settings of later versions, and what runs did whose configurations do not have them. */
const BEFORE: Before<typeof SETTINGS> = {
  ...asTheyAre('alpha', 'ratioClip', 'tau', 'wrongHints', 'distilOver', 'distilAlpha', 'distilTopK', 'distilRest'),
  ...asTheyAre('distilWeight', 'distilClip', 'teacherWeights', 'teacherRate'),
  groupStd: () => 'population',
  scoreTemperature: ({ temperature }) => (temperature === 1 ? null : 1),
  decayAll: ({ weightDecay }) => weightDecay > 0,
  keepCheckpoints: () => 0,
  logitMemory: () => 64,
  repeats: () => 'kept',
  ...asTheyAre(
    'keepRollouts',
    'probeEvery',
    'processWeight',
    'operands',
    'fields',
    'badRows',
    'codeReward',
    'codeSeconds',
  ),
};

/** Settings of methods that there were not, or whose default is what was done. */
function asTheyAre(...names: SettingName[]): Before<typeof SETTINGS> {
  return Object.fromEntries(names.map((name) => [name, () => DEFAULT_CONFIG[name]]));
}

/** What names of the first version, which had no group std to choose, meant. */
function renamed(config: TrainConfig): TrainConfig {
  const { arm, gate, gateStatistic } = config;
  const isPapers = gate === 'paper' || (gate === 'arm' && (arm === 'antisd-paper' || arm === 'antisd-mult'));
  return {
    ...config,
    arm: arm === 'no-teacher' ? 'no-context' : arm, // what it was then
    gateStatistic: gateStatistic === 'arm' && isPapers ? 'median-rollouts' : gateStatistic,
  };
}

/** The same with the length that responses have: what is asked for, or what the task takes. */
export const settled = <C extends Pick<TrainConfig, 'maxNewTokens' | 'task'>>(config: C) => ({
  ...config,
  maxNewTokens: config.maxNewTokens ?? usualTokens(config.task),
});

/** The settings that differ from the defaults, as a link's query. */
export const configToQuery = (config: TrainConfig): string => TRAIN_TABLE.toQuery(config);

/** A configuration from a link's query. Throws BadInput as parseTrainConfig does. */
export const configFromQuery = (query: string): TrainConfig => TRAIN_TABLE.fromQuery(query);

/** Text (a flag, a query, a field) as the setting's type. */
export const valueFromText = (name: string, value: string): unknown => TRAIN_TABLE.valueFromText(name, value);
