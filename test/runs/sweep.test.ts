/** Experiments as data: what a file expands to, how it is shared out, what is refused, and the shipped files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { groupSummaries } from '../../src/runs/sweep/cells';
import { type Sweep, shardOf, sweepOf } from '../../src/runs/sweep/file';

const SHIPPED = join(import.meta.dirname, '../../experiments');
const base = { name: 'small', doc: 'What?' };
const idsOf = ({ cells }: Pick<Sweep, 'cells'>) => cells.map(({ id }) => id);

describe('a file', () => {
  it('is the product of its axes, each cell named by what varies, with the settings of all', () => {
    const file = {
      ...base,
      settings: { steps: 7 },
      grid: { arm: ['grpo', 'antisd'], lambda: [0.25, 1], seed: [0, 1] },
    };
    const { cells } = sweepOf(file, 'file');
    expect(idsOf({ cells })).toEqual([
      ...['grpo-lambda-0.25-0', 'grpo-lambda-0.25-1', 'grpo-lambda-1-0', 'grpo-lambda-1-1'],
      ...['antisd-lambda-0.25-0', 'antisd-lambda-0.25-1', 'antisd-lambda-1-0', 'antisd-lambda-1-1'],
    ]);
    expect(cells[5]).toMatchObject({ group: 'antisd-lambda-0.25', from: null });
    expect(cells[5].config).toMatchObject({ arm: 'antisd', lambda: 0.25, seed: 1, steps: 7 });
  });

  it('has more axes and settings for some cells only', () => {
    const when = [
      { if: { arm: ['antisd'] }, grid: { lambda: [0.1, 0.2] }, settings: { steps: 9 } },
      { if: { variant: ['hard'], arm: ['grpo'] }, settings: { steps: 3 } },
    ];
    const variants = { easy: { minDepth: 1 }, hard: { minDepth: 9 } };
    const { cells } = sweepOf({ ...base, variants, grid: { arm: ['grpo', 'antisd'] }, when }, 'file');
    expect(cells.map(({ id, config }) => [id, config.steps])).toEqual([
      ['easy-grpo', 120],
      ['easy-antisd-lambda-0.1', 9],
      ['easy-antisd-lambda-0.2', 9],
      ['hard-grpo', 3],
      ['hard-antisd-lambda-0.1', 9],
      ['hard-antisd-lambda-0.2', 9],
    ]);
  });

  it('lets cells begin at others, behind which they come', () => {
    const variants = { later: { steps: 40 }, first: { steps: 20 } };
    const when = [{ if: { variant: ['later'] }, from: 'first-{seed}' }];
    const sweep = sweepOf({ ...base, variants, grid: { seed: [0, 1] }, when }, 'file');
    expect(idsOf(sweep)).toEqual(['first-0', 'first-1', 'later-0', 'later-1']);
    expect(sweep.cells[3].from).toBe('first-1');
    expect([1, 2].map((i) => idsOf({ cells: shardOf(sweep, i, 2) }))).toEqual([
      ['first-0', 'later-0'],
      ['first-1', 'later-1'],
    ]);
  });

  it.each([
    ['no name', { doc: 'x' }, '"name": it is missing'],
    ['an unknown field', { ...base, seeds: [0, 1] }, '"seeds": no such field; several values go into "grid"'],
    ['one value where a list goes', { ...base, grid: { seed: 1 } }, '"grid.seed": it must be a list of values'],
    ['names in a list', { ...base, variants: ['a'] }, '"variants": it must be an object of names'],
    ['settings in a list', { ...base, settings: [] }, '"settings": it must be an object of settings'],
    ['a list of experiments', [base], 'it must be an object'],
    ['a flag’s name', { ...base, settings: { lr: 0.1 } }, 'Did you mean "learningRate"?'],
    ['a flag’s long name', { ...base, settings: { 'eval-every': 0 } }, 'Did you mean "evalEvery"?'],
    ['an unknown setting', { ...base, grid: { lamda: [1] } }, 'Did you mean "lambda"?'],
    ['an impossible value', { ...base, grid: { seed: [-1] } }, 'cell run--1'],
    ['a value twice', { ...base, grid: { seed: [1, 1] } }, 'Two cells are called "run-1"'],
    ['an axis without values', { ...base, grid: { seed: [] } }, '"grid.seed"'],
    [
      'too many',
      {
        ...base,
        grid: { seed: Array.from({ length: 200 }, (_, i) => i), steps: Array.from({ length: 100 }, (_, i) => i + 1) },
      },
      '10000',
    ],
    ['a beginning that is no cell', { ...base, grid: { seed: [0] }, when: [{ if: {}, from: 'nobody' }] }, '"nobody"'],
    [
      'a beginning at itself',
      { ...base, grid: { seed: [0] }, when: [{ if: {}, from: 'run-0' }] },
      'begin at each other',
    ],
    [
      'a beginning without a checkpoint',
      { ...base, variants: { a: { steps: 30 }, b: {} }, when: [{ if: { variant: ['b'] }, from: 'a' }] },
      'stores no checkpoint there',
    ],
  ])('with %s is refused with the mend', (_, file, words) => {
    expect(() => sweepOf(file, 'file')).toThrow(words);
  });
});

describe('shards', () => {
  it('have every cell once between them, whatever their number', () => {
    const sweep = sweepOf({ ...base, grid: { arm: ['grpo', 'antisd', 'sd'], seed: [0, 1, 2, 3, 4, 5, 6] } }, 'file');
    for (const n of [1, 2, 4, 21, 30]) {
      const all = Array.from({ length: n }, (_, i) => shardOf(sweep, i + 1, n));
      expect(
        all
          .flat()
          .map(({ id }) => id)
          .sort(),
      ).toEqual(idsOf(sweep).sort());
      expect(Math.max(...all.map((cells) => cells.length))).toBe(Math.ceil(21 / n));
    }
  });
});

describe('a summary', () => {
  it('takes the seeds of a group together, those that are done', () => {
    const cell = { step: 9, steps: 9, best: null, tokens: 0, seconds: 0, group: 'a' } as const;
    const cells = [
      { ...cell, id: 'a-0', seed: 0, standing: 'done', accuracy: 0.5 },
      { ...cell, id: 'a-1', seed: 1, standing: 'done', accuracy: 0.75 },
      { ...cell, id: 'a-2', seed: 2, standing: 'cut', accuracy: 0.1 },
      { ...cell, id: 'b-0', seed: 0, standing: 'new', accuracy: null, group: 'b' },
    ] as const;
    expect(groupSummaries(cells)).toEqual([
      { group: 'a', seeds: [0, 1], accuracy: { mean: 0.625, least: 0.5, most: 0.75 } },
      { group: 'b', seeds: [], accuracy: null },
    ]);
  });
});

describe('the shipped files', () => {
  const files = readdirSync(SHIPPED);
  const read = (file: string) => sweepOf(JSON.parse(readFileSync(join(SHIPPED, file), 'utf8')), file);

  it.each(files)('%s is called as its file, asks something, and has its seeds', (file) => {
    const { name, doc, cells } = read(file);
    expect(`${name}.json`).toBe(file);
    expect(doc).toMatch(/[?.]$/);
    const seeds = new Map<string, number>();
    for (const { group } of cells) seeds.set(group, (seeds.get(group) ?? 0) + 1);
    expect(new Set(seeds.values()).size).toBe(1);
    expect([...seeds.values()][0]).toBe(['main', 'sign', 'continual', 'stories', 'study'].includes(name) ? 5 : 3);
  });

  it('have every question of the study', () => {
    expect(files.map((file) => file.replace('.json', '')).sort()).toEqual([
      'composition',
      'context',
      'continual',
      'divergence',
      'gate',
      'group',
      'lambda',
      'main',
      'process',
      'race',
      'sign',
      'sparse',
      'stories',
      'stories-ablations',
      'study',
      'study-ablations',
      'teacher',
    ]);
  });

  it('race.json has the folders that docs/race.md is of', () => {
    expect(idsOf(read('race.json'))).toEqual(
      ['antisd', 'grpo', 'sd', 'antisd-paper'].flatMap((arm) => [0, 1, 2].map((seed) => `${arm}-${seed}`)),
    );
  });
});
