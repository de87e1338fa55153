/** A typed view of GPU memory, and the arena that owns a planned set of them. */
import type { Gpu } from './device';
import { OutOfMemory } from './errors';

export type DType = 'f32' | 'u32';

/** What a tensor's memory is for; the memory plan is summed by it. */
export type Purpose = 'weights' | 'gradients' | 'optimizer' | 'activations' | 'kvCache' | 'scratch';

/** A row-major array in GPU memory. `offset` and `bytes` are in bytes; offsets are multiples of 256 (WebGPU binding rule). */
export interface Tensor {
  readonly label: string;
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export interface TensorSpec {
  label: string;
  shape: readonly number[];
  purpose: Purpose;
  dtype?: DType;
}

const noBytes = (): Record<Purpose, number> => ({
  weights: 0,
  gradients: 0,
  optimizer: 0,
  activations: 0,
  kvCache: 0,
  scratch: 0,
});

export const elements = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

const STORAGE = 0x80 | 0x04 | 0x08; // STORAGE | COPY_SRC | COPY_DST, which Node lacks as globals

/** Rounds a byte count up to a legal binding offset. */
export const alignOffset = (bytes: number): number => Math.ceil(bytes / 256) * 256;

/**
 * Owns buffers planned before a run: nothing is allocated while training. Every tensor has its own buffer, since
 * WebGPU refuses a dispatch that reads and writes one buffer through two bindings.
 */
export class Arena {
  private readonly buffers: GPUBuffer[] = [];
  readonly bytes: Record<Purpose, number> = noBytes();

  constructor(readonly gpu: Gpu) {}

  /** Bytes that `specs` will take, by purpose, without allocating. */
  static plan(specs: readonly TensorSpec[]): Record<Purpose, number> {
    const bytes: Record<Purpose, number> = noBytes();
    for (const s of specs) bytes[s.purpose] += Math.max(16, Math.ceil((elements(s.shape) * 4) / 16) * 16);
    return bytes;
  }

  /** One zeroed tensor. Throws OutOfMemory where a single buffer exceeds the adapter's limit. */
  tensor({ label, shape, purpose, dtype = 'f32' }: TensorSpec): Tensor {
    const bytes = elements(shape) * 4;
    const buffer = this.gpu.createBuffer(label, bytes, STORAGE);
    this.buffers.push(buffer);
    this.bytes[purpose] += buffer.size;
    return { label, buffer, offset: 0, bytes: buffer.size, dtype, shape };
  }

  /** All of a plan at once; on failure everything is given back and OutOfMemory carries the numbers. */
  async allocate<K extends string>(specs: Record<K, TensorSpec>): Promise<Record<K, Tensor>> {
    const { device } = this.gpu;
    device.pushErrorScope('out-of-memory');
    const tensors = {} as Record<K, Tensor>;
    try {
      for (const key of Object.keys(specs) as K[]) tensors[key] = this.tensor(specs[key]);
    } catch (error) {
      void device.popErrorScope();
      this.destroy();
      throw error;
    }
    const failed = await device.popErrorScope();
    if (failed) {
      const total = Object.values(this.bytes).reduce((a, b) => a + b, 0);
      this.destroy();
      throw new OutOfMemory(
        `The adapter could not hold ${total} bytes (${failed.message}). Choose a smaller batch, context or model.`,
      );
    }
    return tensors;
  }

  /** `allocate` for tensors that are told apart by their place in a list. */
  async allocateList(specs: readonly TensorSpec[]): Promise<Tensor[]> {
    const named = await this.allocate(Object.fromEntries(specs.map((spec, i) => [`${i}`, spec])));
    return specs.map((_, i) => named[`${i}`]);
  }

  /** Gives all memory back: Dawn frees what was destroyed when a later submit has ended, so that one comes now and is waited for. */
  destroy(): void {
    if (this.buffers.length === 0) return;
    for (const buffer of this.buffers.splice(0)) this.gpu.destroyBuffer(buffer);
    if (this.gpu.failed) return;
    const { queue } = this.gpu.device;
    queue.submit([]);
    void queue.onSubmittedWorkDone().catch(() => {}); // a device that goes away meanwhile is told of elsewhere
  }
}

/** A part of a tensor. `start` is in elements and must land on a 256-byte boundary. */
export function view(t: Tensor, label: string, start: number, shape: readonly number[]): Tensor {
  const offset = t.offset + start * 4;
  if (offset % 256 !== 0)
    throw new RangeError(`${label}: offset ${offset} of ${t.label} is not a multiple of 256 bytes`);
  return { label, buffer: t.buffer, offset, bytes: elements(shape) * 4, dtype: t.dtype, shape };
}

/** Throws when a tensor is too small for what a kernel will read or write. */
export function expectLength(name: string, t: Tensor, atLeast: number): void {
  if (t.bytes < atLeast * 4) {
    throw new RangeError(
      `${name} (${t.label}) holds ${t.bytes / 4} values, needs ${atLeast}. Was the batch made larger than the plan?`,
    );
  }
}
