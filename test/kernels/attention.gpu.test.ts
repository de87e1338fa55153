/** What attention's cases (cases.gpu.test.ts) do not show: which variant an adapter takes. */
import { expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device';
import { Recorder } from '../../src/gpu/recorder';
import { decodeParts } from '../../src/kernels/attention/attention';
import { attentionVariant, MOST_WHOLE, setAttentionVariant } from '../../src/kernels/attention/attention-variant';
import { tuneAttention } from '../../src/kernels/tuner';
import { testDevice } from '../setup/gpu';

const device = testDevice();

/** The same device under another name, for what is chosen here to be forgotten. */
const named = (software: boolean): Gpu =>
  Object.create(device.gpu, { adapter: { value: { ...device.gpu.adapter, software } } }) as Gpu;

it('takes tiles on a GPU, and on a software adapter for wide heads alone', () => {
  const variants = (gpu: Gpu) => [16, MOST_WHOLE, MOST_WHOLE + 4, 256, 260].map((D) => attentionVariant(gpu, D));
  expect(variants(named(false))).toEqual(['tiles', 'tiles', 'tiles', 'tiles', 'rows']);
  expect(variants(named(true))).toEqual(['rows', 'rows', 'tiles', 'tiles', 'rows']);
  const gpu = named(false);
  setAttentionVariant(gpu, 64, 'rows');
  expect(variants(gpu)).toEqual(['tiles', 'rows', 'tiles', 'tiles', 'rows']);
});

it('measures once on a GPU, remembers, and takes what it remembers', async () => {
  const stored = new Map<string, string>();
  const memory = {
    load: async (key: string) => stored.get(key) ?? null,
    save: async (key: string, value: string) => void stored.set(key, value),
  };
  const heads = { H: 2, K: 1, D: 8 };
  const tuned = async (software: boolean) => {
    const gpu = named(software);
    const r = new Recorder(gpu);
    await tuneAttention(r, heads, memory);
    r.destroy();
    return attentionVariant(gpu, heads.D);
  };
  expect(await tuned(true)).toBe('rows');
  expect(stored.size).toBe(0);
  const variant = await tuned(false);
  expect([...stored.values()]).toEqual([variant]);
  const other = variant === 'rows' ? 'tiles' : 'rows';
  for (const key of stored.keys()) stored.set(key, other);
  expect(await tuned(false)).toBe(other);
});

it('cuts a cache into parts by the keys that are seen and by rows', () => {
  const parts = (longest: number, B: number, window: number | null = null, software = false) =>
    decodeParts(named(software), { B, H: 16, longest, window });
  expect([1, 128, 129, 1024, 8192].map((longest) => parts(longest, 1))).toEqual([1, 1, 2, 8, 32]);
  expect([1, 4, 8, 32, 64].map((B) => parts(8192, B))).toEqual([32, 8, 4, 1, 1]);
  expect(parts(8192, 1, 512)).toBe(4);
  expect(parts(8192, 1, null, true)).toBe(16);
});
