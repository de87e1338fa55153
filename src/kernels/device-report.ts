/** The device as events tell it. */
import type { Gpu } from '../gpu/device';
import { choiceTable } from './tuner';

/** Cases that gave what their float64 reference gives, and the names of those that did not, with the worst error and what was allowed. */
export interface SelfTest {
  passed: number;
  failed: string[];
  ms: number;
}

/** Facts about the adapter, for display and for the run's record. */
export interface DeviceReport {
  name: string; // "llvmpipe (LLVM 15.0.6, 256 bits)"
  vendor: string;
  backend: string; // "vulkan", "metal", "browser" …
  software: boolean;
  features: string[]; // subgroups, shader-f16, timestamp-query where present
  subgroupSize: [number, number];
  limits: { maxBufferSize: number; maxStorageBufferBindingSize: number; maxComputeWorkgroupStorageSize: number };
  /** What products take, and by how much others are slower: at first and, once a model was measured, for each of its shapes. */
  variants: Record<string, string>;
  /** Kernels checked against the float64 reference on this adapter; null before the self-test ran. */
  selfTest: SelfTest | null;
}

export function deviceReport(gpu: Gpu, selfTest: SelfTest | null = null): DeviceReport {
  const { adapter, limits, has } = gpu;
  const features = [
    has.subgroups && 'subgroups',
    has.f16 && 'shader-f16',
    has.timestamps && 'timestamp-query',
    has.matrices && 'subgroup-matrix',
  ].filter((f) => typeof f === 'string');
  return {
    name: adapter.name,
    vendor: adapter.vendor,
    backend: adapter.backend,
    software: adapter.software,
    features,
    subgroupSize: [...adapter.subgroupSize],
    limits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    },
    variants: choiceTable(gpu),
    selfTest,
  };
}
