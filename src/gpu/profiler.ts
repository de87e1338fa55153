/** Time on the device by kernel, for measurements. */
import type { Gpu } from './device';

/** In milliseconds, with counts. Filled while a recorder's profile runs. */
export type KernelTimes = Map<string, { ms: number; dispatches: number }>;

/** Timestamp queries around single dispatches, gathered per kernel name. */
export class Profiler {
  private static readonly CAPACITY = 512; // dispatches a submit
  private readonly names: string[] = [];
  private readonly times: KernelTimes = new Map();
  private readonly reads: Promise<void>[] = [];
  private readonly set: GPUQuerySet | null;
  private readonly resolved: GPUBuffer | null;
  private taken: { names: string[]; buffer: GPUBuffer } | null = null;

  constructor(private readonly gpu: Gpu) {
    const count = Profiler.CAPACITY * 2;
    this.set = gpu.has.timestamps ? gpu.device.createQuerySet({ type: 'timestamp', count }) : null;
    this.resolved = this.set ? gpu.createBuffer('profiler.resolved', count * 8, 0x200 | 0x04) : null; // QUERY_RESOLVE | COPY_SRC
  }

  get full(): boolean {
    return this.names.length >= Profiler.CAPACITY;
  }

  next(name: string): GPUComputePassTimestampWrites | undefined {
    if (!this.set) return undefined;
    const index = this.names.push(name) - 1;
    return { querySet: this.set, beginningOfPassWriteIndex: index * 2, endOfPassWriteIndex: index * 2 + 1 };
  }

  resolve(encoder: GPUCommandEncoder): void {
    if (!this.set || !this.resolved || this.names.length === 0) return;
    const names = this.names.splice(0);
    const buffer = this.gpu.createBuffer('profiler.read-back', names.length * 16, 0x01 | 0x08);
    encoder.resolveQuerySet(this.set, 0, names.length * 2, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, buffer, 0, names.length * 16);
    this.taken = { names, buffer };
  }

  collect(): void {
    if (!this.taken) return;
    const { names, buffer } = this.taken;
    this.taken = null;
    this.reads.push(
      buffer.mapAsync(1).then(() => {
        const ns = new BigUint64Array(buffer.getMappedRange());
        names.forEach((name, i) => {
          const entry = this.times.get(name) ?? { ms: 0, dispatches: 0 };
          entry.ms += Number(ns[2 * i + 1] - ns[2 * i]) / 1e6;
          entry.dispatches += 1;
          this.times.set(name, entry);
        });
        this.gpu.destroyBuffer(buffer);
      }),
    );
  }

  async finish(): Promise<KernelTimes> {
    await Promise.all(this.reads);
    this.set?.destroy();
    if (this.resolved) this.gpu.destroyBuffer(this.resolved);
    return this.times;
  }
}
