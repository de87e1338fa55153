/**
 * One way to get a device, the same in a page, a Worker and Node. `open.browser.ts` and `open.node.ts` hand in the
 * platform's `GPU` object; everything after that is here.
 */
import { DeviceLost, GpuValidationError, OutOfMemory, ShaderError, WebGpuUnavailable } from './errors';
import type { Kernel } from './kernel';

/** Optional features the engine makes use of, where the adapter has them. */
const WANTED_FEATURES = [
  'subgroups',
  'shader-f16',
  'timestamp-query',
  'chromium-experimental-subgroup-matrix',
] as const;

/** Limits raised to what the adapter really offers (WebGPU's defaults are the smallest common ones). */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/** Facts about the adapter. */
export interface AdapterFacts {
  name: string;
  vendor: string;
  architecture: string;
  backend: string;
  /**
   * True where workgroup memory is no faster than any other, as on llvmpipe and SwiftShader: kernels then pick forms without
   * it. At first what the adapter says of itself; the tuner measures it (kernels/tuner.ts).
   */
  software: boolean;
  subgroupSize: readonly [min: number, max: number];
  /** What its matrix units multiply, of f16 with f32 sums: (M,K) by (K,N). */
  matrices: readonly { readonly M: number; readonly N: number; readonly K: number }[];
}

/** A device with its limits, features, facts and a promise of its loss. */
export class Gpu {
  readonly limits: GPUSupportedLimits;
  readonly has: Readonly<Record<'subgroups' | 'f16' | 'timestamps' | 'matrices', boolean>>;
  /** Resolves once, when the device is lost for whatever reason. */
  readonly lost: Promise<DeviceLost>;
  /** Bytes of live buffers made through this object, and how many there are. */
  liveBytes = 0;
  liveBuffers = 0;
  /** The first error that WebGPU reported asynchronously; thrown at the next read-back. */
  private failure: Error | null = null;
  private readonly modules = new Map<string, GPUShaderModule>();
  private readonly pipelines = new Map<string, GPUComputePipeline>();
  /** The same by kernel, for parameters that move and that stay: every dispatch asks, and shall make no string for it. */
  private readonly known = { moving: new Map<Kernel, Variant[]>(), fixed: new Map<Kernel, Variant[]>() };
  private readonly layouts = new Map<string, { bindings: GPUBindGroupLayout; pipeline: GPUPipelineLayout }>();
  private nextBufferId = 1;
  private readonly bufferIds = new WeakMap<GPUBuffer, number>();

  constructor(
    readonly device: GPUDevice,
    readonly adapter: AdapterFacts,
  ) {
    this.limits = device.limits;
    this.has = {
      subgroups: device.features.has('subgroups' as GPUFeatureName),
      f16: device.features.has('shader-f16'),
      timestamps: device.features.has('timestamp-query'),
      matrices: device.features.has('chromium-experimental-subgroup-matrix' as GPUFeatureName),
    };
    this.lost = device.lost.then((info) => {
      const error = new DeviceLost(
        `The GPU device was lost (${info.reason || 'unknown'}: ${info.message || 'no message'}). Open a new device and continue from the last checkpoint.`,
      );
      this.failure ??= error;
      return error;
    });
    device.onuncapturederror = (event) => {
      const { error } = event as GPUUncapturedErrorEvent;
      if (this.failure) return event.preventDefault(); // it follows from the first, which is thrown: hosts print each
      this.fail(
        error.constructor.name === 'GPUOutOfMemoryError'
          ? new OutOfMemory(`${error.message} Choose a smaller batch or model.`)
          : new GpuValidationError(error.message),
      );
    };
  }

  /** Remembers the first asynchronous error. */
  fail(error: Error): void {
    this.failure ??= error;
  }

  /** Whether it reported an error: it does so at every read-back from then on, and another device is to be opened. */
  get failed(): boolean {
    return this.failure !== null;
  }

  /** Throws the first asynchronous error, if there was one. */
  throwIfFailed(): void {
    if (this.failure) throw this.failure;
  }

