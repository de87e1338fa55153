/** What a group of benchmark rows gets to work with. */
import { cpus } from 'node:os';
import type { Gpu } from '../../gpu/device';
import { Recorder } from '../../gpu/recorder';
import type { DeviceReport } from '../../kernels/device-report';
import { type Clock, measureCopyBandwidth, measureFmaPeak } from '../../kernels/probe/probe';
import type { Row } from './row';

export interface Bench {
  readonly gpu: Gpu;
  readonly r: Recorder;
  readonly report: DeviceReport;
  /** f32 multiply-adds, GFLOP/s (of a processor, as `deviceMs` counts). */
  readonly peak: number;
  /** Bytes read and written by a kernel, GB/s. */
  readonly copy: number;
  /** Leave out what takes long on a software adapter. */
  readonly quick: boolean;
  /** Also: time by kernel over a training step. */
  readonly kernels: boolean;
  add(row: Row): void;
  /** Seconds that are left for what is measured; Infinity where nobody waits. */
  left(): number;
  /** What rates are computed with: on a software adapter the processors' time, which no other work on the machine adds to. */
  deviceMs(t: Timed): number;
  /** The same, for probes; the default where undefined. */
  readonly clock?: Clock;
}

export type Group = (b: Bench) => Promise<void>;

/** Of the multiply-add probe, what work is expected to reach when its time is estimated. */
const EXPECTED_SHARE = 0.15;

/**
 * Whether `gflop` of work (all repetitions) may be begun: on a slow adapter not above half a minute, and nowhere above a
 * quarter of the time that is left. Where not, a row says so.
 */
export function affordable(
  { peak, gpu, left, quick, add }: Bench,
  group: string,
  name: string,
  gflop: number,
): boolean {
  const processors = gpu.adapter.software ? cpus().length : 1; // a software adapter's probe is of one
  const seconds = gflop / (peak * processors * EXPECTED_SHARE);
  if (seconds <= Math.min(left() / 4, quick ? 30 : Number.POSITIVE_INFINITY)) return true;
  const about = seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
  add({ group, name, note: `skipped: would take about ${about} on this adapter` });
  return false;
}

/** The fastest of some calls, by the clock and by the processors. */
export interface Timed {
  ms: number;
  /** Of all threads of this process: on a software adapter the device's own time, whatever else the machine does. */
  cpuMs: number;
}

/** Times `work` after one call that warms up; each figure is the least of its own. */
export async function fastest(work: () => Promise<unknown>, times: number): Promise<Timed> {
  const best = { ms: Number.POSITIVE_INFINITY, cpuMs: Number.POSITIVE_INFINITY };
  for (let i = 0; i <= times; i++) {
    const { ms, cpuMs } = await timed(work);
    if (i === 0) continue;
    best.ms = Math.min(best.ms, ms);
    best.cpuMs = Math.min(best.cpuMs, cpuMs);
  }
  return best;
}

/** Times one call. */
export async function timed(work: () => Promise<unknown>): Promise<Timed> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1000 };
}

/** `fastest` for commands that are recorded and then submitted. */
export const fastestSubmit = (r: Recorder, record: () => void, times: number): Promise<Timed> =>
  fastest(() => {
    record();
    return r.finish();
  }, times);

/** Measures the probes, adds their rows, and gives what groups work with. */
export async function openBench(
  given: Pick<Bench, 'gpu' | 'report' | 'quick' | 'kernels' | 'add' | 'left'>,
): Promise<Bench> {
  const { gpu, add } = given;
  const { software } = gpu.adapter;
  const clock = software ? processorSeconds : undefined;
  const peak = await measureFmaPeak(gpu, clock);
  add({ group: 'probe', name: 'f32 multiply-add', gflops: peak, share: 1 });
  const copy = await measureCopyBandwidth(gpu, clock);
  add({ group: 'probe', name: 'copy, read + written', bandwidth: copy, share: 1 });
  const deviceMs = (t: Timed) => (software ? t.cpuMs : t.ms);
  return { ...given, r: new Recorder(gpu), peak, copy, deviceMs, clock };
}

/** Seconds that all threads of this process have computed. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
