/** A table of settings at work: one set of rows yields a configuration's type, its validation, its link and its texts. */
import * as v from 'valibot';
import { BadInput } from '../data/errors';
import { nearest } from '../data/nearest';
import { excerpt } from '../data/visible';
import { flagOf, type Setting } from './setting';

export type SettingRows = Readonly<Record<string, Setting>>;

type ValueOf<S> = S extends { kind: 'choice'; choices: readonly (infer C)[] }
  ? C
  : S extends { kind: 'boolean' }
    ? boolean
    : S extends { kind: 'text' }
      ? string
      : S extends { default: null }
        ? number | null
        : number;

/** The configuration that rows describe. */
export type ConfigOf<R extends SettingRows> = { -readonly [K in keyof R]: ValueOf<R[K]> };
export type NameOf<R extends SettingRows> = keyof R & string;

export class SettingTable<R extends SettingRows> {
  readonly names: readonly NameOf<R>[];
  readonly defaults: ConfigOf<R>;
  /** Settings by the names that they had in earlier versions. */
  private readonly renamed: ReadonlyMap<string, NameOf<R>>;
  private readonly schemas: Readonly<Record<NameOf<R>, v.GenericSchema<unknown>>>;

  constructor(readonly rows: R) {
    this.names = Object.keys(rows) as NameOf<R>[];
    const each = <T>(of: (s: Setting) => T) => Object.fromEntries(this.names.map((name) => [name, of(rows[name])]));
    this.renamed = new Map(this.names.flatMap((name) => (rows[name].formerly ? [[rows[name].formerly, name]] : [])));
    this.defaults = each((s) => s.default) as ConfigOf<R>;
    this.schemas = each(schemaOf) as Record<NameOf<R>, v.GenericSchema<unknown>>;
  }

  /** Says what is wrong with a value, or null. For the page's fields. */
  check(name: NameOf<R>, value: unknown): string | null {
    const result = v.safeParse(this.schemas[name], value);
    return result.success
      ? null
      : `${expected(this.rows[name])}, got ${excerpt((typeof value !== 'number' && JSON.stringify(value)) || String(value))}`;
  }

  /** The same object with today's names for those of earlier versions. */
  readonly current = (partial: object): object => {
    if (![...this.renamed.keys()].some((name) => Object.hasOwn(partial, name))) return partial;
    return Object.fromEntries(Object.entries(partial).map(([name, value]) => [this.renamed.get(name) ?? name, value]));
  };

  /** A full configuration from a partial one. Throws BadInput for an unknown name or an impossible value. */
  parse(partial: unknown, where: string): ConfigOf<R> {
    if (typeof partial !== 'object' || partial === null || Array.isArray(partial)) {
      throw new BadInput('The configuration is no object', where, 'Give an object of settings.');
    }
    const given = this.current(partial);
    for (const [name, value] of Object.entries(given)) {
      if (!Object.hasOwn(this.rows, name)) {
        const near = this.names.find((own) => flagOf(own) === name) ?? nearest(name, this.names);
        throw new BadInput(
          `Unknown setting "${excerpt(name)}"`,
          where,
          near ? `Did you mean "${near}"?` : `Known: ${this.names.join(', ')}.`,
        );
      }
      const problem = this.check(name as NameOf<R>, value);
      if (problem) throw new BadInput(`${name} ${problem}`, where, this.rows[name].doc);
    }
    return { ...this.defaults, ...(given as Partial<ConfigOf<R>>) };
  }

  /** The settings that differ from the defaults, as a link's query. */
  toQuery(config: ConfigOf<R>): string {
    const query = new URLSearchParams();
    for (const name of this.names)
      if (config[name] !== this.defaults[name]) query.set(name, String(config[name] ?? ''));
    return query.toString();
  }

  /** A configuration from a link's query. Throws BadInput as `parse` does. */
  fromQuery(query: string): ConfigOf<R> {
    // Made from entries, so that a name like __proto__ is a name like any other.
    const given = new Map<string, unknown>();
    for (const [name, value] of new URLSearchParams(query)) {
      if (given.has(name)) throw new BadInput(`${excerpt(name)} stands twice`, 'link', 'Keep one of the two.');
      given.set(name, this.valueFromText(name, value));
    }
    return this.parse(Object.fromEntries(given), 'link');
  }

  /** Text (a flag, a query, a field) as the setting's type; text that fits nothing is handed on for the validation to refuse. */
  valueFromText(given: string, value: string): unknown {
    const name = this.renamed.get(given) ?? given;
    const setting: Setting | undefined = Object.hasOwn(this.rows, name) ? this.rows[name] : undefined;
    if (!setting || setting.kind === 'text' || setting.kind === 'choice') return value;
    if (setting.kind === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
    if (value === '') return setting.default === null ? null : value;
    return Number.isNaN(Number(value)) ? value : Number(value);
  }
}

function schemaOf(s: Setting): v.GenericSchema<unknown> {
  if (s.kind === 'boolean') return v.boolean();
  if (s.kind === 'text') return v.pipe(v.string(), v.nonEmpty());
  if (s.kind === 'choice') return v.picklist([...s.choices]);
  const range = v.pipe(v.number(), v.minValue(s.min), v.maxValue(s.max));
  const checked = s.kind === 'integer' ? v.pipe(range, v.integer()) : range;
  return s.default === null ? v.nullable(checked) : checked;
}

function expected(s: Setting): string {
  if (s.kind === 'boolean') return 'must be true or false';
  if (s.kind === 'text') return 'must not be empty';
  if (s.kind === 'choice') return `must be one of ${s.choices.join(', ')}`;
  return `must be a ${s.kind === 'integer' ? 'whole ' : ''}number from ${s.min} to ${s.max}`;
}
