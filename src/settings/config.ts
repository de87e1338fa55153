/** TrainConfig: everything that determines a reinforcement-learning run. Stored with the run, shared as a link. */
import { contradiction } from '../antisd/arms';
import { BadInput } from '../data/errors';
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
  const config = TRAIN_TABLE.parse(isEarlier(partial) ? upgraded(partial) : partial, where);
  const contradicts = contradiction(config);
  if (contradicts) throw new BadInput(contradicts.what, where, contradicts.mend);
  return config;
}

/** Settings that the first version did not have. */
const LATER: readonly string[] = ['alpha', 'groupStd', 'ratioClip', 'tau', 'wrongHints'] satisfies SettingName[];

/** A run's whole configuration without the later settings: links and flags name single ones. */
const isEarlier = (config: unknown): config is Omit<TrainConfig, 'alpha' | 'groupStd'> =>
  typeof config === 'object' &&
  config !== null &&
  TRAIN_TABLE.names.every((name) => name in config !== LATER.includes(name));

/** What the settings of the first version meant, so that its runs go on as they began. */
function upgraded(config: Omit<TrainConfig, 'alpha' | 'groupStd'>): object {
  const { arm, gate, gateStatistic } = config;
  const isPapers = gate === 'paper' || (gate === 'arm' && (arm === 'antisd-paper' || arm === 'antisd-mult'));
  return {
    ...config,
    groupStd: 'population',
    arm: arm === 'no-teacher' ? 'no-context' : arm, // what it was then
    gateStatistic: gateStatistic === 'arm' && isPapers ? 'median-rollouts' : gateStatistic,
  };
}

/** The settings that differ from the defaults, as a link's query. */
export const configToQuery = (config: TrainConfig): string => TRAIN_TABLE.toQuery(config);

/** A configuration from a link's query. Throws BadInput as parseTrainConfig does. */
export const configFromQuery = (query: string): TrainConfig => TRAIN_TABLE.fromQuery(query);

/** Text (a flag, a query, a field) as the setting's type. */
export const valueFromText = (name: string, value: string): unknown => TRAIN_TABLE.valueFromText(name, value);
