/** The whole decoder against PyTorch's float64 results, and against itself: cache, recomputation, micro-batches, bits. */
import { describe, expect, it } from 'vitest';
import { setMatmulVariant } from '../../src/kernels/matmul/variants';
import { planMemory } from '../../src/model/net/decoder';
import { generate } from '../../src/model/net/generate';
import type { LayerScores } from '../../src/model/net/policy';
import { close } from '../setup/close';
import { type Expected, FIXTURES, fixtureJson, fixturePath, fixtureTensors, openModel } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';

const device = testDevice();
const sequences = (e: Expected) => e.tokens.map((ids) => ({ ids, from: 1 }));
const inner = (rows: number[][]) => Float32Array.from(rows.flatMap((row) => row.slice(1)));

describe.each(FIXTURES)('%s', (name) => {
  const expected = fixtureJson<Expected>(name, 'expected.json');

  it('gives PyTorch’s log-probabilities and entropies', async () => {
    const policy = await openModel(device.gpu, fixturePath(name));
    const scores = await policy.score(policy.plan(sequences(expected)));
    close(
      scores.logprob,
      inner(expected.logprob),
      { atol: 1e-5, rtol: 1e-5, why: 'f32 through three layers' },
      'logprob',
    );
    close(
      scores.entropy,
      inner(expected.entropy),
      { atol: 1e-5, rtol: 1e-5, why: 'f32 through three layers' },
      'entropy',
    );
    policy.destroy();
  });

  it.each([
    ['at once', {}],
    ['with recomputed activations', { recompute: true }],
    ['in micro-batches', { tokens: 80, targets: 80 }],
  ])('gives PyTorch’s gradients %s', async (_, capacity) => {
    const policy = await openModel(device.gpu, fixturePath(name), capacity);
    policy.zeroGradients();
    policy.accumulate(policy.plan(sequences(expected)), inner(expected.weights));
    const got = await policy.gradients();
    for (const [parameter, { data }] of fixtureTensors(name, 'gradients.safetensors')) {
      const scale = data.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
      const tolerance = { atol: 1e-4 * scale, why: 'f32, relative to the largest gradient of the tensor' };
      close(got.get(parameter)?.data ?? [], data, tolerance, parameter);
    }
    policy.destroy();
  });
});

interface Lens {
  tokens: number[];
  logprob: number[][];
  entropy: number[][];
}
const lenses = fixtureJson<Record<string, Lens>>('layers.json');

it.each(Object.keys(lenses))(
  'reads every layer of %s as transformers does, and the last as it scores',
  async (name) => {
    const { tokens, logprob, entropy } = lenses[name];
    const policy = await openModel(device.gpu, fixturePath(name), { training: false, tokens: 96, targets: 96 });
    const sequence = { ids: tokens, from: 1 };
    const layers: LayerScores[] = [];
    await policy.scoreLayers(sequence, { scores: true, rows: true }, (layer) => layers.push(layer));
    expect(layers).toHaveLength(policy.config.layers);
    const tolerance = { atol: 1e-4, rtol: 1e-5, why: 'f32 through four layers, with entropies of untrained logits' };
    layers.forEach(({ scores }, l) => {
      close(scores?.logprob ?? [], logprob[l], tolerance, `logprob of layer ${l + 1}`);
      close(scores?.entropy ?? [], entropy[l], tolerance, `entropy of layer ${l + 1}`);
    });
    const { hidden, ...whole } = await policy.score(policy.plan([sequence]), true, true);
    const last = layers.at(-1);
    expect(last?.scores).toEqual(whole);
    expect(last?.rows).toEqual(hidden?.rows);
    policy.destroy();
  },
);

it('trains as PyTorch does: ten losses', async () => {
  const { batches, losses } = fixtureJson<{ batches: number[][][]; losses: number[] }>('qwen3-tied', 'training.json');
  const policy = await openModel(device.gpu, fixturePath('qwen3-tied'));
  const got: number[] = [];
  for (const batch of batches) {
    const planned = policy.plan(batch.map((ids) => ({ ids, from: 1 })));
    const { logprob } = await policy.score(planned);
    got.push(-logprob.reduce((a, b) => a + b, 0) / logprob.length);
    policy.zeroGradients();
    policy.accumulate(planned, new Float32Array(logprob.length).fill(-1 / logprob.length));
    await policy.update({
      lr: 1e-3,
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
      weightDecay: 0.01,
      decayAll: true,
      clipNorm: 1,
    });
  }
  close(got, losses, { rtol: 1e-5, why: 'ten updates in f32' }, 'losses');
  policy.destroy();
});

