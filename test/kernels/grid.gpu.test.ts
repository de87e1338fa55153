/** Grids of more than 65,535 workgroups, which WebGPU has in no dimension: they are folded, and the last of them has work too. */
import { expect, it } from 'vitest';
import { kvAppend, kvFill } from '../../src/kernels/kv-cache/kv-cache';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const [P, KD] = [33, 131_072]; // 64 threads a workgroup: 67,584 of them, 2,048 more than fit
const SHAPE = { P, KD, stride: KD };

it('a long prompt fills its cache to the end', async () => {
  const { r, put, read } = device;
  const k = put(Float32Array.from({ length: P * KD }, (_, i) => i % 9973));
  const [cacheK, cacheV] = [device.poisoned(P * KD), device.poisoned(P * KD)];
  kvFill(r, { k, qkv: k, spans: put([0, P], 'u32'), cacheK, cacheV }, { ...SHAPE, R: 1, longest: P });
  for (const cache of [cacheK, cacheV]) {
    const got = await read(cache, P * KD);
    expect(got.findIndex((v, i) => v !== i % 9973)).toBe(-1);
  }
});

it('many rows append to theirs to the last', async () => {
  const { r, put, read } = device;
  const k = put(Float32Array.from({ length: P * KD }, (_, i) => i % 9973));
  const [rows, positions] = [Array.from({ length: P }, (_, b) => b), new Array<number>(P).fill(0)];
  const [cacheK, cacheV] = [device.poisoned(P * KD), device.poisoned(P * KD)];
  const places = { rows: put(rows, 'u32'), positions: put(positions, 'u32'), cacheK, cacheV };
  kvAppend(r, { k, qkv: k, ...places }, { ...SHAPE, P: 1, B: P });
  const got = await read(cacheK, P * KD);
  expect(got.findIndex((v, i) => v !== i % 9973)).toBe(-1);
});
