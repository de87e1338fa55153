/** What the products' cases (cases.gpu.test.ts) do not show: what they keep out, what they refuse, and the tuner. */
import { afterEach, describe, expect, it } from 'vitest';
import type { AdapterFacts, Gpu } from '../../src/gpu/device';
import { Recorder } from '../../src/gpu/recorder';
import { type MatmulCall, matmul } from '../../src/kernels/matmul/matmul';
import { matrixKernel } from '../../src/kernels/matmul/matmul-tiles';
import { product } from '../../src/kernels/matmul/reference';
import {
  type MatmulVariant,
  matmulChoice,
  matmulVariant,
  setMatmulVariant,
  variantFor,
} from '../../src/kernels/matmul/variants';
import { compare, wave } from '../../src/kernels/self-test/case';
import { choiceTable, tuneMatmul, tuneShapes } from '../../src/kernels/tuner';
import { close } from '../setup/close';
import { testDevice } from '../setup/gpu';

const device = testDevice();

afterEach(() => setMatmulVariant(device.gpu, device.gpu.adapter.software ? 'broadcast' : 'tiles'));

it.each(['broadcast', 'tiles', 'plain'] as const)(
  '%s keeps what the second operand holds outside the product out of it',
  async (variant) => {
    const { gpu, r, put, poisoned, read } = device;
    setMatmulVariant(gpu, variant);
    const b = new Float64Array(8 * 4 + 32).fill(Number.NaN).fill(0.5, 0, 8 * 4);
    const c = poisoned(20 * 8);
    matmul(r, { layout: 'NN', a: put(new Float64Array(20 * 4).fill(1)), b: put(b), c, M: 20, N: 8, K: 4 });
    expect([...(await read(c, 20 * 8))]).toEqual(new Array(20 * 8).fill(2));
  },
);

it('refuses a tensor that is too small', () => {
  const { r, put } = device;
  const small = put(new Float64Array(8));
  expect(() => matmul(r, { layout: 'NT', a: small, b: small, c: small, M: 8, N: 8, K: 8 })).toThrow(
    /holds 8 values, needs 64/,
  );
});

it('refuses to norm or gate in a variant that cannot', () => {
  const { gpu, r, put } = device;
  setMatmulVariant(gpu, 'broadcast');
  const t = put(new Float64Array(64));
  const call: MatmulCall = { layout: 'NT', a: t, b: t, c: t, M: 8, N: 8, K: 8 };
  expect(() => matmul(r, { ...call, gated: true })).toThrow(/norms and gates nothing/);
  expect(() => matmul(r, { ...call, norm: { w: t, eps: 1e-6 } })).toThrow(/norms and gates nothing/);
});

/** A memory, with what it holds. */
function memory() {
  const stored = new Map<string, string>();
  return {
    stored,
    load: async (key: string) => stored.get(key) ?? null,
    save: async (key: string, value: string) => void stored.set(key, value),
  };
}

/** The same device under other facts, as a browser may tell them. */
const told = (facts: Partial<AdapterFacts>): Gpu =>
  Object.create(device.gpu, { adapter: { value: { ...device.gpu.adapter, ...facts } } }) as Gpu;

