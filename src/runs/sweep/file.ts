/**
 * Experiments as data: a file declares settings, named variants and a grid; what it expands to is a list of cells, each a whole
 * configuration under a name that says what varies. The same file gives the same cells in the same order on every machine.
 */
import * as v from 'valibot';
import { BOUNDS } from '../../data/bounds';
import { BadInput } from '../../data/errors';
import { isRecord } from '../../data/records';
import { excerpt } from '../../data/visible';
import { DEFAULT_CONFIG, parseTrainConfig, type TrainConfig } from '../../settings/config';
import { flagOf } from '../../settings/setting';
import type { SettingName } from '../../settings/settings';

const { cellsOfSweep: MOST, rulesOfSweep: MOST_RULES, namesOfSweep: MOST_NAMES } = BOUNDS;

const value = v.union([v.string(), v.number(), v.boolean(), v.null()]);
/** A list is no object here; valibot takes one for an object without fields. */
const object = (message: string) => v.custom<Record<string, unknown>>(isRecord, message);
const settings = v.pipe(object('it must be an object of settings'), v.record(v.string(), value));
const values = v.array(value, 'it must be a list of values');
const grid = v.pipe(
  object('it must be an object of lists'),
  v.record(v.string(), v.pipe(values, v.minLength(1, 'it has no value'), v.maxLength(MOST, `more than ${MOST} cells`))),
);
/** What is wrong with the fields of an object. */
const fields = ({ expected, received }: { expected: string | null; received: string }): string => {
  if (expected === 'never') return 'no such field; several values go into "grid"';
  return received === 'undefined' ? 'it is missing' : 'it must be an object';
};

const declaration = v.strictObject(
  {
    name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/, 'small letters, digits and hyphens')),
    /** What is asked, and what would answer it. */
    doc: v.pipe(v.string(), v.nonEmpty()),
    /** Of every cell. */
    settings: v.optional(settings, {}),
    /** The first axis: each a name and its settings. */
    variants: v.optional(
      v.pipe(
        object('it must be an object of names'),
        v.record(v.string(), settings),
        v.maxEntries(MOST, `more than ${MOST} cells`),
      ),
      {},
    ),
    /** More axes: each setting takes each of its values. */
    grid: v.optional(grid, {}),
    /** For the cells that have one of the values of every setting in `if` (a variant is `variant`): more axes, settings, a beginning. */
    when: v.optional(
      v.pipe(
        v.array(
          v.strictObject(
            {
              if: grid,
              grid: v.optional(grid, {}),
              settings: v.optional(settings, {}),
              /** The cell at whose last checkpoint it begins, optimiser and all; {seed} stands for its own. */
              from: v.optional(v.string()),
            },
            fields,
          ),
        ),
        v.maxLength(MOST_RULES, `more than ${MOST_RULES} rules`),
      ),
      [],
    ),
  },
  fields,
);
const schema = v.pipe(object('it must be an object'), declaration);

export type SweepFile = v.InferOutput<typeof schema>;

/** One run of a sweep. */
export interface Cell {
  /** Names its folder. */
  readonly id: string;
  /** What is the same over its seeds. */
  readonly group: string;
  readonly config: TrainConfig;
  /** The cell that it goes on from; null where it begins anew. */
  readonly from: string | null;
}

export interface Sweep extends Pick<SweepFile, 'name' | 'doc'> {
  readonly cells: readonly Cell[];
}

type Value = v.InferOutput<typeof value>;

interface Draft {
  readonly named: readonly (readonly [name: string, value: Value])[];
  readonly settings: Readonly<Record<string, Value>>;
  readonly from: string | null;
}

/** The cells of a file's content (JSON as it was parsed). Throws BadInput. */
export function sweepOf(json: unknown, where: string): Sweep {
  const result = v.safeParse(schema, json);
  if (!result.success) throw new BadInput(words(result.issues[0]), where, 'See docs/experiments.md.');
  const file = result.output;
  expectFewNames(file, where);
  const drafts = file.when.reduce(ruled(where), crossed(variantsOf(file), file.grid, where));
  const cells = drafts.map((draft) => cellOf(draft, where));
  const ids = new Map<string, Cell>();
  for (const cell of cells) {
    const { id } = cell;
    if (ids.has(id)) throw new BadInput(`Two cells are called "${id}"`, where, 'Give each setting’s value once.');
    ids.set(id, cell);
  }
  for (const { from } of cells) if (from !== null) expectCheckpoint(ids.get(from) ?? null, where);
  const orphan = cells.find(({ from }) => from !== null && !ids.has(from));
  if (orphan)
    throw new BadInput(
      `"${orphan.id}" begins at "${orphan.from}", which is no cell`,
      where,
      `Cells: ${[...ids.keys()].join(', ')}.`,
    );
  return { name: file.name, doc: file.doc, cells: inOrder(cells, where) };
}

function expectFewNames({ settings: common, variants, grid: axes, when }: SweepFile, where: string): void {
  const named = [
    common,
    axes,
    ...Object.values(variants),
    ...when.flatMap((rule) => [rule.if, rule.grid, rule.settings]),
  ];
  const names = new Set(named.flatMap((settings) => Object.keys(settings)));
  if (names.size > MOST_NAMES)
    throw new BadInput(`It names ${names.size} settings`, where, 'See docs/settings.md for those that there are.');
}

