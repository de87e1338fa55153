/** A settings table as command-line flags; ranges are checked by the table's own validation. */
import { BadInput } from '../data/errors';
import { flagOf } from '../settings/setting';
import type { NameOf, SettingRows, SettingTable } from '../settings/setting-table';
import type { Flag, Flags } from './options';

export function settingFlags({ rows }: { rows: SettingRows }): Flags {
  const flags: Record<string, Flag> = {};
  for (const [name, s] of Object.entries(rows)) {
    const values = s.kind === 'choice' ? ` (${s.choices.join(', ')})` : '';
    const placeholder =
      s.kind === 'choice' ? 'NAME' : s.kind === 'boolean' ? 'true|false' : s.kind === 'text' ? 'TEXT' : 'N';
    const doc = `${s.doc}${values}${s.default === null ? '' : ` [${s.default}]`}`;
    const formerly = s.formerly && flagOf(s.formerly);
    flags[flagOf(name)] = { kind: 'text', placeholder, doc, ...(formerly && { formerly }) };
  }
  return flags;
}

export type Given = Readonly<Record<string, string | boolean | undefined>>;

/** The settings that were given as flags. */
export function settingsFrom<R extends SettingRows>(table: SettingTable<R>, given: Given): Record<string, unknown> {
  const partial: Partial<Record<NameOf<R>, unknown>> = {};
  for (const name of table.names) {
    const value = given[flagOf(name)];
    if (typeof value === 'string') partial[name] = table.valueFromText(name, value);
  }
  return partial;
}

/** The folder that --resume names, where it is given. Throws BadInput for a setting beside it. */
export function resumeOnly(given: Given, where: string): string | undefined {
  if (typeof given.resume !== 'string') return undefined;
  const isGiven = (name: string) => given[name] !== undefined && given[name] !== false;
  const other = Object.keys(given).find((name) => !['resume', 'json'].includes(name) && isGiven(name));
  if (other)
    throw new BadInput(
      `--${other} does not go with --resume`,
      where,
      'A resumed run keeps its configuration; start a new one to change it.',
    );
  return given.resume;
}
