/** TrainConfig: everything that determines a run. Validated against the settings table, stored with the run, shared as a link. */
import * as v from 'valibot';
import { BadInput } from '../data/errors';
import { nearest } from '../data/nearest';
import { SETTINGS, type Setting, type SettingName } from './settings';

type ValueOf<S> = S extends { kind: 'choice'; choices: readonly (infer C)[] }
  ? C
  : S extends { kind: 'boolean' }
    ? boolean
    : S extends { kind: 'text' }
      ? string
      : S extends { default: null }
        ? number | null
        : number;

export type TrainConfig = { [K in SettingName]: ValueOf<(typeof SETTINGS)[K]> };

const names = Object.keys(SETTINGS) as SettingName[];

function schemaOf(s: Setting): v.GenericSchema<unknown> {
  if (s.kind === 'boolean') return v.boolean();
  if (s.kind === 'text') return v.pipe(v.string(), v.nonEmpty());
  if (s.kind === 'choice') return v.picklist([...s.choices]);
  const range = v.pipe(v.number(), v.minValue(s.min), v.maxValue(s.max));
  const checked = s.kind === 'integer' ? v.pipe(range, v.integer()) : range;
  return s.default === null ? v.nullable(checked) : checked;
}

const SCHEMAS = Object.fromEntries(names.map((name) => [name, schemaOf(SETTINGS[name])])) as Record<
  SettingName,
  v.GenericSchema<unknown>
>;

/** Says what is wrong with a value, or null. For the page's fields. */
export function checkSetting(name: SettingName, value: unknown): string | null {
  const result = v.safeParse(SCHEMAS[name], value);
  return result.success ? null : `${expected(SETTINGS[name])}, got ${JSON.stringify(value)}`;
}

function expected(s: Setting): string {
  if (s.kind === 'boolean') return 'must be true or false';
  if (s.kind === 'text') return 'must not be empty';
  if (s.kind === 'choice') return `must be one of ${s.choices.join(', ')}`;
  return `must be a ${s.kind === 'integer' ? 'whole ' : ''}number from ${s.min} to ${s.max}`;
}

export const DEFAULT_CONFIG = Object.fromEntries(
  names.map((name) => [name, SETTINGS[name].default]),
) as unknown as TrainConfig;

/** A full configuration from a partial one. Throws BadInput for an unknown name or an impossible value. */
export function parseTrainConfig(partial: unknown, where = 'configuration'): TrainConfig {
  if (typeof partial !== 'object' || partial === null || Array.isArray(partial)) {
    throw new BadInput('The configuration is no object', where, 'Give an object of settings.');
  }
  for (const [name, value] of Object.entries(partial)) {
    if (!(name in SETTINGS)) {
      const near = nearest(name, names);
      throw new BadInput(
        `Unknown setting "${name}"`,
        where,
        near ? `Did you mean "${near}"?` : `Known: ${names.join(', ')}.`,
      );
    }
    const problem = checkSetting(name as SettingName, value);
    if (problem) throw new BadInput(`${name} ${problem}`, where, SETTINGS[name as SettingName].doc);
  }
  return { ...DEFAULT_CONFIG, ...(partial as Partial<TrainConfig>) };
}

/** The settings that differ from the defaults, as a link's query. */
export function configToQuery(config: TrainConfig): string {
  const query = new URLSearchParams();
  for (const name of names) if (config[name] !== DEFAULT_CONFIG[name]) query.set(name, String(config[name] ?? ''));
  return query.toString();
}

/** A configuration from a link's query. Throws BadInput as parseTrainConfig does. */
export function configFromQuery(query: string): TrainConfig {
  const partial: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(query)) partial[name] = valueFromText(name, value);
  return parseTrainConfig(partial, 'link');
}

/** Text (a flag, a query, a field) as the setting's type; text that fits nothing is handed on for the validation to refuse. */
export function valueFromText(name: string, value: string): unknown {
  const setting: Setting | undefined = SETTINGS[name as SettingName];
  if (!setting || setting.kind === 'text' || setting.kind === 'choice') return value;
  if (setting.kind === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  if (value === '') return setting.default === null ? null : value;
  return Number.isNaN(Number(value)) ? value : Number(value);
}
