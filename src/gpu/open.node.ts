/** WebGPU on the command line: Dawn through the `webgpu` package in Node, wgpu in Deno. */
import { type Gpu, openGpu } from './device';

// Dawn's instance must stay referenced: once it is collected, the process aborts.
let dawn: GPU | undefined;
let nothing: GPU | undefined;

/** A device on the adapter that the Vulkan/Metal/D3D12 loader offers (VK_ICD_FILENAMES chooses among Vulkan drivers). */
export async function openNodeGpu(): Promise<Gpu> {
  if ('Deno' in globalThis) return openGpu(navigator.gpu, 'wgpu-deno');
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  dawn ??= create([]) as GPU;
  const gpu = await openGpu(dawn, 'dawn-node');
  if (gpu.adapter.software) waitInTimers();
  return gpu;
}

let inTimers = false;
const isNative = (f: unknown): boolean => typeof f === 'function' && /\{\s*\[native code\]\s*\}$/.test(String(f));

/**
 * While a read-back is waited for, Dawn's binding asks the device in every turn of the event loop, through the global
 * setImmediate (AsyncRunner.cpp). On an adapter that is the processor itself those turns take the time of the kernels, half
 * of it on two cores: there Dawn asks once a millisecond. Everybody else's immediates stay as they are.
 */
function waitInTimers(): void {
  if (inTimers) return;
  inTimers = true;
  globalThis.setImmediate = new Proxy(globalThis.setImmediate, {
    apply: (immediate, self, [turn, ...args]) =>
      isNative(turn) ? setTimeout(turn, 1, ...args) : Reflect.apply(immediate, self, [turn, ...args]),
  });
}

/** Dawn's null backend: takes every command and computes nothing; what is read back is zeros. For measuring the host's own time. */
export async function openNullGpu(): Promise<Gpu> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  nothing ??= create(['backend=null']) as GPU;
  const gpu = await openGpu(nothing, 'dawn-null');
  const make = gpu.device.createBuffer.bind(gpu.device);
  gpu.device.createBuffer = (descriptor) => {
    const buffer = make(descriptor);
    const mapped = buffer.getMappedRange.bind(buffer);
    buffer.getMappedRange = (...range) => {
      const bytes = mapped(...range);
      new Uint8Array(bytes).fill(0); // nobody wrote there: it is what lay in memory before
      return bytes;
    };
    return buffer;
  };
  return gpu;
}
