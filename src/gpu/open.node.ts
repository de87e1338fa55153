/** WebGPU in Node: Dawn, through the `webgpu` package. */
import { create, globals } from 'webgpu';
import { type Gpu, openGpu } from './device';

// Dawn's instance must stay referenced: once it is collected, the process aborts.
let dawn: GPU | undefined;

/** A device on the adapter that the Vulkan/Metal/D3D12 loader offers (VK_ICD_FILENAMES chooses among Vulkan drivers). */
export async function openNodeGpu(): Promise<Gpu> {
  Object.assign(globalThis, globals);
  dawn ??= create([]) as GPU;
  return openGpu(dawn, 'dawn-node');
}
