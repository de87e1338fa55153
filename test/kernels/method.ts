/** What the tests of the method's kernels share: rollouts of lengths that bite, and the host's float64 answer. */
import { afterAll, beforeAll } from 'vitest';
import { type TokenAdvantages, tokenAdvantages } from '../../src/antisd/advantages';
import type { Method } from '../../src/antisd/arms';
import type { Gpu } from '../../src/gpu/device';
import { Recorder } from '../../src/gpu/recorder';
import { tokenAdvantage } from '../../src/kernels/token-advantage';
import { wave } from '../setup/close';
import { type Device, testDevice } from '../setup/gpu';

/**
 * The device as it is, and as a GPU: there many threads share a row, a form that a software adapter would never choose by
 * itself. Call at the top of a file.
 */
export function testForms(): { form: string; device: Device }[] {
  const device = testDevice();
  const wide = {} as Device;
  beforeAll(() => {
    const adapter = { ...device.gpu.adapter, software: false };
    const gpu: Gpu = Object.create(device.gpu, { adapter: { value: adapter } });
    const r = new Recorder(gpu);
    Object.assign(wide, device, {
      gpu,
      r,
      read(t: Parameters<Device['read']>[0], n: number) {
        const values = r.readF32(t, n);
        r.submit();
        return values;
      },
    });
  });
  afterAll(() => wide.r?.destroy());
  return [
    { form: 'in the form of this adapter', device },
    { form: 'in the form of a GPU', device: wide },
  ];
}

/** Rollouts laid end to end, with the A and λ of each. */
export interface Rollouts {
  lengths: readonly number[];
  s: Float32Array;
  t: Float32Array;
  A: readonly number[];
  lambda: readonly number[];
}

/** First token of each rollout, and their number at the end. */
export function offsetsOf(lengths: readonly number[]): number[] {
  const offsets = [0];
  for (const n of lengths) offsets.push(offsets[offsets.length - 1] + n);
  return offsets;
}

/** Log-probabilities down to −`depth` nats, so that u spreads over ± depth. */
export function rollouts(lengths: readonly number[], depth: number, lambda = 0.5): Rollouts {
  const N = lengths.reduce((a, b) => a + b, 0);
  const logp = (seed: number) => Float32Array.from(wave(N, seed), (x) => -0.5 * depth * (1 + x));
  const A = Array.from(wave(lengths.length, 3), (x) => Math.fround(2 * x));
  return { lengths, s: logp(1), t: logp(2), A, lambda: lengths.map(() => lambda) };
}

/** Columns (N,4) that the kernel gives; s and t lie in rows of `stride`. */
export async function onDevice(device: Device, x: Rollouts, m: Method, stride = 1): Promise<Float32Array> {
  const { r, put, poisoned, read } = device;
  const [B, N] = [x.lengths.length, x.s.length];
  const spread = (v: Float32Array) =>
    Float32Array.from({ length: N * stride }, (_, i) => (i % stride ? 1e30 : v[i / stride]));
  const columns = poisoned(N * 4 + 4);
  const b = {
    s: put(spread(x.s)),
    t: put(spread(x.t)),
    offsets: put(offsetsOf(x.lengths), 'u32'),
    rollouts: put(x.A.flatMap((A, i) => [A, x.lambda[i]])),
    columns,
  };
  tokenAdvantage(r, b, { B, N, stride, ...shapeOf(m) });
  const got = await read(columns, N * 4 + 4);
  if (got[N * 4] !== Math.fround(1e30)) throw new Error('tokenAdvantage wrote behind the last token');
  return got.subarray(0, N * 4);
}

/** The kernel's switches of a method. */
export const shapeOf = (m: Method) => ({
  divergence: m.divergence.name,
  sign: m.sign,
  combine: m.combine,
  mask: m.maskNats || Number.POSITIVE_INFINITY,
  clamp: m.clampNats || Number.POSITIVE_INFINITY,
  standardise: m.standardise,
  entropyBeta: m.entropyBeta,
});

/** The same from src/antisd/advantages.ts, a rollout at a time; λ of each rollout is the constant one. */
export function onHost(x: Rollouts, m: Method): TokenAdvantages[] {
  const at = offsetsOf(x.lengths);
  return x.lengths.map((_, i) => {
    const [s, t] = [x.s.subarray(at[i], at[i + 1]), x.t.subarray(at[i], at[i + 1])];
    return tokenAdvantages({ s, t, reward: 1, groupAdvantage: x.A[i] }, m, x.lambda[i], null);
  });
}

export const column = (values: Float32Array, c: number, stride = 4): number[] =>
  Array.from({ length: values.length / stride }, (_, i) => values[i * stride + c]);
