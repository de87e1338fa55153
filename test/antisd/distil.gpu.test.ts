/** Distillation on the device: its gradient, its three teachers, and that a run goes on to the bit. */
import { describe, expect, it } from 'vitest';
import type { Lesson, Policy } from '../../src/model/net/policy';
import { readSafetensors } from '../../src/model/weights/safetensors';
import type { RunEventOf } from '../../src/runs/events';
import { momentsIn, optimizerBytes } from '../../src/runs/optimizer-file';
import { fixturePath, openModel } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { openRun } from '../setup/session';

const device = testDevice();

/** Student and teacher read the same three tokens after other prompts; many parts where few tokens fit one. */
async function lesson(policy: Policy, comparison: Pick<Lesson, 'support' | 'alpha' | 'K'>) {
  const responses = [
    [4, 5, 6],
    [7, 8, 9],
    [3, 11, 4],
  ];
  const after = (prompt: number[]) =>
    policy.plan(responses.map((ids) => ({ ids: [...prompt, ...ids], from: prompt.length })));
  const { hidden } = await policy.score(after([9, 2, 10, 1]), false, true);
  if (!hidden) throw new Error('no rows were kept');
  const batch = after([1, 2]);
  return { batch, given: { ...comparison, hidden, b: Float32Array.from({ length: 9 }, (_, n) => 0.2 + 0.1 * n) } };
}

const gradientOf = async (policy: Policy) =>
  new Map([...(await policy.gradients())].map(([name, { data }]) => [name, Float32Array.from(data)]));

describe.each([
  { support: 'vocabulary', alpha: 0.5, K: 1 },
  { support: 'top-k-and-rest', alpha: 1, K: 4 },
  { support: 'top-k', alpha: 0, K: 4 },
] as const)('over $support, α $alpha', (comparison) => {
  const distil = { K: comparison.K, ownTeacher: true, moves: false }; // whose head stays where it is
  const none = new Float32Array(9);

  it('the gradient is how the loss changes, in one part or in many', async () => {
    const policy = await openModel(device.gpu, fixturePath('qwen3-tied'), { distil });
    const { batch, given } = await lesson(policy, comparison);
    const loss = async () => {
      policy.zeroGradients();
      const D = await policy.distil(batch, none, given);
      return D.reduce((sum, d, n) => sum + given.b[n] * d, 0);
    };
    const at = await loss();
    expect(at).toBeGreaterThan(0);
    const gradient = await gradientOf(policy);
    const state = await policy.state();
    const { layout } = policy.decoder.parameters.training as NonNullable<typeof policy.decoder.parameters.training>;
    const packed = layout.pack(
      new Map([...(await policy.gradients())].map(([name, tensor]) => [name, tensor])),
      'gradients',
    );
    const size = packed.reduce((sum, g) => sum + g * g, 0);
    expect(size).toBeGreaterThan(0);
    const moved = async (by: number) => {
      policy.restore({ ...state, values: state.values.map((x, i) => x + (by * packed[i]) / Math.sqrt(size)) });
      return loss();
    };
    const h = 0.02;
    const slope = ((await moved(h)) - (await moved(-h))) / (2 * h);
    expect(Math.abs(slope - Math.sqrt(size))).toBeLessThan(0.02 * Math.sqrt(size) + 2e-4);
    policy.destroy();

    const cut = await openModel(device.gpu, fixturePath('qwen3-tied'), { distil, tokens: 8, targets: 8, positions: 8 });
    const parts = await lesson(cut, comparison);
    expect(parts.batch.parts.length).toBeGreaterThan(1);
    cut.zeroGradients();
    await cut.distil(parts.batch, none, parts.given);
    for (const [name, g] of await gradientOf(cut))
      for (const [i, x] of g.entries())
        expect(Math.abs(x - (gradient.get(name) as Float32Array)[i])).toBeLessThan(2e-5);
    cut.destroy();
  });
});

it('a vocabulary in tiles gives what it gives in one', async () => {
  const of = async (capacity: object) => {
    const policy = await openModel(device.gpu, fixturePath('tiny-chat'), {
      distil: { K: 4, ownTeacher: false, moves: false },
      ...capacity,
    });
    const { batch, given } = await lesson(policy, { support: 'top-k-and-rest', alpha: 0.5, K: 4 });
    policy.zeroGradients();
    const D = await policy.distil(batch, new Float32Array(9), given);
    const gradients = await gradientOf(policy);
    policy.destroy();
    return { D, gradients };
  };
  const [whole, tiled] = [await of({}), await of({ targets: 65_536 })]; // 256 columns of 288 fit a tile then
  for (const [n, D] of tiled.D.entries()) expect(Math.abs(D - whole.D[n])).toBeLessThan(1e-6);
  for (const [name, g] of tiled.gradients)
    for (const [i, x] of g.entries())
      expect(Math.abs(x - (whole.gradients.get(name) as Float32Array)[i])).toBeLessThan(2e-5);
});

