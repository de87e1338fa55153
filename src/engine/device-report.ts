/** The device as events tell it. */
import type { Gpu } from '../gpu/device';
import { matmulVariant } from '../kernels/matmul/matmul';
import type { DeviceReport } from '../runs/events';

export function deviceReport(gpu: Gpu, selfTest: DeviceReport['selfTest'] = null): DeviceReport {
  const { adapter, limits, has } = gpu;
  const features = [has.subgroups && 'subgroups', has.f16 && 'shader-f16', has.timestamps && 'timestamp-query'].filter(
    (f) => typeof f === 'string',
  );
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
    variants: { matmul: matmulVariant(gpu) },
    selfTest,
  };
}