function words({ message, path }: v.BaseIssue<unknown>): string {
  const at = path?.map(({ key }) => String(key)).join('.');
  return `${at ? `"${excerpt(at)}": ` : ''}${excerpt(message)}`;
}

function variantsOf({ variants, settings: common }: SweepFile): Draft[] {
  const names = Object.entries(variants);
  if (names.length === 0) return [{ named: [], settings: common, from: null }];
  return names.map(([name, own]) => ({ named: [['variant', name]], settings: { ...common, ...own }, from: null }));
}

/** Every draft with every combination of the axes' values. Throws BadInput for too many. */
function crossed(drafts: readonly Draft[], axes: SweepFile['grid'], where: string): Draft[] {
  return Object.entries(axes).reduce<Draft[]>(
    (before, [name, values]) => {
      if (before.length * values.length > MOST) throw tooMany(where);
      return before.flatMap((draft) => values.map((x) => withValue(draft, name, x)));
    },
    [...drafts],
  );
}

const tooMany = (where: string): BadInput =>
  new BadInput(`The grid has more than ${MOST} cells`, where, 'Split it into several files.');

const withValue = ({ named, settings: own, from }: Draft, name: string, x: Value): Draft => ({
  named: [...named.filter(([other]) => other !== name), [name, x]],
  settings: { ...own, [name]: x },
  from,
});

const ruled =
  (where: string) =>
  (drafts: Draft[], { if: asked, grid: axes, settings: more, from }: SweepFile['when'][number]): Draft[] => {
    const all: Draft[] = [];
    const conditions = Object.entries(asked).map(([name, values]) => [name, new Set(values)] as const);
    for (const draft of drafts) {
      const isAsked = conditions.every(([name, values]) => values.has(valueIn(draft, name)));
      const laid = { ...draft, settings: { ...draft.settings, ...more }, from: from ?? draft.from };
      all.push(...(isAsked ? crossed([laid], axes, where) : [draft]));
      if (all.length > MOST) throw tooMany(where);
    }
    return all;
  };

const valueIn = ({ named, settings: own }: Draft, name: string): Value =>
  named.find(([other]) => other === name)?.[1] ?? own[name] ?? DEFAULT_CONFIG[name as SettingName] ?? null;

/** Names that say themselves what they are. */
const BARE = ['variant', 'arm', 'seed'];

function cellOf({ named, settings: own, from }: Draft, where: string): Cell {
  const part = ([name, x]: Draft['named'][number]) => (BARE.includes(name) ? `${x}` : `${flagOf(name)}-${x ?? 'none'}`);
  const nameOf = (parts: Draft['named']) =>
    parts
      .map(part)
      .join('-')
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^\.+/, '-'); // "..", as a name, would lead out of the folder
  const isSeed = ([name]: Draft['named'][number]) => name === 'seed';
  const group = nameOf(named.filter((each) => !isSeed(each))) || 'run';
  const seeds = nameOf(named.filter(isSeed));
  const id = seeds ? `${group}-${seeds}` : group;
  const config = parseTrainConfig(own, `${where}, cell ${id}`);
  return { id, group, config, from: from?.replaceAll('{seed}', String(config.seed)) ?? null };
}

/** Others begin at a run's last checkpoint: it must be its last step. Throws BadInput. */
function expectCheckpoint(source: Cell | null, where: string): void {
  if (source === null || source.config.steps % source.config.checkpointEvery === 0) return;
  const { steps, checkpointEvery } = source.config;
  throw new BadInput(
    `Others begin at the end of "${source.id}", which stores no checkpoint there: ${steps} steps, one every ${checkpointEvery}`,
    where,
    'Let checkpointEvery divide steps.',
  );
}

/** Each cell behind the one that it begins at. Throws BadInput for a circle. */
function inOrder(cells: readonly Cell[], where: string): Cell[] {
  const behind = new Map<string | null, Cell[]>();
  for (const cell of cells) {
    const those = behind.get(cell.from);
    if (those) those.push(cell);
    else behind.set(cell.from, [cell]);
  }
  const depths = new Map<Cell, number>();
  let ready = behind.get(null) ?? [];
  for (let depth = 0; ready.length > 0; depth++) {
    for (const cell of ready) depths.set(cell, depth);
    ready = ready.flatMap(({ id }) => behind.get(id) ?? []);
  }
  const left = cells.filter((cell) => !depths.has(cell)).map(({ id }) => id);
  if (left.length > 0) throw new BadInput(`The cells ${left.join(', ')} begin at each other`, where, 'Begin one anew.');
  return [...cells].sort((a, b) => (depths.get(a) as number) - (depths.get(b) as number));
}

/** The cells of shard i of n (from 1): those that belong together, by where they begin, are in one. */
export function shardOf({ cells }: Sweep, i: number, n: number): Cell[] {
  const roots = new Map<string, number>();
  let count = 0;
  for (const { id, from } of cells) roots.set(id, from === null ? count++ : (roots.get(from) as number));
  return cells.filter(({ id }) => (roots.get(id) as number) % n === i - 1);
}
