/** What a group of benchmark rows gets to work with. */
import type { Gpu } from '../../gpu/device';
import type { Recorder } from '../../gpu/recorder';
import type { DeviceReport } from '../../kernels/device-report';
import type { Clock } from '../../kernels/probe/probe';
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
  /** What rates are computed with: on a software adapter the processors' time, which no other work on the machine adds to. */
  deviceMs(t: Timed): number;
  /** The same, for probes; the default where undefined. */
  readonly clock?: Clock;
}

export type Group = (b: Bench) => Promise<void>;

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
    const cpu = process.cpuUsage();
    const started = performance.now();
    await work();
    if (i === 0) continue;
    best.ms = Math.min(best.ms, performance.now() - started);
    const { user, system } = process.cpuUsage(cpu);
    best.cpuMs = Math.min(best.cpuMs, (user + system) / 1000);
  }
  return best;
}

/** `fastest` for commands that are recorded and then submitted. */
export const fastestSubmit = (r: Recorder, record: () => void, times: number): Promise<Timed> =>
  fastest(() => {
    record();
    return r.finish();
  }, times);
