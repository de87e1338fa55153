/** Time on the device by dispatch, for measurements. */
import type { Gpu } from './device';
import type { Kernel } from './kernel';

/** A dispatch: when it began and ended, ms since the first one began. */
export interface Span {
  readonly kernel: Kernel;
  readonly start: number;
  readonly end: number;
}

export interface Profile {
  /**
   * device: time stamps around each dispatch. host: the adapter has none, so each dispatch is submitted alone, and lasts
   * from the end of the one before to its own as the host hears of it, waits included.
   */
  readonly clock: 'device' | 'host';
  /** In the order in which they were recorded. */
  readonly spans: readonly Span[];
}

/** Filled while a recorder's profile runs. */
export class Profiler {
  private static readonly CAPACITY = 512; // dispatches a submit
  private readonly kernels: Kernel[] = [];
  /** What was submitted, in order, and its times once they are known: ns by the device's clock, or ms by the host's. */
  private readonly submitted: { kernels: Kernel[]; times: ArrayLike<bigint> | number | null }[] = [];
  private readonly reads: Promise<void>[] = [];
  private readonly set: GPUQuerySet | null;
  private readonly resolved: GPUBuffer | null;
  private buffer: GPUBuffer | null = null;
  private readonly began = performance.now();

  constructor(private readonly gpu: Gpu) {
    const count = Profiler.CAPACITY * 2;
    this.set = gpu.has.timestamps ? gpu.device.createQuerySet({ type: 'timestamp', count }) : null;
    this.resolved = this.set ? gpu.createBuffer('profiler.resolved', count * 8, 0x200 | 0x04) : null; // QUERY_RESOLVE | COPY_SRC
  }

  /** Whether what was recorded has to be submitted now. */
  get full(): boolean {
    return this.kernels.length >= (this.set ? Profiler.CAPACITY : 1);
  }

  next(kernel: Kernel): GPUComputePassTimestampWrites | undefined {
    const index = this.kernels.push(kernel) - 1;
    if (!this.set) return undefined;
    return { querySet: this.set, beginningOfPassWriteIndex: index * 2, endOfPassWriteIndex: index * 2 + 1 };
  }

  resolve(encoder: GPUCommandEncoder): void {
    const count = this.kernels.length;
    if (!this.set || !this.resolved || count === 0) return;
    this.buffer = this.gpu.createBuffer('profiler.read-back', count * 16, 0x01 | 0x08);
    encoder.resolveQuerySet(this.set, 0, count * 2, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.buffer, 0, count * 16);
  }

  /** After the submit. */
  collect(): void {
    const { buffer } = this;
    const entry: (typeof this.submitted)[number] = { kernels: this.kernels.splice(0), times: null };
    this.buffer = null;
    if (entry.kernels.length === 0) return;
    this.submitted.push(entry);
    this.reads.push(
      buffer
        ? buffer.mapAsync(1).then(() => {
            entry.times = new BigUint64Array(buffer.getMappedRange().slice(0));
            this.gpu.destroyBuffer(buffer);
          })
        : this.gpu.device.queue.onSubmittedWorkDone().then(() => {
            entry.times = performance.now();
          }),
    );
  }

  async finish(): Promise<Profile> {
    await Promise.all(this.reads);
    this.set?.destroy();
    if (this.resolved) this.gpu.destroyBuffer(this.resolved);
    return { clock: this.set ? 'device' : 'host', spans: this.set ? this.byDevice() : this.byHost() };
  }

  private byDevice(): Span[] {
    const stamped = this.submitted as { kernels: Kernel[]; times: BigUint64Array }[];
    const first = stamped[0]?.times[0] ?? 0n;
    const ms = (ns: bigint): number => Number(ns - first) / 1e6;
    return stamped.flatMap(({ kernels, times }) =>
      kernels.map((kernel, i) => ({ kernel, start: ms(times[2 * i]), end: ms(times[2 * i + 1]) })),
    );
  }

  private byHost(): Span[] {
    const { began } = this;
    let before = 0;
    return (this.submitted as { kernels: Kernel[]; times: number }[]).map(({ kernels: [kernel], times }) => {
      const [start, end] = [before, Math.max(before, times - began)];
      before = end;
      return { kernel, start, end };
    });
  }
}

/** Time and dispatches of each kernel, ms, the longest first. */
export function timeByKernel({ spans }: Profile): { name: string; ms: number; dispatches: number }[] {
  const sums = new Map<string, { name: string; ms: number; dispatches: number }>();
  for (const { kernel, start, end } of spans) {
    const sum = sums.get(kernel.name) ?? { name: kernel.name, ms: 0, dispatches: 0 };
    sum.ms += end - start;
    sum.dispatches += 1;
    sums.set(kernel.name, sum);
  }
  return [...sums.values()].sort((a, b) => b.ms - a.ms);
}
