/** Rotary embeddings as config.json says them in all its ways, against transformers (test/fixtures/make_rope.py). */
import { expect, test } from 'vitest';
import { modelConfigJson, parseModelConfig } from '../../src/model/net/config';
import { inverseFrequencies, type RopeParameters } from '../../src/model/net/rope';
import { close } from '../setup/close';
import { fixtureJson } from '../setup/fixtures';

interface Case {
  config: Record<string, unknown>;
  full: number[];
  attention: number;
  sliding?: number[];
}

const D = 32;
const near = { atol: 0, rtol: 2e-6, why: 'transformers computes the frequencies in f32' };
const frequencies = (rope: RopeParameters) => Float32Array.from(inverseFrequencies(rope, D));

test.each(Object.entries(fixtureJson<Record<string, Case>>('rope.json')))('%s', (_, { config, full, ...want }) => {
  const read = parseModelConfig(config);
  close(frequencies(read.rope), Float32Array.from(full), near, 'full');
  close(frequencies(read.slidingRope), Float32Array.from(want.sliding ?? full), near, 'sliding');
  const attention = read.rope.scaling?.type === 'yarn' ? read.rope.scaling.attentionFactor : 1;
  expect(attention).toBeCloseTo(want.attention, 6);
  const { rope, slidingRope } = parseModelConfig(modelConfigJson(read));
  expect({ rope, slidingRope }).toEqual({ rope: read.rope, slidingRope: read.slidingRope });
});

test('a scaling is written as transformers 5 reads it, and as the versions before do', () => {
  const llama = fixtureJson<Record<string, Case>>('rope.json')['llama3 by its old key'];
  const scaled = modelConfigJson(parseModelConfig(llama.config));
  const all = {
    ...{ rope_type: 'llama3', rope_theta: 500_000, factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
    original_max_position_embeddings: 64,
  };
  expect(scaled).toMatchObject({ rope_theta: 500_000, rope_parameters: all, rope_scaling: all });
  const plain = modelConfigJson(parseModelConfig(fixtureJson<Record<string, Case>>('rope.json').rope_theta.config));
  expect(plain).toMatchObject({
    rope_theta: 1_000_000,
    rope_parameters: { rope_type: 'default', rope_theta: 1_000_000 },
    rope_scaling: null,
  });
});
