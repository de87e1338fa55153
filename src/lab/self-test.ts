/** The self-test in the shape that device reports carry. */
import type { Gpu } from '../gpu/device';
import { selfTestKernels } from '../kernels/self-test';
import type { DeviceReport } from './events';

export async function selfTest(gpu: Gpu): Promise<NonNullable<DeviceReport['selfTest']>> {
  const { passed, failed, ms } = await selfTestKernels(gpu);
  return { passed, failed, ms: Math.round(ms) };
}
