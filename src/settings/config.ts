/** TrainConfig: everything that determines a reinforcement-learning run. Stored with the run, shared as a link. */
import { type ConfigOf, SettingTable } from './setting-table';
import { SETTINGS, type SettingName } from './settings';

export type TrainConfig = ConfigOf<typeof SETTINGS>;

export const TRAIN_TABLE = new SettingTable(SETTINGS);
export const DEFAULT_CONFIG: TrainConfig = TRAIN_TABLE.defaults;

/** Says what is wrong with a value, or null. For the page's fields. */
export const checkSetting = (name: SettingName, value: unknown): string | null => TRAIN_TABLE.check(name, value);

/** A full configuration from a partial one. Throws BadInput for an unknown name or an impossible value. */
export const parseTrainConfig = (partial: unknown, where = 'configuration'): TrainConfig =>
  TRAIN_TABLE.parse(partial, where);

/** The settings that differ from the defaults, as a link's query. */
export const configToQuery = (config: TrainConfig): string => TRAIN_TABLE.toQuery(config);

/** A configuration from a link's query. Throws BadInput as parseTrainConfig does. */
export const configFromQuery = (query: string): TrainConfig => TRAIN_TABLE.fromQuery(query);

/** Text (a flag, a query, a field) as the setting's type. */
export const valueFromText = (name: string, value: string): unknown => TRAIN_TABLE.valueFromText(name, value);
