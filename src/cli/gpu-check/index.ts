/**
 * `gpu-check`: everything that can be said of this adapter, in a few minutes and one report: limits, self-test, variants,
 * every group of the benchmark, Qwen3's shapes, sixty steps of AntiSD, and PyTorch on the same card where it is there.
 */
import { join, resolve } from 'node:path';
import { median } from '../../antisd/statistics';
import { tryFolder } from '../../host/folders.node';
import { choiceTable } from '../../kernels/tuner';
import { SETTINGS } from '../../settings/settings';
import { type Bench, openBench } from '../bench/group';
import { GROUPS } from '../bench/groups';
import { line, type Row } from '../bench/row';
import { antisdSteps } from '../bench/training';
import { defineCommand, EXIT } from '../command';
import { print } from '../output';
import { openDevice, writeResult } from '../places';
import { type Report, text } from './report';
import { besideTorch } from './torch';

/** The most telling first: what no time is left for is named. */
const ORDER = [
  ...['variants', 'matmul', 'attention', 'nano', 'small', 'contexts', 'qwen3'],
  ...['decode', 'lora', 'head', 'loading', 'storage'],
];
const STEPS = 60;
/** Seconds of the time, a fifth of it at most, that are kept for a start before it and for rows that take longer than was reckoned. */
const KEPT = 25;
/** Of the time, for those steps at most: a slow adapter shall say something of the rest too. */
const OF_STEPS = 1 / 3;

export const gpuCheck = defineCommand({
  name: 'gpu-check',
  summary: 'one report of this adapter: self-test, every benchmark, large shapes, PyTorch beside it',
  details: 'docs/gpu-report.md explains the report and how to send one.',
  flags: {
    out: {
      kind: 'text',
      doc: 'the folder of report.json and report.txt',
      default: 'gpu-report',
      placeholder: 'FOLDER',
    },
    minutes: { kind: 'number', doc: 'what it may take at most', default: 8, min: 0.1, max: 120 },
    python: { kind: 'text', doc: 'the Python whose PyTorch is measured beside it', default: 'python3' },
  },
  async run(flags) {
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    const most = (flags.minutes ?? 8) * 60;
    const rowsEnd = most - Math.min(KEPT, most / 5);
    const left = () => rowsEnd - seconds();
    const folder = resolve(flags.out ?? 'gpu-report');
    await tryFolder(folder); // measuring takes minutes

    const { gpu, report: device } = await openDevice('anew');
    const rows: Row[] = [];
    const report: Report = {
      format: 1,
      date: new Date().toISOString(),
      device,
      seconds: 0,
      rows,
      skipped: [],
      memory: [],
    };
    const save = async () => {
      report.seconds = Math.round(seconds());
      report.device = { ...device, variants: choiceTable(gpu) }; // models were measured meanwhile
      await writeResult(join(folder, 'report.json'), `${JSON.stringify(report, null, 1)}\n`);
      await writeResult(join(folder, 'report.txt'), text(report));
    };
    const add = (row: Row) => {
      rows.push(row);
      print(`${line(row)}\n`);
    };
    print(`${text(report)}\n`);
    const b = await openBench({ gpu, report: device, quick: gpu.adapter.software, kernels: true, add, left });
    const sections: [string, (b: Bench) => Promise<void>][] = [
      ['AntiSD', (bench) => sixtySteps({ ...bench, left: () => OF_STEPS * most - seconds() })],
      ...ORDER.map((name): [string, (b: Bench) => Promise<void>] => [name, GROUPS[name]]),
      ['PyTorch', (bench) => besideTorch(bench, flags.python ?? 'python3', rows)],
    ];
    for (const [name, measure] of sections) {
      if (left() <= 0) {
        report.skipped.push(name);
        continue;
      }
      await measure(b);
      await gpu.device.queue.onSubmittedWorkDone(); // what was destroyed is free then
      report.memory.push({ after: name, deviceBytes: gpu.liveBytes, processBytes: process.memoryUsage().rss });
      await save(); // what is known stays, whatever comes next
    }
    await save();
    b.r.destroy();
    const skipped = report.skipped.length > 0 ? ` No time was left for ${report.skipped.join(', ')}.` : '';
    print(`\n${report.seconds} s. Written to ${folder}: report.json, report.txt.${skipped}\n`);
    return (device.selfTest?.failed.length ?? 0) > 0 ? EXIT.failed : EXIT.done;
  },
});

/** Sixty steps of the first preset: the median of each phase, and whether it learnt. */
async function sixtySteps(b: Bench): Promise<void> {
  const steps = await antisdSteps(b, {}, STEPS);
  const phases = Object.keys(steps[0].phaseMs) as (keyof (typeof steps)[0]['phaseMs'])[];
  const ms = phases.map((phase) => `${phase} ${median(steps.map((s) => s.phaseMs[phase])).toFixed(1)}`);
  const tokens = steps.reduce((n, s) => n + s.tokens, 0);
  const seconds = steps.reduce((n, s) => n + s.seconds, 0);
  b.add({
    group: 'AntiSD',
    name: `nano, ${steps.length} steps of ${SETTINGS.problems.default} × ${SETTINGS.group.default}`,
    ms: 1000 * median(steps.map((s) => s.seconds)),
    note: `${Math.round(tokens / seconds)} tokens/s sampled and learnt; ms a phase: ${ms.join(', ')}; reward ${steps[0].reward.toFixed(2)} to ${steps[steps.length - 1].reward.toFixed(2)}`,
  });
}
