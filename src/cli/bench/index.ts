/** `bench`: how fast the engine is on this adapter, as one table and as JSON. A measurement, not a test. */
import { dirname, join } from 'node:path';
import { BadInput } from '../../data/errors';
import { openNullGpu } from '../../gpu/open.node';
import { tryFolder } from '../../host/folders.node';
import { deviceReport } from '../../kernels/device-report';
import { defineCommand, EXIT } from '../command';
import { print } from '../output';
import { openDevice, repositoryRoot, writeResult } from '../places';
import { openBench } from './group';
import { GROUPS, USUAL } from './groups';
import { host } from './host';
import { line, type Row } from './row';

const NAMES = Object.keys(GROUPS);

export const bench = defineCommand({
  name: 'bench',
  summary: 'measure kernels, loading, training steps and decoding on this adapter',
  flags: {
    out: { kind: 'text', doc: 'where the JSON goes', default: 'runs/bench.json', placeholder: 'FILE' },
    only: {
      kind: 'text',
      doc: `only these groups, with commas: ${NAMES.join(', ')}`,
      placeholder: 'GROUPS',
    },
    kernels: { kind: 'boolean', doc: 'also: time by kernel over a training step, by timestamp queries' },
    quick: { kind: 'boolean', doc: 'leave out the larger models and products' },
    host: {
      kind: 'boolean',
      doc: 'the host’s own time instead: the same work on Dawn’s null backend, which computes nothing',
    },
  },
  async run(flags) {
    const chosen = flags.only?.split(',').map((name) => name.trim()) ?? USUAL;
    const unknown = chosen.find((name) => !Object.hasOwn(GROUPS, name));
    if (unknown !== undefined)
      throw new BadInput(`There is no group "${unknown}"`, 'lab bench --only', `Groups: ${NAMES.join(', ')}.`);
    const file = flags.out ?? 'runs/bench.json';
    await tryFolder(dirname(file)); // measuring takes minutes
    const { gpu, report } = flags.host ? await nullDevice() : await openDevice();
    const rows: Row[] = [];
    const add = (row: Row) => {
      rows.push(row);
      print(`${line(row)}\n`);
    };
    print(`${gpu.adapter.name}\n${line(null)}\n`);
    const { quick, kernels } = flags;
    const b = await openBench({ gpu, report, quick, kernels, add, left: () => Number.POSITIVE_INFINITY });
    for (const measure of flags.host ? [host] : chosen.map((name) => GROUPS[name])) await measure(b);
    b.r.destroy();
    await writeResult(file, `${JSON.stringify({ date: new Date().toISOString(), device: report, rows }, null, 1)}\n`);
    print(`\nWritten to ${file} (${join(repositoryRoot(), 'docs/benchmarks.md')} explains the rows).\n`);
    return EXIT.done;
  },
});

async function nullDevice() {
  const gpu = await openNullGpu();
  return { gpu, report: deviceReport(gpu) };
}
