/**
 * How often a step waits for the device: the host learns then that all it submitted is done. Counted on a device that computes
 * nothing, whose reads arrive one by one, as those of a slow one do; all rows are as long as they may be.
 */
import { afterEach, expect, it, vi } from 'vitest';
import type { Gpu } from '../../src/gpu/device';
import { Recorder } from '../../src/gpu/recorder';
import { idle, testDevice } from '../setup/gpu';
import { openRun } from '../setup/session';

const device = testDevice();
const TOKENS = 83;
afterEach(() => {
  vi.restoreAllMocks();
});

/** A device that hands over what is read in turns of their own, in order. */
function inTurns(gpu: Gpu): Gpu {
  let turn = Promise.resolve();
  const createBuffer: Gpu['createBuffer'] = (...asked) => {
    const buffer = gpu.createBuffer(...asked);
    const map = buffer.mapAsync.bind(buffer);
    buffer.mapAsync = async (...range) => {
      const before = turn;
      const mapped = map(...range);
      turn = Promise.all([before, mapped]).then(() => new Promise((resolve) => setImmediate(resolve)));
      await turn;
    };
    return buffer;
  };
  return Object.create(gpu, { createBuffer: { value: createBuffer } }) as Gpu;
}

it('a step of 64 rollouts waits six times', async () => {
  const { run } = await openRun(inTurns(idle(device.gpu)), { problems: 16, group: 4, maxNewTokens: TOKENS });
  const { recorder, capacity } = run.policy.decoder;
  expect(capacity.rows).toBe(64);
  const read = recorder.readU32.bind(recorder);
  vi.spyOn(Recorder.prototype, 'readU32').mockImplementation(async (t, count) => {
    const words = await read(t, count);
    if (t.label.includes('state')) for (let row = 0; row < words.length / 4; row++) words[4 * row + 2] = TOKENS;
    return words;
  });
  recorder.resetCounters();
  // the step's last word: nothing was computed
  await expect(run.next()).rejects.toThrow(/gradient of step 1 is not finite/);
  expect(recorder.waits).toBe(6); // four looks at the rollouts, the scores, the update
  run.destroy();
});
