import { expect, it } from 'vitest';
import { Arena } from '../../src/gpu/tensor';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const SIZE = 100 * 1024 * 1024;

it('gives memory back soon, though nothing else is submitted', async ({ skip }) => {
  const { gpu, r } = device;
  if (!gpu.adapter.software || gpu.adapter.backend !== 'dawn-node')
    skip('only of a software adapter in Dawn is it known when its memory is the process’s');
  const arena = new Arena(gpu);
  r.clear(arena.tensor({ label: 'test.large', shape: [SIZE / 4], purpose: 'scratch' }));
  await r.finish();
  const held = process.memoryUsage().rss;
  arena.destroy();
  await expect.poll(() => held - process.memoryUsage().rss).toBeGreaterThan(SIZE / 2);
});
