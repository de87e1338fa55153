/** Products with stored weights in every variant; the self-test runs those of the variant in force. */
import { afterEach, describe, expect, it } from 'vitest';
import { Arena } from '../../src/gpu/tensor';
import { MATMUL_VARIANTS, setMatmulVariant } from '../../src/kernels/matmul/matmul';
import { makeBench } from '../../src/kernels/self-test/self-test-bench';
import { STORED_PRODUCTS } from '../../src/kernels/self-test/self-test-storage';
import { testDevice } from '../setup/gpu';

const device = testDevice();
afterEach(() => setMatmulVariant(device.gpu, device.gpu.adapter.software ? 'broadcast' : 'tiles-64'));

describe.each(MATMUL_VARIANTS)('%s', (variant) => {
  it.each(Object.entries(STORED_PRODUCTS))('%s', async (_, product) => {
    const { gpu, r } = device;
    setMatmulVariant(gpu, variant);
    const arena = new Arena(gpu);
    expect(await product(makeBench(arena, r))).toBeLessThan(5e-5); // f32 sums over at most 64 products of at most 3
    arena.destroy();
  });
});
