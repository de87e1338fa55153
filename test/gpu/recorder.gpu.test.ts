/** A recording gives what its dispatches give: with the place of parameters told anew, and (GPUs) held by bind groups. */
import { expect, it } from 'vitest';
import type { Gpu } from '../../src/gpu/device';
import { Recorder } from '../../src/gpu/recorder';
import { sumRows } from '../../src/kernels/sum-rows/sum-rows';
import { testDevice } from '../setup/gpu';

const device = testDevice();

it.each([true, false])('replays what was recorded, on a software adapter: %s', async (software) => {
  const adapter = { ...device.gpu.adapter, software };
  const r = new Recorder(Object.create(device.gpu, { adapter: { value: adapter } }) as Gpu);
  const partial = device.put([1, 2, 3, 4, 5, 6]);
  const [out, other] = [device.put([0, 0, 0]), device.put([100, 100])];
  try {
    const recording = r.capture(() => {
      sumRows(r, { partial, out }, { K: 2, C: 3 });
      sumRows(r, { partial, out: other }, { K: 3, C: 2 });
      sumRows(r, { partial, out }, { K: 1, C: 3 });
    });
    r.replay(recording);
    sumRows(r, { partial, out: other }, { K: 1, C: 1 }); // a dispatch of its own between two replays
    r.replay(recording);
    const read = Promise.all([r.readF32(out, 3), r.readF32(other, 2)]);
    r.submit();
    expect((await read).map((values) => [...values])).toEqual([
      [12, 18, 24],
      [119, 124],
    ]);
    expect(r.dispatches).toBe(7);
  } finally {
    r.destroy();
  }
});
