import { expect, it } from 'vitest';
import { matmulVariant } from '../../src/kernels/matmul/matmul';
import { selfTestKernels } from '../../src/kernels/self-test/self-test';
import { testDevice } from '../setup/gpu';

const device = testDevice();

it('finds every kernel right on this adapter, in a few seconds, and leaves nothing behind', async () => {
  const before = device.gpu.liveBuffers;
  const result = await selfTestKernels(device.gpu);
  expect(result.failed).toEqual([]);
  expect(result.passed).toBeGreaterThanOrEqual(28);
  expect(matmulVariant(device.gpu)).toMatch(/broadcast/);
  expect(device.gpu.liveBuffers).toBe(before);
});
