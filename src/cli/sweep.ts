/** `sweep`: the runs that a file declares, one after another or several at once; what was cut off goes on, what is done is passed over. */
import { join } from 'node:path';
import { BOUNDS } from '../data/bounds';
import { expectWithin } from '../data/bytes';
import { BadInput } from '../data/errors';
import { readWrittenJson } from '../data/json';
import { RunStore } from '../runs/run-store';
import {
  cellSummary,
  type Found,
  groupSummaries,
  STANDING_WORDS,
  type Standing,
  standingOf,
  stepsLeft,
} from '../runs/sweep/cells';
import { type Cell, type Sweep, shardOf, sweepOf } from '../runs/sweep/file';
import { clock, defineCommand, EXIT } from './command';
import { note, print } from './output';
import { readDataFile, runFiles, writeResult } from './places';
import { SweepQueue } from './sweep-queue';
import { cellsText, SweepTable } from './sweep-table';

export const sweep = defineCommand({
  name: 'sweep',
  summary: 'the runs that a file declares: methods × seeds × any settings',
  details:
    'DIR gets a run folder a cell and summary.json; a cell that was cut off goes on, to the byte, and one that is done is\n' +
    'passed over. --shard i/n takes every n-th cell, for job arrays: put the folders of all shards together, and sweep\n' +
    'again for the summary of all. The shipped files are in experiments/ (docs/experiments.md).',
  words: { placeholder: 'FILE', doc: 'FILE: the declaration, JSON' },
  flags: {
    out: { kind: 'text', doc: 'folder of the runs [runs/NAME, the file’s name]', placeholder: 'DIR' },
    shard: { kind: 'text', doc: 'only the cells of machine i of n', placeholder: 'i/n' },
    jobs: { kind: 'integer', doc: 'runs at once, each a process of its own', default: 1, min: 1, max: 64 },
    'dry-run': { kind: 'boolean', doc: 'say what would be run, and run nothing' },
    json: { kind: 'boolean', doc: 'print the summary to stdout as JSON' },
  },
  async run(flags, [file]) {
    const declared = await declaredIn(file);
    const cells = flags.shard === undefined ? [...declared.cells] : shard(declared, flags.shard as string);
    const out = (flags.out as string | undefined) ?? `runs/${declared.name}`;
    const storeOf = ({ id }: Pick<Cell, 'id'>) => new RunStore(runFiles(join(out, id)));
    const beginning = new Map(declared.cells.map(({ id, config }) => [id, config.steps]));
    const lookAt = async (cell: Cell): Promise<Found> => {
      const { standing, step } = await standingOf(storeOf(cell), cell);
      return { cell, standing, step: standing === 'new' && cell.from ? (beginning.get(cell.from) as number) : step };
    };
    const found = await Promise.all(cells.map(lookAt));
    if (flags['dry-run']) {
      note(plan(declared, found));
      return EXIT.done;
    }
    const table = new SweepTable(found, flags.jobs as number);
    const code = await new SweepQueue(out, found, flags.jobs as number, table).run();
    table.end();
    const summary = await Promise.all(declared.cells.map((cell) => cellSummary(storeOf(cell), cell)));
    const { name, doc } = declared;
    const whole = { name, doc, groups: groupSummaries(summary), cells: summary };
    await writeResult(join(out, 'summary.json'), `${JSON.stringify(whole, null, 2)}\n`);
    if (flags.json) print(`${JSON.stringify(whole)}\n`);
    note(summaryText(whole));
    return code;
  },
});

async function declaredIn(file: string): Promise<Sweep> {
  const found = await readDataFile(file);
  if (!found) throw new BadInput('There is no such file', file, 'The shipped ones are in experiments/.');
  expectWithin(found.size, BOUNDS.json, 'The file', file);
  return sweepOf(readWrittenJson(await found.read(0, found.size), file), file);
}

function shard(declared: Sweep, text: string): Cell[] {
  const [, i, n] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (!(i >= 1 && i <= n))
    throw new BadInput(
      `--shard is "${text}"`,
      'lab sweep',
      'Give it as i/n, from 1/n to n/n: 2/4 is the second of four.',
    );
  return shardOf(declared, i, n);
}

function plan({ name, doc }: Sweep, found: readonly Found[]): string {
  const width = Math.max(...found.map(({ cell }) => cell.id.length));
  const rows = found.map(({ cell, standing, step }) => {
    const at = standing === 'new' ? `${cell.config.steps} steps` : `step ${step} of ${cell.config.steps}`;
    return `  ${cell.id.padEnd(width)}  ${STANDING_WORDS[standing].padEnd(12)} ${at}${cell.from ? `, from ${cell.from}` : ''}`;
  });
  const left = found.reduce((sum, f) => sum + stepsLeft(f), 0);
  return `${name}: ${doc}\n\n${rows.join('\n')}\n\n${cellsText(found.length)}, ${left} steps to go.\n`;
}

function summaryText({
  name,
  groups,
  cells,
}: { name: string } & Record<'groups', ReturnType<typeof groupSummaries>> & {
    cells: readonly { standing: Standing; seconds: number; tokens: number }[];
  }): string {
  const width = Math.max(...groups.map(({ group }) => group.length), 5);
  const rows = groups.map(({ group, seeds, accuracy }) => {
    const figures = accuracy
      ? `${accuracy.mean.toFixed(3)}  ${accuracy.least.toFixed(3)} to ${accuracy.most.toFixed(3)}`
      : '–';
    return `  ${group.padEnd(width)}  ${String(seeds.length).padStart(5)}  ${figures}`;
  });
  const done = cells.filter(({ standing }) => standing === 'done').length;
  const seconds = cells.reduce((sum, cell) => sum + cell.seconds, 0);
  return `\n${name}: ${done} of ${cells.length} runs done, ${clock(seconds)} of training\n\n  ${'group'.padEnd(width)}  seeds  final accuracy: mean, least to most\n${rows.join('\n')}\n`;
}
