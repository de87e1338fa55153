/**
 * A missing barrier hides on an adapter that runs a workgroup's threads one vector after the other. So the kernels' cases, in the form that
 * a GPU takes, are computed with threads and workgroups in other orders too, and must give the same bits. Here are those of the
 * operations that compile quickly; ORDER=all (`npm run test:order`) takes all, minutes where nothing is cached. Of llvmpipe the order is known; SwiftShader turns it round at each barrier.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device';
import { Recorder } from '../../src/gpu/recorder';
import { Arena } from '../../src/gpu/tensor';
import { MATMUL, MATMUL_FEW, MATMUL_MORE } from '../../src/kernels/matmul/cases';
import { MATMUL_FUSED } from '../../src/kernels/matmul/cases-fused';
import { setMatmulVariant } from '../../src/kernels/matmul/variants';
import { type Case, makeBench, readBack } from '../../src/kernels/self-test/case';
import { OPERATIONS } from '../../src/kernels/self-test/operations';
import { testDevice } from '../setup/gpu';
import { ORDERS, type Order, ReorderingRecorder } from '../setup/reordered';

const QUICK = ['rms-norm', 'adamw', 'kv-cache', 'sum-rows'];
const device = testDevice();
/** The same device, named as a GPU. */
const wide = {} as { gpu: Gpu; r: Recorder };
beforeAll(() => {
  const adapter = { ...device.gpu.adapter, software: false };
  wide.gpu = Object.create(device.gpu, { adapter: { value: adapter } }) as Gpu;
  setMatmulVariant(wide.gpu, 'tiles');
  wide.r = new Recorder(wide.gpu);
});
afterAll(() => wide.r?.destroy());

/** The bits of a case's outputs, by name. */
async function outputs(r: Recorder, { record }: Case): Promise<Record<string, number[]>> {
  const arena = new Arena(device.gpu);
  try {
    const checks = record(makeBench(arena, r));
    const reads = Promise.all(checks.map((check) => readBack(r, check)));
    r.submit();
    const read = await reads;
    return Object.fromEntries(checks.map(({ name }, i) => [name, [...new Uint32Array(read[i].buffer)]]));
  } finally {
    arena.destroy();
  }
}

const products = [MATMUL, MATMUL_FEW, MATMUL_MORE, MATMUL_FUSED].flatMap(({ small }) => small);
const cases =
  process.env.ORDER === 'all'
    ? [...OPERATIONS.flatMap(({ small }) => small), ...products]
    : OPERATIONS.filter(({ name }) => QUICK.includes(name)).flatMap(({ small }) => small);

describe.each(Object.keys(ORDERS) as Order[])('%s', (order) => {
  let other: Recorder;
  beforeAll(() => {
    other = new ReorderingRecorder(wide.gpu, order);
  });
  afterAll(() => other.destroy());

  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    expect(await outputs(other, one)).toEqual(await outputs(wide.r, one));
  });
});