  /** A zeroed buffer. Throws OutOfMemory before asking the device where the limit already says no. */
  createBuffer(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const bound = Math.min(this.limits.maxBufferSize, this.limits.maxStorageBufferBindingSize);
    if (size > bound) {
      throw new OutOfMemory(
        `${label} needs ${size} bytes in one buffer; this adapter binds at most ${bound}. Choose a smaller batch, context or model.`,
      );
    }
    const buffer = this.device.createBuffer({ label, size, usage });
    this.liveBytes += size;
    this.liveBuffers += 1;
    this.bufferIds.set(buffer, this.nextBufferId++);
    return buffer;
  }

  destroyBuffer(buffer: GPUBuffer): void {
    this.liveBytes -= buffer.size;
    this.liveBuffers -= 1;
    buffer.destroy();
  }

  /** A number that names the buffer for caches. */
  bufferId(buffer: GPUBuffer): number {
    return this.bufferIds.get(buffer) ?? 0;
  }

  /**
   * The compiled pipeline of a kernel with these override constants; compiled at first use. `place`: whether its parameters'
   * place is told anew at every dispatch, or part of the bind group.
   */
  pipeline(kernel: Kernel, constants = NO_CONSTANTS, place: ParamsPlace = 'moving'): GPUComputePipeline {
    const all = this.known[place];
    const own = all.get(kernel);
    if (own) for (const known of own) if (isVariant(known, constants)) return known.pipeline;
    const key = pipelineKey(kernel, constants, place);
    let pipeline = this.pipelines.get(key);
    if (!pipeline) {
      pipeline = this.device.createComputePipeline(this.pipelineDescriptor(kernel, constants, key, place));
      this.pipelines.set(key, pipeline);
    }
    const count = Object.keys(constants).length;
    all.set(kernel, [...(own ?? []), { constants: { ...constants }, count, pipeline }]);
    return pipeline;
  }

  /** Compiles several pipelines side by side; the first step is then not a queue of compilations. */
  async prepare(wanted: readonly { kernel: Kernel; constants?: Record<string, number> }[]): Promise<void> {
    await Promise.all(
      wanted.map(async ({ kernel, constants = {} }) => {
        const key = pipelineKey(kernel, constants);
        if (this.pipelines.has(key)) return;
        const pipeline = await this.device.createComputePipelineAsync(this.pipelineDescriptor(kernel, constants, key));
        this.pipelines.set(key, pipeline);
      }),
    );
    this.throwIfFailed();
  }

  /** Layout with one uniform (binding 0 where the kernel has parameters), dynamic where it moves, and the kernel's storage bindings. */
  layout(kernel: Kernel, place: ParamsPlace = 'moving'): { bindings: GPUBindGroupLayout; pipeline: GPUPipelineLayout } {
    const key = place === 'moving' ? kernel.name : `${kernel.name} fixed`;
    let layout = this.layouts.get(key);
    if (!layout) {
      const entries: GPUBindGroupLayoutEntry[] = kernel.bindings.map((b) => ({
        binding: b.index,
        visibility: 4, // GPUShaderStage.COMPUTE, which Node lacks as a global
        buffer: { type: b.access === 'read' ? 'read-only-storage' : 'storage' },
      }));
      if (kernel.uniform) {
        entries.push({
          binding: kernel.uniform.index,
          visibility: 4,
          buffer: { type: 'uniform', hasDynamicOffset: place === 'moving' },
        });
      }
      const bindings = this.device.createBindGroupLayout({ label: kernel.name, entries });
      layout = {
        bindings,
        pipeline: this.device.createPipelineLayout({ label: kernel.name, bindGroupLayouts: [bindings] }),
      };
      this.layouts.set(key, layout);
    }
    return layout;
  }

  private pipelineDescriptor(
    kernel: Kernel,
    constants: Record<string, number>,
    label: string,
    place: ParamsPlace = 'moving',
  ): GPUComputePipelineDescriptor {
    return {
      label,
      layout: this.layout(kernel, place).pipeline,
      compute: { module: this.module(kernel), entryPoint: 'main', constants },
    };
  }

