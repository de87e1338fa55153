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

const device = testDevice();
const wide = {} as { gpu: Gpu; r: Recorder } & Record<Order, ReorderingRecorder>;
beforeAll(() => {
  const adapter = { ...device.gpu.adapter, software: false };
  wide.gpu = Object.create(device.gpu, { adapter: { value: adapter } }) as Gpu;
  wide.r = new Recorder(wide.gpu);
  for (const order of Object.keys(ORDERS) as Order[]) {
    wide[order] = new ReorderingRecorder(wide.gpu);
    wide[order].order = order;
  }
});
afterAll(() => {
  wide.r?.destroy();
  for (const order of Object.keys(ORDERS) as Order[]) wide[order]?.destroy();
});

async function outputs(r: Recorder, one: Case) {
  const arena = new Arena(device.gpu);
  try {
    const checks = one.record(makeBench(arena, r));
    const reads = Promise.all(checks.map((check) => readBack(r, check)));
    r.submit();
    return (await reads).map((values, i) => [checks[i].name, [...new Uint32Array(values.buffer)]] as const);
  } finally {
    arena.destroy();
  }
}

const products = [MATMUL, MATMUL_FEW, MATMUL_MORE, MATMUL_FUSED].flatMap(({ small }) => small);
const all = [...OPERATIONS.flatMap(({ small }) => small), ...products];
describe.each(Object.keys(ORDERS) as Order[])('%s', (order) => {
  it.each(all.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    setMatmulVariant(wide.gpu, 'tiles');
    expect(await outputs(wide[order], one)).toEqual(await outputs(wide.r, one));
  });
});
