/** WebGPU on the command line: Dawn through the `webgpu` package in Node, wgpu in Deno. */
import { type Gpu, openGpu } from './device';

// Dawn's instance must stay referenced: once it is collected, the process aborts.
let dawn: GPU | undefined;

/** A device on the adapter that the Vulkan/Metal/D3D12 loader offers (VK_ICD_FILENAMES chooses among Vulkan drivers). */
export async function openNodeGpu(): Promise<Gpu> {
  if ('Deno' in globalThis) return openGpu(navigator.gpu, 'wgpu-deno');
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  dawn ??= create([]) as GPU;
  return openGpu(dawn, 'dawn-node');
}
