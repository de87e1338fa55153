/**
 * Collects dispatches into as few command buffers as possible. Parameters of all dispatches go into one uniform
 * buffer with dynamic offsets, written once per submit; what is done again and again is captured once and replayed.
 */
import { BindGroups, SLOT } from './bind-groups';
import type { Gpu } from './device';
import { DeviceLost } from './errors';
import type { Kernel } from './kernel';
import { type Profile, Profiler } from './profiler';
import type { Tensor } from './tensor';

const SLOTS = 4096; // dispatches before the recorder submits by itself
const CAPTURED = 512; // different parameters that a recording may have, behind those
const SCRATCH = 8 * 1024 * 1024; // bytes of partial sums between two passes of one operation
const UPLOAD = 1024 * 1024; // bytes of host data a submit carries in its middle; more than that splits it

export type Workgroups = readonly [x: number, y?: number, z?: number];

/** Workgroups for n independent rows, folded into y where n exceeds WebGPU's 65,535 a dimension. */
export function rows(n: number): Workgroups {
  return n <= 65535 ? [n] : [65535, Math.ceil(n / 65535)];
}

/** A dispatch as the device wants it. */
interface Call {
  readonly kernel: Kernel;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  /** Of its parameters; null where the bind group has it, or it has none. */
  readonly offset: readonly number[] | null;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Dispatches that are prepared once and can be submitted any number of times. */
export interface Recording {
  readonly calls: readonly Call[];
}

/** Dynamic offsets by slot, made once: WebGPU wants a list, and a dispatch shall make nothing. */
const OFFSETS: readonly (readonly number[])[] = Array.from({ length: SLOTS + CAPTURED }, (_, slot) => [slot * SLOT]);

export class Recorder {
  /** Bytes of the device that every recorder holds. */
  static readonly bytes = SLOT * (SLOTS + CAPTURED) + UPLOAD;
  /** Counters since the last `resetCounters`. */
  dispatches = 0;
  submits = 0;
  /** How often the host learnt of the end of all that it had submitted: the device then had nothing left to do. */
  waits = 0;
  private submitted = 0;
  private idleSince = 0;
  private encoder: GPUCommandEncoder | null = null;
  private pass: GPUComputePassEncoder | null = null;
  /** What the pass computes with now. */
  private pipeline: GPUComputePipeline | null = null;
  private slot = 0;
  private capturing: { calls: Call[]; slots: Map<string, number> } | null = null;
  private recording: Recording | null = null;
  private readonly staged = new ArrayBuffer(SLOT * (SLOTS + CAPTURED));
  private readonly stagedU32 = new Uint32Array(this.staged);
  private readonly stagedI32 = new Int32Array(this.staged);
  private readonly stagedF32 = new Float32Array(this.staged);
  private readonly uniforms: GPUBuffer;
  private destroyed = false;
  /** Host data on its way to tensors, written before the submit that copies it. */
  private readonly uploads: GPUBuffer;
  private uploaded = 0;
  private partial: Tensor | null = null;
  /** The run lets operands of products be rounded to f16 where the adapter has shader-f16. */
  allowsHalf = false;
  private readonly bindGroups: BindGroups;
  private pending: (() => void)[] = [];
  private profiler: Profiler | null = null;
  private readonly staging = new Map<number, GPUBuffer[]>();

  constructor(readonly gpu: Gpu) {
    this.uniforms = gpu.createBuffer('recorder.uniforms', this.staged.byteLength, 0x40 | 0x08); // UNIFORM | COPY_DST
    this.bindGroups = new BindGroups(gpu, this.uniforms);
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
    const [x, y, z] = [workgroups[0], workgroups[1] ?? 1, workgroups[2] ?? 1];
    if (this.capturing) {
      this.capturing.calls.push({ ...this.captured(kernel, bindings, params, constants), x, y, z });
      return;
    }
    const pipeline = this.gpu.pipeline(kernel, constants);
    const group = this.bindGroups.of(kernel, bindings);
    if (this.slot === SLOTS) this.submit();
    if (kernel.uniform) this.stage(this.slot, kernel, params);
    this.encode(kernel, pipeline, group, kernel.uniform ? OFFSETS[this.slot++] : null, x, y, z);
  }

  /**
   * A dispatch of a recording: its parameters stay where they are, so that a bind group can hold their place, which costs a
   * replay less. A software adapter would compile every pipeline once more for it, and takes its time elsewhere.
   */
  private captured(
    kernel: Kernel,
    bindings: Record<string, Tensor>,
    params: Record<string, number>,
    constants?: Record<string, number>,
  ): Omit<Call, 'x' | 'y' | 'z'> {
    const { gpu, bindGroups } = this;
    const slot = kernel.uniform ? this.captureParams(kernel, params) : null;
    if (slot === null || gpu.adapter.software) {
      const offset = slot === null ? null : OFFSETS[slot];
      return { kernel, pipeline: gpu.pipeline(kernel, constants), group: bindGroups.of(kernel, bindings), offset };
    }
    const pipeline = gpu.pipeline(kernel, constants, 'fixed');
    return { kernel, pipeline, group: bindGroups.of(kernel, bindings, slot * SLOT), offset: null };
  }

