/** `bench`: how fast the engine is on this adapter, as one table and as JSON. A measurement, not a test. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BadInput } from '../../data/errors';
import { Recorder } from '../../gpu/recorder';
import { measureCopyBandwidth, measureFmaPeak } from '../../kernels/probe/probe';
import { defineCommand, EXIT } from '../command';
import { openDevice, repositoryRoot } from '../places';
import { adapters } from './adapters';
import { decoding } from './decoding';
import type { Group, Timed } from './group';
import { head } from './head';
import { attention, products } from './kernels';
import { loading } from './loading';
import { line, type Row } from './row';
import { formatError } from './storage';
import { nano, reinforcement, small } from './training';

/** The groups in the order of the table. */
const GROUPS: Readonly<Record<string, Group>> = {
  matmul: products,
  attention,
  nano,
  small,
  rl: reinforcement,
  loading,
  head,
  decode: decoding,
  lora: adapters,
  storage: formatError,
};

export const bench = defineCommand({
  name: 'bench',
  summary: 'measure kernels, loading, training steps and decoding on this adapter',
  flags: {
    out: { kind: 'text', doc: 'where the JSON goes', default: 'runs/bench.json', placeholder: 'FILE' },
    only: {
      kind: 'text',
      doc: `only these groups, with commas: ${Object.keys(GROUPS).join(', ')}`,
      placeholder: 'GROUPS',
    },
    kernels: { kind: 'boolean', doc: 'also: time by kernel over a training step, by timestamp queries' },
    quick: { kind: 'boolean', doc: 'leave out the larger models and products' },
  },
  async run(flags) {
    const chosen = flags.only?.split(',').map((name) => name.trim()) ?? Object.keys(GROUPS);
    const unknown = chosen.find((name) => !Object.hasOwn(GROUPS, name));
    if (unknown !== undefined)
      throw new BadInput(
        `There is no group "${unknown}"`,
        'lab bench --only',
        `Groups: ${Object.keys(GROUPS).join(', ')}.`,
      );
    const { gpu, report } = await openDevice();
    const rows: Row[] = [];
    const add = (row: Row) => {
      rows.push(row);
      process.stdout.write(`${line(row)}\n`);
    };
    process.stdout.write(`${gpu.adapter.name}\n${line(null)}\n`);
    const { software } = gpu.adapter;
    const clock = software ? processorSeconds : undefined;
    const deviceMs = (t: Timed) => (software ? t.cpuMs : t.ms);
    const peak = await measureFmaPeak(gpu, clock);
    add({ group: 'probe', name: 'f32 multiply-add', gflops: peak, share: 1 });
    const copy = await measureCopyBandwidth(gpu, clock);
    add({ group: 'probe', name: 'copy, read + written', bandwidth: copy, share: 1 });
    const r = new Recorder(gpu);
    for (const name of chosen)
      await GROUPS[name]({
        gpu,
        r,
        report,
        peak,
        copy,
        quick: flags.quick,
        kernels: flags.kernels,
        add,
        clock,
        deviceMs,
      });
    r.destroy();
    const file = flags.out ?? 'runs/bench.json';
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify({ date: new Date().toISOString(), device: report, rows }, null, 1)}\n`);
    process.stdout.write(`\nWritten to ${file} (${join(repositoryRoot(), 'docs/benchmarks.md')} explains the rows).\n`);
    return EXIT.done;
  },
});

/** Seconds that all threads of this process have computed. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
