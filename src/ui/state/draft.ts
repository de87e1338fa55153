/** The settings form: the text of every field as it stands, and the configuration it amounts to. */
import { checkSetting, DEFAULT_CONFIG, type TrainConfig, valueFromText } from '../../lab/config';
import { SETTINGS, type SettingName } from '../../lab/settings';

export type Draft = Record<SettingName, string>;
export type DraftProblems = Partial<Record<SettingName, string>>;

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

export const textOf = (value: TrainConfig[SettingName]): string => (value === null ? '' : String(value));

export function draftOf(config: TrainConfig): Draft {
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, textOf(config[name])])) as Draft;
}

export const DEFAULT_DRAFT: Draft = draftOf(DEFAULT_CONFIG);

/** One message for each field that cannot be used as it stands. */
export function problemsOf(draft: Draft): DraftProblems {
  const problems: DraftProblems = {};
  for (const name of SETTING_NAMES) {
    const problem = checkSetting(name, valueFromText(name, draft[name].trim()));
    if (problem) problems[name] = problem;
  }
  return problems;
}

/** The configuration, or null while a field is wrong. */
export function configOf(draft: Draft): TrainConfig | null {
  if (Object.keys(problemsOf(draft)).length > 0) return null;
  return Object.fromEntries(
    SETTING_NAMES.map((name) => [name, valueFromText(name, draft[name].trim())]),
  ) as unknown as TrainConfig;
}