  private encode(
    kernel: Kernel,
    pipeline: GPUComputePipeline,
    group: GPUBindGroup,
    offset: readonly number[] | null,
    x: number,
    y: number,
    z: number,
  ): void {
    this.encoder ??= this.gpu.device.createCommandEncoder();
    if (this.profiler) {
      this.endPass();
      this.pass = this.encoder.beginComputePass({ timestampWrites: this.profiler.next(kernel) });
    } else {
      this.pass ??= this.encoder.beginComputePass();
    }
    if (this.pipeline !== pipeline) this.pass.setPipeline(pipeline);
    this.pipeline = pipeline;
    if (offset) this.pass.setBindGroup(0, group, offset as number[]);
    else this.pass.setBindGroup(0, group);
    this.pass.dispatchWorkgroups(x, y, z);
    this.dispatches += 1;
    if (this.profiler?.full) {
      this.endPass();
      this.submit();
    }
  }

  /**
   * Prepares the dispatches of `work`, which may do nothing else with this recorder, without carrying them out. There is one
   * recording a recorder: the next takes its place. What it binds and its parameters stay as they are now.
   */
  capture(work: () => void): Recording {
    this.submit(); // what was recorded may still use the parameters of the recording before
    const capturing = { calls: [] as Call[], slots: new Map<string, number>() };
    this.capturing = capturing;
    this.recording = null;
    try {
      work();
    } finally {
      this.capturing = null;
    }
    const { calls, slots } = capturing;
    if (slots.size > 0)
      this.gpu.device.queue.writeBuffer(this.uniforms, SLOTS * SLOT, this.staged, SLOTS * SLOT, slots.size * SLOT);
    this.recording = { calls };
    return this.recording;
  }

  /** The slot of these parameters in the recording: most layers have the same. */
  private captureParams(kernel: Kernel, params: Record<string, number>): number {
    const slots = this.capturing?.slots as Map<string, number>;
    const slot = SLOTS + slots.size;
    this.stage(slot, kernel, params);
    const first = (slot * SLOT) / 4;
    const key = this.stagedU32.subarray(first, first + (kernel.uniform?.fields.length ?? 0)).join();
    const known = slots.get(key);
    if (known !== undefined) return known;
    if (slots.size === CAPTURED - 1) throw new RangeError(`A recording has ${CAPTURED} different parameters or more`);
    slots.set(key, slot);
    return slot;
  }

  /** Records all dispatches of a recording. Throws where another took its place. */
  replay(recording: Recording): void {
    if (recording !== this.recording) throw new Error('The recording was replaced by another one');
    for (const { kernel, pipeline, group, offset, x, y, z } of recording.calls)
      this.encode(kernel, pipeline, group, offset, x, y, z);
  }

  /** Bytes of `scratch`. */
  get scratchBytes(): number {
    return SCRATCH;
  }

  /** Room for partial sums between two dispatches that are recorded one behind the other. Made at its first use. */
  scratch(): Tensor {
    if (!this.partial) {
      const buffer = this.gpu.createBuffer('recorder.scratch', SCRATCH, 0x80); // STORAGE
      const shape = [SCRATCH / 4];
      this.partial = { label: 'recorder.scratch', buffer, offset: 0, bytes: SCRATCH, dtype: 'f32', shape };
    }
    return this.partial;
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
    this.submitted += 1;
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
        const carrier = this.submitted;
        buffer.mapAsync(1, 0, bytes).then(
          () => {
            this.ended(carrier);
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
    const last = this.submitted;
    await this.gpu.device.queue.onSubmittedWorkDone();
    this.ended(last);
    this.gpu.throwIfFailed();
  }

  /** The device has done the submit of this number. */
  private ended(submit: number): void {
    if (submit === this.submitted && submit !== this.idleSince) {
      this.idleSince = submit;
      this.waits += 1;
    }
  }

  /** Starts timing each kernel by timestamp queries (one pass per dispatch: slower, for `bench` only). */
  startProfile(): void {
    this.submit();
    this.profiler = new Profiler(this.gpu);
  }

  /** Ends timing and gives the times of what was recorded since `startProfile`. */
  async endProfile(): Promise<Profile> {
    this.submit();
    const { profiler } = this;
    if (!profiler) throw new Error('No profile was started.');
    this.profiler = null;
    return profiler.finish();
  }

  resetCounters(): void {
    this.dispatches = 0;
    this.submits = 0;
    this.waits = 0;
  }

  /** Gives all memory back; buffers of reads that are still on their way follow when these end. */
  destroy(): void {
    this.destroyed = true;
    this.gpu.destroyBuffer(this.uniforms);
    this.gpu.destroyBuffer(this.uploads);
    if (this.partial) this.gpu.destroyBuffer(this.partial.buffer);
    for (const pool of this.staging.values()) for (const buffer of pool) this.gpu.destroyBuffer(buffer);
    this.staging.clear();
  }

  private endPass(): void {
    if (this.capturing) throw new Error('A recording holds dispatches only');
    this.pass?.end();
    this.pass = null;
    this.pipeline = null;
  }

  private stage(slot: number, kernel: Kernel, params: Record<string, number>): void {
    const base = (slot * SLOT) / 4;
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
}
