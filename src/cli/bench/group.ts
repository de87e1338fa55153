/** What a group of benchmark rows gets to work with. */
import type { Gpu } from '../../gpu/device';
import type { Recorder } from '../../gpu/recorder';
import type { DeviceReport } from '../../lab/events';
import type { Row } from './row';

export interface Bench {
  readonly gpu: Gpu;
  readonly r: Recorder;
  readonly report: DeviceReport;
  /** f32 multiply-adds, GFLOP/s. */
  readonly peak: number;
  /** Bytes read and written by a kernel, GB/s. */
  readonly copy: number;
  /** Leave out what takes long on a software adapter. */
  readonly quick: boolean;
  /** Also: time by kernel over a training step. */
  readonly kernels: boolean;
  add(row: Row): void;
}

export type Group = (b: Bench) => Promise<void>;

/** Milliseconds of the fastest of `times` calls after one that warms up. */
export async function bestMs(work: () => Promise<unknown>, times: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= times; i++) {
    const started = performance.now();
    await work();
    if (i > 0) best = Math.min(best, performance.now() - started);
  }
  return best;
}
