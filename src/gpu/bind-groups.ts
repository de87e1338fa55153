/** Bind groups by what they bind. Every dispatch asks for one, so a known one is found without making a string or an object. */
import type { Gpu } from './device';
import type { Kernel } from './kernel';
import type { Tensor } from './tensor';

/** Bytes a dispatch's parameters take: the largest minUniformBufferOffsetAlignment that WebGPU allows. */
export const SLOT = 256;

interface Bound {
  readonly buffers: readonly GPUBuffer[];
  /** Offset and bytes of each binding in turn. */
  readonly places: readonly number[];
  /** Where its parameters lie; null where every dispatch tells. */
  readonly params: number | null;
  readonly group: GPUBindGroup;
}

export class BindGroups {
  private readonly kernels = new Map<Kernel, Map<number, Bound[]>>();

  constructor(
    private readonly gpu: Gpu,
    /** Bound where a kernel has parameters. */
    private readonly uniforms: GPUBuffer,
  ) {}

  /** Parameters lie at `params` bytes, or (null) at a dynamic offset. Throws for a binding that the kernel has and `bindings` lacks. */
  of(kernel: Kernel, bindings: Record<string, Tensor>, params: number | null = null): GPUBindGroup {
    let groups = this.kernels.get(kernel);
    if (!groups) {
      groups = new Map();
      this.kernels.set(kernel, groups);
    }
    let hash = params ?? 0;
    for (const { name } of kernel.bindings) {
      const t = bindings[name];
      if (!t) throw new Error(`${kernel.name}: binding ${name} is missing`);
      hash = Math.imul(hash ^ this.gpu.bufferId(t.buffer), 0x9e3779b1);
      hash = Math.imul(hash ^ t.offset, 0x85ebca6b) ^ t.bytes;
    }
    const alike = groups.get(hash);
    if (alike)
      for (const bound of alike) if (bound.params === params && binds(bound, kernel, bindings)) return bound.group;
    const made = this.make(kernel, bindings, params);
    if (alike) alike.push(made);
    else groups.set(hash, [made]);
    return made.group;
  }

  private make(kernel: Kernel, bindings: Record<string, Tensor>, params: number | null): Bound {
    const tensors = kernel.bindings.map((b) => bindings[b.name]);
    const entries: GPUBindGroupEntry[] = tensors.map(({ buffer, offset, bytes: size }, i) => ({
      binding: kernel.bindings[i].index,
      resource: { buffer, offset, size },
    }));
    if (kernel.uniform)
      entries.push({
        binding: kernel.uniform.index,
        resource: { buffer: this.uniforms, offset: params ?? 0, size: SLOT },
      });
    const layout = this.gpu.layout(kernel, params === null ? 'moving' : 'fixed').bindings;
    return {
      buffers: tensors.map((t) => t.buffer),
      places: tensors.flatMap((t) => [t.offset, t.bytes]),
      params,
      group: this.gpu.device.createBindGroup({ label: kernel.name, layout, entries }),
    };
  }
}

function binds({ buffers, places }: Bound, kernel: Kernel, bindings: Record<string, Tensor>): boolean {
  for (let i = 0; i < buffers.length; i++) {
    const t = bindings[kernel.bindings[i].name];
    if (t.buffer !== buffers[i] || t.offset !== places[2 * i] || t.bytes !== places[2 * i + 1]) return false;
  }
  return true;
}
