/**
 * Every operation's cases, the self-test's small ones and those with sizes that bite, against the float64 references; and
 * twice each, for the same bits. Small cases also run in the form that a GPU takes: there many threads share a row, which a
 * software adapter would never choose by itself.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device';
import { Recorder } from '../../src/gpu/recorder';
import { Arena } from '../../src/gpu/tensor';
import { MATMUL, MATMUL_FEW, MATMUL_LARGE_TILE, MATMUL_MORE } from '../../src/kernels/matmul/cases';
import { MATMUL_FUSED } from '../../src/kernels/matmul/cases-fused';
import { MATMUL_VARIANTS, type MatmulVariant, setMatmulVariant } from '../../src/kernels/matmul/variants';
import { type Case, makeBench, readBack } from '../../src/kernels/self-test/case';
import { OPERATIONS } from '../../src/kernels/self-test/operations';
import { close } from '../setup/close';
import { testDevice } from '../setup/gpu';

const device = testDevice();
/** The same device, named as a GPU. */
const wide = {} as { r: Recorder };
beforeAll(() => {
  const adapter = { ...device.gpu.adapter, software: false };
  wide.r = new Recorder(Object.create(device.gpu, { adapter: { value: adapter } }) as Gpu);
});
afterAll(() => wide.r?.destroy());

const bytes = ({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

async function run(r: Recorder, { record }: Case): Promise<void> {
  const arena = new Arena(device.gpu);
  try {
    const twice = [0, 1].map(() => record(makeBench(arena, r)));
    const reads = twice.map((checks) => Promise.all(checks.map((check) => readBack(r, check))));
    r.submit();
    const [first, second] = await Promise.all(reads);
    expect(first.length).toBeGreaterThan(0);
    twice[0].forEach(({ want, tolerance, name }, i) => {
      close(first[i], want, tolerance, name);
    });
    const same = first.map((values, i) => bytes(values).equals(bytes(second[i])));
    expect(same, 'the same bits twice').toEqual(first.map(() => true));
  } finally {
    arena.destroy();
  }
}

/** Without a cache a software adapter compiles the kernels of GPUs for minutes: CASES=sample, as in the gate, takes every fifth. */
const some = (cases: readonly Case[]): readonly Case[] =>
  process.env.CASES === 'sample' ? cases.filter((_, i) => i % 5 === 0) : cases;

/** Hundreds of cases a suite: a test is named after its case. */
const named = (cases: readonly Case[]) => cases.map((one) => [one.name, one] as const);

describe.each(OPERATIONS.map((operation) => [operation.name, operation] as const))('%s', (_, { small, large }) => {
  it.each(named([...small, ...large]))('%s', (_name, one) => run(device.r, one));
  it.each(named(some(small)))('as on a GPU: %s', (_name, one) => run(wide.r, one));
});

/** The kernel of `tiles` with one size for every shape, which takes seconds to compile; or what few adapters have. */
const FIXED: readonly MatmulVariant[] = ['tiles-32', 'tiles-64', 'tiles-128', 'matrix'];

describe.each(MATMUL_VARIANTS)('%s', (variant) => {
  afterEach(() => setMatmulVariant(device.gpu, device.gpu.adapter.software ? 'broadcast' : 'tiles'));
  const operations = [MATMUL, MATMUL_FEW, MATMUL_MORE];
  if (variant === 'tiles') operations.push(MATMUL_LARGE_TILE, MATMUL_FUSED);
  const all = operations.flatMap(({ small, large }) => [...small, ...large]);
  const cases = FIXED.includes(variant) ? MATMUL_FEW.small.slice(0, 1) : variant === 'broadcast' ? all : some(all);
  it.each(named(cases))('%s', (_name, one) => {
    setMatmulVariant(device.gpu, variant);
    return run(device.r, one);
  });
});
