/** One device for all engine tests: on a software adapter most of a test's time would go into compiling kernels anew. */
import { afterAll, beforeAll } from 'vitest';
import type { Gpu } from '../../src/gpu/device';
import { openNodeGpu } from '../../src/gpu/open.node';
import { Recorder } from '../../src/gpu/recorder';
import { Arena, type Tensor } from '../../src/gpu/tensor';

export interface Device {
  gpu: Gpu;
  r: Recorder;
  /** A tensor with this content. */
  put(data: ArrayLike<number>, kind?: 'f32' | 'u32'): Tensor;
  /** A tensor of n values, poisoned with 1e30, so that what a kernel leaves out shows. */
  poisoned(n: number): Tensor;
  read(t: Tensor, n: number): Promise<Float32Array>;
}

/** The files that a process gets run one after another and share its modules (vitest.config.ts). */
let shared: Promise<Gpu> | null = null;

/** Call at the top of a file; the fields are there once the tests run. What a test breaks for good, it opens itself. */
export function testDevice(): Device {
  const device = {} as Device;
  let arena: Arena;
  beforeAll(async () => {
    shared ??= openNodeGpu();
    const gpu = await shared;
    const r = new Recorder(gpu);
    arena = new Arena(gpu);
    const put = (data: ArrayLike<number>, kind: 'f32' | 'u32' = 'f32') => {
      const t = arena.tensor({ label: 'test', shape: [Math.max(1, data.length)], purpose: 'scratch' });
      r.write(t, kind === 'f32' ? Float32Array.from(data) : Uint32Array.from(data));
      return t;
    };
    Object.assign(device, {
      gpu,
      r,
      put,
      poisoned: (n: number) => put(new Float32Array(n).fill(1e30)),
      async read(t: Tensor, n: number) {
        const values = r.readF32(t, n);
        r.submit();
        return values;
      },
    });
  });
  afterAll(() => {
    arena?.destroy();
    device.r?.destroy();
  });
  return device;
}

/**
 * The same device with kernels that do nothing, for tests of what is dispatched and held: that stays as it is, and nothing
 * waits for a compiler. It counts its own buffers.
 */
export function idle(gpu: Gpu): Gpu {
  const code = '@compute @workgroup_size(1) fn main() {}';
  const pipeline: Gpu['pipeline'] = (kernel, _, place) =>
    gpu.pipeline({ ...kernel, name: `idle-${kernel.name}`, code }, {}, place);
  return Object.create(gpu, { pipeline: { value: pipeline, writable: true } }) as Gpu;
}
