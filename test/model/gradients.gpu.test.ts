/** Gradients of Σ w log p against central finite differences of a float64 forward pass, entry by entry. */
import { describe, expect, it } from 'vitest';
import { type Parameters, weightedLogprob } from '../reference/decoder';
import { type Expected, FIXTURES, fixtureJson, fixturePath, fixtureTensors, openModel } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';

const device = testDevice();

describe.each(FIXTURES)('%s', (name) => {
  it('has the gradients that finite differences give, in every tensor', async () => {
    const { tokens, weights } = fixtureJson<Expected>(name, 'expected.json');
    const at = tokens.findIndex((ids) => ids.length > 10);
    const [ids, w] = [tokens[at].slice(0, 9), weights[at].slice(0, 9)];
    const policy = await openModel(device.gpu, fixturePath(name));
    policy.zeroGradients();
    policy.accumulate(policy.plan([{ ids, from: 1 }]), Float32Array.from(w.slice(1)));
    const got = await policy.gradients();
    const parameters: Parameters = new Map(
      [...fixtureTensors(name, 'model.safetensors')].map(([n, t]) => [
        n,
        { shape: t.shape, data: Float64Array.from(t.data) },
      ]),
    );
    const h = 1e-5;
    for (const [n, { data }] of parameters) {
      const values = data as Float64Array;
      const gradient = got.get(n)?.data ?? new Float32Array(0);
      // The embedding row of a token that occurs; elsewhere a few entries spread over the tensor.
      const entries = n.includes('embed')
        ? [ids[2] * policy.config.hiddenSize + 1]
        : [0, Math.floor(values.length / 2), values.length - 1];
      for (const i of entries) {
        const kept = values[i];
        values[i] = kept + h;
        const above = weightedLogprob(policy.config, parameters, ids, w);
        values[i] = kept - h;
        const below = weightedLogprob(policy.config, parameters, ids, w);
        values[i] = kept;
        const numeric = (above - below) / (2 * h);
        expect(Math.abs(gradient[i] - numeric), `${n}[${i}]: got ${gradient[i]}, numeric ${numeric}`).toBeLessThan(
          1e-4 * Math.max(1, Math.abs(numeric)),
        );
      }
    }
    policy.destroy();
  });
});
