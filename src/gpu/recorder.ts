/**
 * Collects dispatches into as few command buffers as possible. Parameters of all dispatches go into one uniform
 * buffer with dynamic offsets, written once per submit; bind groups are cached by what they bind.
 */
import type { Gpu } from './device';
import { DeviceLost } from './errors';
import type { Kernel } from './kernel';
import type { Tensor } from './tensor';

const SLOT = 256; // bytes a dispatch's parameters take: the largest minUniformBufferOffsetAlignment WebGPU allows
const SLOTS = 4096; // dispatches before the recorder submits by itself
const UPLOAD = 1024 * 1024; // bytes of host data a submit carries in its middle; more than that splits it

export type Workgroups = readonly [x: number, y?: number, z?: number];

/** Workgroups for n independent rows, folded into y where n exceeds WebGPU's 65,535 a dimension. */
export function rows(n: number): Workgroups {
  return n <= 65535 ? [n] : [65535, Math.ceil(n / 65535)];
}

/** Time on the device by kernel, in milliseconds, with counts. Filled while `recorder.profile` is set. */
export type KernelTimes = Map<string, { ms: number; dispatches: number }>;

export class Recorder {
  /** Bytes of the device that every recorder holds. */
  static readonly bytes = SLOT * SLOTS + UPLOAD;
  /** Counters since the last `resetCounters`. */
  dispatches = 0;
  submits = 0;
  private encoder: GPUCommandEncoder | null = null;
  private pass: GPUComputePassEncoder | null = null;
  private slot = 0;
  private readonly staged = new ArrayBuffer(SLOT * SLOTS);
  private readonly stagedU32 = new Uint32Array(this.staged);
  private readonly stagedI32 = new Int32Array(this.staged);
  private readonly stagedF32 = new Float32Array(this.staged);
  private readonly uniforms: GPUBuffer;
  private destroyed = false;
  /** Host data on its way to tensors, written before the submit that copies it. */
  private readonly uploads: GPUBuffer;
  private uploaded = 0;
  private readonly bindGroups = new Map<string, GPUBindGroup>();
  private pending: (() => void)[] = [];
  private profiler: Profiler | null = null;
  private readonly staging = new Map<number, GPUBuffer[]>();

  constructor(readonly gpu: Gpu) {
    this.uniforms = gpu.createBuffer('recorder.uniforms', SLOT * SLOTS, 0x40 | 0x08); // UNIFORM | COPY_DST
    try {
      this.uploads = gpu.createBuffer('recorder.uploads', UPLOAD, 0x04 | 0x08); // COPY_SRC | COPY_DST
    } catch (error) {
      gpu.destroyBuffer(this.uniforms);
      throw error;
    }
  }

  /** Records one dispatch. `bindings` and `params` are by the names in the WGSL file; a missing one throws. */
  dispatch(
    kernel: Kernel,
    bindings: Record<string, Tensor>,
    params: Record<string, number>,
    workgroups: Workgroups,
    constants?: Record<string, number>,
  ): void {
    if (workgroups[0] === 0 || workgroups[1] === 0 || workgroups[2] === 0) return;
    if (this.slot === SLOTS) this.submit();
    const pipeline = this.gpu.pipeline(kernel, constants);
    const group = this.bindGroup(kernel, bindings);
    if (kernel.uniform) this.stage(kernel, params);
    this.encoder ??= this.gpu.device.createCommandEncoder();
    if (this.profiler) {
      this.endPass();
      this.pass = this.encoder.beginComputePass({ timestampWrites: this.profiler.next(kernel.name) });
    } else {
      this.pass ??= this.encoder.beginComputePass();
    }
    this.pass.setPipeline(pipeline);
    this.pass.setBindGroup(0, group, kernel.uniform ? [this.slot * SLOT] : []);
    this.pass.dispatchWorkgroups(workgroups[0], workgroups[1] ?? 1, workgroups[2] ?? 1);
    if (kernel.uniform) this.slot += 1;
    this.dispatches += 1;
    if (this.profiler?.full) {
      this.endPass();
      this.submit();
    }
  }