const steps = async (settings: object, count: number) => {
  const { run, events } = await openRun(device.gpu, { context: 'dataset', ...settings });
  for (let i = 0; i < count; i++) await run.next();
  const state = await run.policy.state();
  run.destroy();
  const told = events.filter((e): e is RunEventOf<'step'> => e.type === 'step');
  return { state, told, divergence: told.map((e) => e.divergence as number) };
};

describe('a run', () => {
  it.each([
    ['opsd', {}],
    ['opsd, an adapter', { loraRank: 4 }],
    ['sdpo over the likeliest tokens', { arm: 'sdpo', distilOver: 'top-k', distilTopK: 5, distilRest: 'on' }],
  ])('draws the student to its teacher, update by update of one batch: %s', async (_, settings) => {
    const { told } = await steps({ arm: 'opsd', learningRate: 1e-3, updates: 5, ...settings }, 1);
    const divergence = (told[0].perUpdate ?? []).map((update) => update.divergence as number);
    expect(divergence).toHaveLength(5);
    expect(divergence.every((D, i) => D > 0 && (i === 0 || D < divergence[i - 1]))).toBe(true);
    expect(divergence[4]).toBeLessThan(0.95 * divergence[0]);
    expect(told[0].perUpdate?.[0].loss).toBeCloseTo(divergence[0], 5); // token-mean, weight 1, no ratio yet
  });

  it('with the first step’s weights all three teachers are one, then they part', async () => {
    const of = (teacherWeights: string) => steps({ arm: 'opsd', teacherWeights, learningRate: 3e-3 }, 3);
    const [live, ema, base] = [await of('live'), await of('ema'), await of('base')];
    expect([ema.divergence[0], base.divergence[0]]).toEqual([live.divergence[0], live.divergence[0]]);
    expect(new Set([live, ema, base].map(({ divergence }) => divergence[2])).size).toBe(3);
    expect(live.state.teacher).toBeUndefined();
    expect(base.state.teacher).toBeUndefined(); // the model's file has it
    const { teacher, values } = ema.state;
    expect(teacher).toHaveLength(values.length);
    expect(teacher).not.toEqual(values);
  });

  it('refuses a change on the way that has no part in it', async () => {
    const { run } = await openRun(device.gpu, { arm: 'sdpo' });
    expect(() => run.change({ lambda: 1 })).toThrow(/SDPO has no term/);
    run.destroy();
  });

  it('goes on to the bit, its teacher too', async () => {
    const settings = { arm: 'sdpo', context: 'dataset', learningRate: 3e-3 };
    const { run } = await openRun(device.gpu, settings);
    await run.next();
    await run.next();
    const held = await run.held();
    const bytes = optimizerBytes(held.state, run.policy.trainedLayout);
    const stored = momentsIn(readSafetensors(bytes, 'here').tensors, run.policy.trainedLayout, 'here');
    expect(stored.teacher).toEqual(held.state.teacher); // as a checkpoint has it
    await run.next();
    const whole = await run.policy.state();
    run.destroy();
    const { run: again } = await openRun(device.gpu, settings, null, held);
    await again.next();
    expect(await again.policy.state()).toEqual(whole);
    again.destroy();
  });

  it('mixes with the reward, and says where no teacher has a solution', async () => {
    const mixed = await steps({ arm: 'sdpo', distilWeight: 0.25, minDepth: 1, problems: 8 }, 1);
    const reward = await steps({ arm: 'grpo', minDepth: 1, problems: 8 }, 1);
    const whole = await steps({ arm: 'sdpo', minDepth: 1, problems: 8 }, 1);
    expect(mixed.told[0].loss).toBeCloseTo(0.75 * reward.told[0].loss + 0.25 * whole.told[0].loss, 6);
    const silent = await steps({ arm: 'sdpo', context: 'sibling', minDepth: 14, problems: 1, group: 2 }, 1);
    expect(silent.told[0].note).toMatch(/no teacher had a solution to show/);
  });
});
