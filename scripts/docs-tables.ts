/** The tables of docs/, made from the rows that the lab itself reads. scripts/docs.mjs writes them, test/docs.test.ts holds them. */
import { ARM_NAMES, ARMS } from '../src/antisd/arms';
import { DIVERGENCE_NAMES, DIVERGENCES } from '../src/antisd/divergences';
import { BOUND_ROWS } from '../src/data/bounds';
import { EXAMPLE_SETS, TASKS } from '../src/data/tasks';
import { BENCHMARK_FACTS } from '../src/library/benchmark-facts';
import { BENCHMARKS } from '../src/library/benchmarks';
import { METRICS, type Metrics, TOKEN_METRICS } from '../src/runs/metrics';
import { TRAIN_TABLE } from '../src/settings/config';
import { PRESETS } from '../src/settings/presets';
import { flagOf, type Setting } from '../src/settings/setting';
import type { SettingRows } from '../src/settings/setting-table';
import { PRETRAIN_TABLE } from '../src/settings/settings-pretrain';
import { SFT_TABLE } from '../src/settings/settings-sft';

const settings = ({ rows }: { rows: SettingRows }): string =>
  table(
    ['flag', 'default', 'range', ''],
    Object.entries(rows).map(([name, s]) => [
      code(`--${flagOf(name)}`) + (s.formerly ? `, earlier ${code(`--${flagOf(s.formerly)}`)}` : ''),
      String(s.default ?? ''),
      rangeOf(s),
      `${s.label}: ${s.doc}`,
    ]),
  );

const metrics = (rows: Metrics): string =>
  table(
    ['field', 'in TRL', 'unit', ''],
    Object.entries(rows).map(([name, { trl, unit, definition }]) => [
      code(name),
      trl ? code(trl) : '',
      unit ?? '',
      definition,
    ]),
  );

/** 64 MiB, 100,000 tensors. */
function sizeOf(most: number, unit: string): string {
  if (unit !== 'bytes') return `${most.toLocaleString('en')} ${unit}`;
  const power = Math.min(3, Math.floor(Math.log2(most) / 10));
  return `${most / 1024 ** power} ${['B', 'KiB', 'MiB', 'GiB'][power]}`;
}

/** By the name in a page's mark. */
const TABLES: Readonly<Record<string, () => string>> = {
  train: () => settings(TRAIN_TABLE),
  sft: () => settings(SFT_TABLE),
  pretrain: () => settings(PRETRAIN_TABLE),
  presets: () =>
    table(
      ['preset', 'what it sets', ''],
      PRESETS.map(({ label, settings: s, doc, measured }) => [
        label,
        Object.entries(s).map(flag).join(' '),
        measured ? `${doc} ${measured}` : doc,
      ]),
    ),
  arms: () =>
    table(
      ['`--method`', 'a token’s advantage', ''],
      ARM_NAMES.map((name) => [code(name), ARMS[name].formula, ARMS[name].doc]),
    ),
  divergences: () =>
    table(
      ['`--divergence`', '', ''],
      DIVERGENCE_NAMES.map((name) => [code(name), DIVERGENCES[name].label, DIVERGENCES[name].doc]),
    ),
  tasks: () =>
    table(
      ['`--task`', 'for', '`--min-depth` counts', ''],
      TASKS.map(({ name, depth, doc, ...row }) => [
        code(name),
        row.kind === 'chat'
          ? 'any model, in its chat template'
          : `${row.model ?? 'a model that `pretrain` makes'}, whose words it is made of`,
        `${depth.of}; ${depth.least} where nothing is asked for`,
        doc,
      ]),
    ),
  benchmarks: () =>
    table(
      ['name', 'dataset', 'problems', 'fields', 'licence', 'recognised'],
      BENCHMARKS.map(({ name, label, dataset }) => {
        const { problems, fields, licence, recognised } = BENCHMARK_FACTS[name];
        return [code(name), `${label}: ${code(dataset)}`, problems, fields, licence, recognised];
      }),
    ),
  bounds: () =>
    table(
      ['at most', 'of what'],
      Object.values(BOUND_ROWS).map(({ most, unit, doc }) => [sizeOf(most, unit), doc]),
    ),
  examples: () =>
    table(
      ['`--data`', ''],
      EXAMPLE_SETS.map(({ name, doc }) => [code(name), doc]),
    ),
  'tokens-table': () => metrics(TOKEN_METRICS),
  ...Object.fromEntries(Object.entries(METRICS).map(([type, rows]) => [type, () => metrics(rows)])),
};

export const TABLE_NAMES: readonly string[] = Object.keys(TABLES);

const MARKED = /(<!-- table: (\S+) -->\n)[\s\S]*?(<!-- end of table -->)/g;

/** The tables that a page holds. */
export const tablesIn = (page: string): string[] => Array.from(page.matchAll(MARKED), ([, , name]) => name);

/** The page with its tables as they are to be. Throws where a mark names none. */
export const withTables = (page: string): string =>
  page.replace(MARKED, (_, begin: string, name: string, end: string) => {
    if (!(name in TABLES)) throw new Error(`no table is called ${name}; there are ${TABLE_NAMES.join(', ')}`);
    return `${begin}${TABLES[name]()}\n${end}`;
  });

function rangeOf(s: Setting): string {
  if (s.kind === 'choice') return s.choices.join(', ');
  if (s.kind === 'boolean') return 'true, false';
  return s.kind === 'text' ? '' : `${s.min} to ${s.max}${s.unit ? ` ${s.unit}` : ''}`;
}

const code = (text: string): string => `\`${text}\``;
const flag = ([name, value]: [string, unknown]): string => code(`--${flagOf(name)} ${value}`);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