describe('generation', () => {
  const options = { temperature: 0, topK: 0, topP: 1, maxNewTokens: 24, endIds: [3], seed: 7, stream: 1 };
  const requests = [
    { ids: [1, 2, 3], count: 2 },
    { ids: [5], count: 1 },
    { ids: [9, 8, 7, 6, 5, 4], count: 3 },
  ];
  const prompts = requests.flatMap(({ ids, count }) => Array.from({ length: count }, () => ids));

  it.each(FIXTURES)(
    '%s: with the cache takes the full forward pass’s most likely token at every step',
    async (name) => {
      const policy = await openModel(device.gpu, fixturePath(name));
      const responses = await generate(policy.decoder, requests, options);
      policy.forget();
      const continued = responses.map((r, i) => ({ ids: [...prompts[i], ...r], from: prompts[i].length }));
      const { alternatives } = await policy.score(policy.plan(continued), true);
      const best = Array.from({ length: (alternatives?.length ?? 0) / 10 }, (_, i) => alternatives?.[i * 10]);
      expect(best).toEqual(responses.flatMap((r) => [...r]));
      policy.destroy();
    },
  );

  it.each([
    ['qwen2-window', 3], // norms first, a bias: both norms and the gate go into products, and the head's norm
    ['olmo2', 1], // norms behind: the gate and the head's norm
  ])('%s: norms and gates within its products, for the same tokens with fewer dispatches', async (name, aLayer) => {
    const policy = await openModel(device.gpu, fixturePath(name));
    const { recorder, config } = policy.decoder;
    const decoded = async (variant: 'broadcast' | 'tiles') => {
      setMatmulVariant(device.gpu, variant);
      recorder.resetCounters();
      const [tokens] = await generate(policy.decoder, [{ ids: [1, 2, 3], count: 1 }], { ...options, endIds: [] });
      return { tokens, dispatches: recorder.dispatches };
    };
    try {
      const [plain, fused] = [await decoded('broadcast'), await decoded('tiles')];
      expect(fused.tokens).toEqual(plain.tokens);
      const steps = options.maxNewTokens - 1; // the prefill gives the first token, through the head alone
      expect(plain.dispatches - fused.dispatches).toBe(steps * (aLayer * config.layers + 1) + 1);
    } finally {
      setMatmulVariant(device.gpu, device.gpu.adapter.software ? 'broadcast' : 'tiles');
      policy.destroy();
    }
  });

  it('is the same for the same seed, and another for another', async () => {
    const sampled = { ...options, temperature: 1 };
    const wide = await openModel(device.gpu, fixturePath('qwen3-tied'));
    const first = await generate(wide.decoder, requests, sampled);
    expect(await generate(wide.decoder, requests, sampled)).toEqual(first);
    expect(await generate(wide.decoder, requests, { ...sampled, seed: 8 })).not.toEqual(first);
    wide.destroy();
  });

  it('streams exactly the tokens it returns', async () => {
    const policy = await openModel(device.gpu, fixturePath('qwen3-tied'));
    const streamed: number[][] = prompts.map(() => []);
    const responses = await generate(policy.decoder, requests, { ...options, temperature: 1 }, (pieces) => {
      for (const { rollout, ids } of pieces) streamed[rollout].push(...ids);
    });
    expect(streamed).toEqual(responses.map((r) => [...r]));
    policy.destroy();
  });

  it('refuses a prompt that does not fit the context', async () => {
    const policy = await openModel(device.gpu, fixturePath('qwen3-tied'));
    const long = [{ ids: new Array(120).fill(1), count: 1 }];
    await expect(generate(policy.decoder, long, options)).rejects.toThrow(/exceeds the context of 128/);
    policy.destroy();
  });
});

it.each([{}, { recompute: true }, { training: false }])('takes exactly the memory it planned: %j', async (capacity) => {
  const policy = await openModel(device.gpu, fixturePath('qwen3-odd'), capacity);
  const { total: _, ...planned } = planMemory(policy.config, policy.decoder.capacity);
  expect(policy.decoder.memory.bytes).toEqual(planned);
  policy.destroy();
});

it('gives the same bits twice, and all memory back', async () => {
  const before = device.gpu.liveBuffers;
  const run = async () => {
    const e = fixtureJson<Expected>('qwen3-odd', 'expected.json');
    const policy = await openModel(device.gpu, fixturePath('qwen3-odd'));
    policy.zeroGradients();
    policy.accumulate(policy.plan(sequences(e)), inner(e.weights));
    await policy.update({ lr: 1e-2, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, clipNorm: 1 });
    const { values } = await policy.state();
    policy.destroy();
    return values;
  };
  expect(await run()).toEqual(await run());
  expect(device.gpu.liveBuffers).toBe(before);
});
