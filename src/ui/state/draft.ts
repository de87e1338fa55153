/** A settings form: the text of every field as it stands, and the configuration it amounts to. */
import { TRAIN_TABLE, type TrainConfig } from '../../settings/config';
import type { ConfigOf, NameOf, SettingRows, SettingTable } from '../../settings/setting-table';
import type { SETTINGS, SettingName } from '../../settings/settings';

export type DraftOf<R extends SettingRows> = Record<NameOf<R>, string>;

const textOf = (value: unknown): string => (value === null ? '' : String(value));

/** The form that shows a configuration. */
export const draftFor = <R extends SettingRows>(table: SettingTable<R>, config: ConfigOf<R>): DraftOf<R> =>
  Object.fromEntries(table.names.map((name) => [name, textOf(config[name])])) as DraftOf<R>;

/** What is wrong with a field as it stands, or null. */
export const problemIn = <R extends SettingRows>(table: SettingTable<R>, name: NameOf<R>, text: string) =>
  table.check(name, table.valueFromText(name, text.trim()));

/** The configuration that a form amounts to, or null while a field is wrong. */
export function configIn<R extends SettingRows>(table: SettingTable<R>, draft: DraftOf<R>): ConfigOf<R> | null {
  if (table.names.some((name) => problemIn(table, name, draft[name]) !== null)) return null;
  const value = (name: NameOf<R>) => table.valueFromText(name, draft[name].trim());
  return Object.fromEntries(table.names.map((name) => [name, value(name)])) as ConfigOf<R>;
}

export type Draft = DraftOf<typeof SETTINGS>;

export const SETTING_NAMES: readonly SettingName[] = TRAIN_TABLE.names;

export const draftOf = (config: TrainConfig): Draft => draftFor(TRAIN_TABLE, config);
export const DEFAULT_DRAFT: Draft = draftOf(TRAIN_TABLE.defaults);

/** The configuration, or null while a field is wrong. */
export const configOf = (draft: Draft): TrainConfig | null => configIn(TRAIN_TABLE, draft);