  private module(kernel: Kernel): GPUShaderModule {
    let module = this.modules.get(kernel.name);
    if (!module) {
      module = this.device.createShaderModule({ label: kernel.name, code: kernel.code });
      this.modules.set(kernel.name, module);
      void module.getCompilationInfo().then(
        (info) => {
          const first = info.messages.find((m) => m.type === 'error');
          if (!first) return;
          const line = kernel.code.split('\n')[first.lineNum - 1] ?? '';
          // A compile error explains the validation errors that follow from it, so it replaces them.
          this.failure = new ShaderError(
            `${kernel.name}.wgsl:${first.lineNum}:${first.linePos}: ${first.message}\n  ${line.trim()}`,
          );
        },
        () => {}, // the device went away meanwhile; `lost` reports that
      );
    }
    return module;
  }

  /** Gives the device back. Later calls on it fail with DeviceLost. */
  destroy(): void {
    this.device.destroy();
  }
}

const NO_CONSTANTS: Record<string, number> = {};

/** Where a dispatch's parameters lie: at an offset that moves from dispatch to dispatch, or where the bind group says. */
export type ParamsPlace = 'moving' | 'fixed';

/** A kernel's pipeline with its override constants and how many they are. */
interface Variant {
  readonly constants: Record<string, number>;
  readonly count: number;
  readonly pipeline: GPUComputePipeline;
}

function isVariant({ constants, count }: Variant, asked: Record<string, number>): boolean {
  let same = 0;
  for (const name in asked) {
    if (constants[name] !== asked[name]) return false;
    same += 1;
  }
  return same === count;
}

function pipelineKey(kernel: Kernel, constants: Record<string, number>, place: ParamsPlace = 'moving'): string {
  const values = Object.entries(constants).map(([k, v]) => `${k}=${v}`);
  if (place === 'fixed') values.push(place);
  return values.length ? `${kernel.name}(${values.join(',')})` : kernel.name;
}

/** Finds an adapter and opens it with the limits and features it really has. Throws WebGpuUnavailable. */
export async function openGpu(provider: GPU | undefined, backend: string): Promise<Gpu> {
  if (!provider) {
    throw new WebGpuUnavailable(
      'This host has no WebGPU (`navigator.gpu` is missing). Use a current Chrome, Edge, Safari or Firefox, over https or localhost.',
    );
  }
  const adapter = await provider.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new WebGpuUnavailable(
      'WebGPU is here, but no graphics adapter answered. Update the graphics driver or turn on hardware acceleration; on Linux a Vulkan driver (Mesa) is needed.',
    );
  }
  const requiredFeatures = WANTED_FEATURES.filter((f) => adapter.features.has(f as GPUFeatureName)) as GPUFeatureName[];
  const requiredLimits: Record<string, number> = {};
  for (const limit of WANTED_LIMITS) requiredLimits[limit] = adapter.limits[limit];
  const device = await adapter.requestDevice({ label: 'antisd-lab', requiredFeatures, requiredLimits });
  return new Gpu(device, adapterFacts(adapter, backend));
}

function adapterFacts(adapter: GPUAdapter, backend: string): AdapterFacts {
  const info = adapter.info as GPUAdapterInfo & {
    subgroupMinSize?: number;
    subgroupMaxSize?: number;
    /** Chromium's, with its experimental feature. */
    subgroupMatrixConfigs?: { componentType: string; resultComponentType: string; M: number; N: number; K: number }[];
  };
  const units = [...(info.subgroupMatrixConfigs ?? [])];
  const name = info.description || info.device || info.architecture || info.vendor || 'unnamed adapter';
  return {
    name,
    vendor: info.vendor,
    architecture: info.architecture,
    backend,
    software:
      info.isFallbackAdapter === true ||
      /llvmpipe|swiftshader|basic render|software/i.test(`${name} ${info.vendor} ${info.architecture} ${info.device}`),
    subgroupSize: [info.subgroupMinSize ?? 4, info.subgroupMaxSize ?? 128],
    matrices: units
      .filter((u) => u.componentType === 'f16' && u.resultComponentType === 'f32')
      .map(({ M, N, K }) => ({ M, N, K })),
  };
}
