import { describe, expect, it } from 'vitest';
import { Arena } from '../../src/gpu/tensor';
import { makeBench } from '../../src/kernels/self-test/self-test-bench';
import { testDevice } from '../setup/gpu';

const device = testDevice();

describe('the self-test’s measure of error', () => {
  it.each([
    [[1, 2, 3], 0],
    [[1, 2.5, 3], 0.5],
    [[1, -2, 3.25], 4],
    [[Number.NaN, 2, 3], Number.POSITIVE_INFINITY], // what comes after must not hide it
    [[1, 2, Number.NaN], Number.POSITIVE_INFINITY],
    [[Number.NEGATIVE_INFINITY, 2, 3], Number.POSITIVE_INFINITY],
  ])('of %j is %f', async (got, worst) => {
    const arena = new Arena(device.gpu);
    const bench = makeBench(arena, device.r);
    expect(await bench.error(bench.put(got), [1, 2, 3])).toBe(worst);
    arena.destroy();
  });
});