describe('the tuner', () => {
  it('measures once, remembers, and takes what it remembers', async () => {
    const { gpu } = device;
    const storage = memory();
    const before = gpu.liveBuffers;
    const variant = await tuneMatmul(gpu, storage);
    expect(gpu.liveBuffers).toBe(before);
    expect(matmulVariant(gpu)).toBe(variant);
    const [[key, text]] = storage.stored;
    const findings = JSON.parse(text) as { rule: MatmulVariant; ms: Record<string, number> };
    expect(findings.rule).toBe(variant);
    // of a variant that was hopeless there is no time to tell: on a quick machine that may be every other
    const others = Object.entries(findings.ms).filter(([v, ms]) => v !== variant && ms < Number.MAX_VALUE);
    const told = others.map(([v]) => `${v} \\d+\\.\\d ×`).join(', ');
    expect(choiceTable(gpu).matmul).toMatch(
      new RegExp(others.length > 0 ? `^${variant} \\(${told}\\)$` : `^${variant}$`),
    );
    storage.stored.set(key, JSON.stringify({ ...findings, rule: 'plain' }));
    expect(await tuneMatmul(gpu, storage)).toBe('plain');
    // what cannot be used is measured again; on a busy machine the nearest variants may change places
    const spoilt = [{ rule: 'a variant of another version' }, { ms: null }, { shapes: { a: null } }];
    for (const useless of [...spoilt.map((other) => JSON.stringify({ ...findings, ...other })), '{"rule":']) {
      storage.stored.set(key, useless);
      const measured = await tuneMatmul(gpu, storage);
      expect(matmulVariant(gpu)).toBe(measured);
      expect(JSON.parse(storage.stored.get(key) as string)).toMatchObject({ rule: measured });
    }
  });

  it('knows by its times what an adapter is that tells nothing', async () => {
    const { gpu } = device;
    const storage = memory();
    await tuneMatmul(gpu, storage);
    const judged = async (ms: Record<string, number>, rule: MatmulVariant) => {
      const nameless = told({ name: 'unnamed adapter', vendor: '', software: false, subgroupSize: [4, 128] });
      const known = { load: async () => JSON.stringify({ rule, ms, shapes: {} }), save: async () => {} };
      expect(await tuneMatmul(nameless, known)).toBe(rule);
      return nameless.adapter.software;
    };
    expect(await judged({ tiles: 11.3, broadcast: 6.2, plain: 12.5 }, 'broadcast')).toBe(true);
    expect(await judged({ tiles: 2.1, broadcast: 9.2, plain: 12.5 }, 'tiles')).toBe(false);
    expect(await judged({ tiles: 6.5, broadcast: 6.2, plain: 12.5 }, 'broadcast')).toBe(false);
  });

  it('measures a model’s shapes within a budget, never leaves a slow one in force, and repeats its choice', async () => {
    const gpu = told({ software: false });
    const storage = memory();
    const [r, { put, poisoned }] = [new Recorder(gpu), device];
    const call = (M: number): MatmulCall => {
      const [N, K] = [64, 32];
      return {
        layout: 'NT',
        M,
        N,
        K,
        a: put(new Float64Array(M * K)),
        b: put(new Float64Array(N * K)),
        c: poisoned(M * N),
      };
    };
    await tuneMatmul(gpu, storage);
    gpu.adapter.software = false; // as if it were one with workgroup memory
    setMatmulVariant(gpu, 'tiles');
    await tuneShapes(r, [call(12)], 0);
    expect(matmulChoice(gpu).shapes).toEqual({ 'NT f32 64 × 32, some': 'tiles' });
    await tuneShapes(r, [call(12), call(100)], 60_000);
    const { shapes } = matmulChoice(gpu);
    expect(Object.keys(shapes)).toEqual(['NT f32 64 × 32, some', 'NT f32 64 × 32, many']);
    const [{ many }] = [...storage.stored.values()].map((text) => {
      const { shapes: kept } = JSON.parse(text) as { shapes: Record<string, { ms: Record<string, number> }> };
      return { many: kept['NT f32 64 × 32, many'].ms };
    });
    const taken = many[shapes['NT f32 64 × 32, many']];
    expect(taken / Math.min(...Object.values(many))).toBeLessThan(5);
    expect(variantFor(gpu, { layout: 'NT', M: 80, N: 64, K: 32, format: 'f32', half: false })).toBe(
      shapes['NT f32 64 × 32, many'],
    );
    await tuneMatmul(gpu, storage);
    expect(matmulChoice(gpu).shapes).toEqual(shapes);
    r.destroy();
  });
});

it('sums in one order, whatever the tile', async () => {
  const { gpu, put, poisoned, read } = device;
  const [M, N, K] = [70, 72, 44];
  const outputs: number[][] = [];
  for (const variant of ['tiles-32', 'tiles-64'] as const) {
    setMatmulVariant(gpu, variant);
    const c = poisoned(M * N);
    matmul(device.r, { layout: 'NT', a: put(wave(M * K, 1)), b: put(wave(N * K, 2)), c, M, N, K });
    outputs.push([...(await read(c, M * N))]);
  }
  expect(outputs[1]).toEqual(outputs[0]);
});

it('multiplies f16 values where the run allows it, and sums them as f32', async ({ skip }) => {
  const { gpu, put, poisoned } = device;
  if (!gpu.has.f16) skip('the adapter has no shader-f16');
  const r = new Recorder(gpu);
  r.allowsHalf = true;
  setMatmulVariant(gpu, 'tiles');
  const shape = { M: 20, N: 36, K: 24 };
  const [a, b] = [wave(20 * 24, 1), wave(36 * 24, 2)];
  const c = poisoned(20 * 36);
  matmul(r, { layout: 'NT', a: put(a), b: put(b), c, ...shape });
  const reading = r.readF32(c, 20 * 36);
  r.submit();
  const got = await reading;
  const want = product('NT', a, b, shape);
  close(got, want, { atol: 24 * 2 ** -10, why: 'two factors below 1, each rounded to 11 bits, 24 times' });
  expect(compare(got, want, { atol: 1e-5, why: 'what f32 would keep' })).not.toBeNull();
  r.destroy();
});

it.skipIf('Deno' in globalThis)('has a kernel for matrix units that the compiler takes', async () => {
  const { create } = await import('webgpu');
  const provider = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']) as GPU;
  const adapter = await provider.requestAdapter();
  const features = ['chromium-experimental-subgroup-matrix', 'shader-f16'] as GPUFeatureName[];
  const unit = await adapter?.requestDevice({ requiredFeatures: features });
  if (!unit) throw new Error('Dawn’s null backend gives no device');
  for (const [M, N, K] of [
    [8, 8, 8],
    [16, 16, 16],
    [16, 8, 16],
  ])
    for (const [layout, format] of [
      ['NT', 'q4'],
      ['NN', 'bf16'],
      ['TN', 'f32'],
    ] as const) {
      const { code } = matrixKernel({ M, N, K, S: 32 }, layout, format, layout === 'NT');
      const { messages } = await unit.createShaderModule({ code }).getCompilationInfo();
      expect(messages.filter(({ type }) => type === 'error').map((m) => `${m.lineNum}: ${m.message}`)).toEqual([]);
    }
  unit.destroy();
});