  /** Sets a tensor to zero bytes. */
  clear(t: Tensor): void {
    this.endPass();
    this.encoder ??= this.gpu.device.createCommandEncoder();
    this.encoder.clearBuffer(t.buffer, t.offset, t.bytes);
  }

  /** Copies `bytes` (default: all) of one tensor into another. */
  copy(from: Tensor, to: Tensor, bytes = from.bytes, fromOffset = 0, toOffset = 0): void {
    this.endPass();
    this.encoder ??= this.gpu.device.createCommandEncoder();
    this.encoder.copyBufferToBuffer(from.buffer, from.offset + fromOffset, to.buffer, to.offset + toOffset, bytes);
  }

  /** Writes host data into a tensor, ordered after everything submitted and before everything recorded from now on. */
  write(t: Tensor, data: Float32Array | Uint32Array | Int32Array): void {
    if (data.byteLength > t.bytes) {
      throw new RangeError(
        `${t.label} holds ${t.bytes / 4} values, ${data.length} were written. Was the batch made larger than the plan?`,
      );
    }
    if (data.byteLength === 0) return; // wgpu panics on an empty write
    const { queue } = this.gpu.device;
    if (this.encoder && this.uploaded + data.byteLength <= UPLOAD) {
      // Recorded work may still read the tensor's old content, so the new content takes its place among the commands.
      queue.writeBuffer(this.uploads, this.uploaded, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
      this.endPass();
      this.encoder.copyBufferToBuffer(this.uploads, this.uploaded, t.buffer, t.offset, data.byteLength);
      this.uploaded += data.byteLength;
      return;
    }
    this.submit();
    queue.writeBuffer(t.buffer, t.offset, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  }

  /** Submits what was recorded. */
  submit(): void {
    this.endPass();
    if (!this.encoder) return;
    if (this.slot > 0) this.gpu.device.queue.writeBuffer(this.uniforms, 0, this.staged, 0, this.slot * SLOT);
    this.profiler?.resolve(this.encoder);
    this.gpu.device.queue.submit([this.encoder.finish()]);
    this.encoder = null;
    this.slot = 0;
    this.uploaded = 0;
    this.submits += 1;
    for (const start of this.pending.splice(0)) start();
    this.profiler?.collect();
  }

  /** Reads the first `count` f32 values (default: all) back. Recorded now; resolves after the submit that carries it. */
  readF32(t: Tensor, count = t.bytes / 4): Promise<Float32Array<ArrayBuffer>> {
    return this.read(t, count).then((bytes) => new Float32Array(bytes));
  }

  /** Reads the first `count` u32 values (default: all) back. */
  readU32(t: Tensor, count = t.bytes / 4): Promise<Uint32Array<ArrayBuffer>> {
    return this.read(t, count).then((bytes) => new Uint32Array(bytes));
  }

  private read(t: Tensor, count: number): Promise<ArrayBuffer> {
    const bytes = count * 4;
    if (bytes > t.bytes) throw new RangeError(`${t.label} holds ${t.bytes / 4} values, ${count} were asked for`);
    if (bytes === 0) return Promise.resolve(new ArrayBuffer(0));
    const size = 2 ** Math.ceil(Math.log2(Math.max(256, bytes)));
    const pool = this.staging.get(size) ?? [];
    this.staging.set(size, pool);
    const buffer = pool.pop() ?? this.gpu.createBuffer('recorder.read-back', size, 0x01 | 0x08); // MAP_READ | COPY_DST
    this.endPass();
    this.encoder ??= this.gpu.device.createCommandEncoder();
    this.encoder.copyBufferToBuffer(t.buffer, t.offset, buffer, 0, bytes);
    return new Promise<ArrayBuffer>((resolve, reject) => {
      this.pending.push(() => {
        buffer.mapAsync(1, 0, bytes).then(
          () => {
            const copy = buffer.getMappedRange(0, bytes).slice(0);
            buffer.unmap();
            if (this.destroyed) this.gpu.destroyBuffer(buffer);
            else pool.push(buffer);
            try {
              this.gpu.throwIfFailed();
              resolve(copy);
            } catch (error) {
              reject(error);
            }
          },
          async (error: unknown) => {
            this.gpu.destroyBuffer(buffer);
            // A failed map has a cause elsewhere: a lost device, or an earlier validation error.
            const lost = await Promise.race([this.gpu.lost, new Promise<null>((r) => setTimeout(() => r(null), 50))]);
            if (lost) return reject(lost);
            try {
              this.gpu.throwIfFailed();
            } catch (cause) {
              return reject(cause);
            }
            reject(
              new DeviceLost(
                `Reading ${t.label} back failed: ${error instanceof Error ? error.message : String(error)}.`,
              ),
            );
          },
        );
      });
    });
  }

  /** Submits, then waits until the device has done everything. Throws what WebGPU reported meanwhile. */
  async finish(): Promise<void> {
    this.submit();
    await this.gpu.device.queue.onSubmittedWorkDone();
    this.gpu.throwIfFailed();
  }

  /** Starts timing each kernel by timestamp queries (one pass per dispatch: slower, for `bench` only). */
  startProfile(): void {
    this.submit();
    this.profiler = new Profiler(this.gpu);
  }

  /** Ends timing and gives the times, or null where the adapter has no timestamp queries. */
  async endProfile(): Promise<KernelTimes> {
    this.submit();
    const times = (await this.profiler?.finish()) ?? new Map();
    this.profiler = null;
    return times;
  }

  resetCounters(): void {
    this.dispatches = 0;
    this.submits = 0;
  }

  /** Gives all memory back; buffers of reads that are still on their way follow when these end. */
  destroy(): void {
    this.destroyed = true;
    this.gpu.destroyBuffer(this.uniforms);
    this.gpu.destroyBuffer(this.uploads);
    for (const pool of this.staging.values()) for (const buffer of pool) this.gpu.destroyBuffer(buffer);
    this.staging.clear();
  }

  private endPass(): void {
    this.pass?.end();
    this.pass = null;
  }

  private stage(kernel: Kernel, params: Record<string, number>): void {
    const base = (this.slot * SLOT) / 4;
    const fields = kernel.uniform?.fields ?? [];
    for (let i = 0; i < fields.length; i++) {
      const { name, type } = fields[i];
      const value = params[name];
      if (value === undefined) throw new Error(`${kernel.name}: parameter ${name} is missing`);
      if (type === 'f32') this.stagedF32[base + i] = value;
      else if (type === 'u32') this.stagedU32[base + i] = value;
      else this.stagedI32[base + i] = value;
    }
  }

  private bindGroup(kernel: Kernel, bindings: Record<string, Tensor>): GPUBindGroup {
    let key = kernel.name;
    for (const b of kernel.bindings) {
      const t = bindings[b.name];
      if (!t) throw new Error(`${kernel.name}: binding ${b.name} is missing`);
      key += `|${this.gpu.bufferId(t.buffer)}:${t.offset}:${t.bytes}`;
    }
    let group = this.bindGroups.get(key);
    if (!group) {
      const entries: GPUBindGroupEntry[] = kernel.bindings.map((b) => {
        const t = bindings[b.name];
        return { binding: b.index, resource: { buffer: t.buffer, offset: t.offset, size: t.bytes } };
      });
      if (kernel.uniform)
        entries.push({ binding: kernel.uniform.index, resource: { buffer: this.uniforms, size: SLOT } });
      group = this.gpu.device.createBindGroup({
        label: kernel.name,
        layout: this.gpu.layout(kernel).bindings,
        entries,
      });
      this.bindGroups.set(key, group);
    }
    return group;
  }
}

/** Timestamp queries around single dispatches, gathered per kernel name. */
class Profiler {
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
