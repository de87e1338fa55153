/** A token in every layer: what one part of the network hands on, the next one gets. */
import { expect, it } from 'vitest';
import { traceToken } from '../../src/model/net/trace';
import { testDevice } from '../setup/gpu';
import { openRun } from '../setup/session';

const device = testDevice();

it('is read at every place, and what follows it changes nothing', async () => {
  const { run } = await openRun(device.gpu, { problems: 1, group: 2, steps: 1 });
  const ids = [1, 5, 9, 12, 7];
  const trace = await traceToken(run.policy, { ids, from: 1 }, 3);
  const { config } = run.policy;
  expect(trace.length).toBe(config.layers);
  for (const [l, { x, out, gu, act }] of trace.entries()) {
    expect(x.length).toBe(config.hiddenSize);
    expect(x).not.toEqual(out);
    if (l > 0) expect(x).toEqual(trace[l - 1].out);
    const F = config.intermediateSize;
    const silu = Float32Array.from({ length: F }, (_, f) => (gu[f] / (1 + Math.exp(-gu[f]))) * gu[F + f]);
    for (let f = 0; f < F; f++) expect(Math.abs(act[f] - silu[f])).toBeLessThan(1e-5 + 1e-5 * Math.abs(silu[f]));
  }
  // What follows a token changes nothing in it.
  expect(await traceToken(run.policy, { ids: ids.slice(0, 4), from: 1 }, 3)).toEqual(trace);
  run.destroy();
});
