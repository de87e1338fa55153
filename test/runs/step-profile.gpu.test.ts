/** A step dispatch by dispatch: by the device's time stamps, and by the host's clock where there are none. */
import { describe, expect, it } from 'vitest';
import { NATIVE_TASK } from '../../src/data/tasks';
import type { Gpu } from '../../src/gpu/device';
import { deviceReport } from '../../src/kernels/device-report';
import { sessionCapacity } from '../../src/library/capacity';
import { planMemory } from '../../src/model/net/decoder';
import { openModelFolder } from '../../src/model/weights/folder';
import { reinforcedRun } from '../../src/runs/open-run';
import { profileStep } from '../../src/runs/step-profile';
import { parseTrainConfig } from '../../src/settings/config';
import { diskFolder } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { NANO } from '../setup/session';

const device = testDevice();
const config = parseTrainConfig({
  ...{ arm: 'antisd', problems: 1, group: 2, steps: 2, maxNewTokens: 4, gateWarmup: 0, evalEvery: 0 },
});

/** The device as one without time stamps. */
const unstamped = (gpu: Gpu): Gpu => Object.create(gpu, { has: { value: { ...gpu.has, timestamps: false } } });

describe('a measured step', () => {
  it.each(['device', 'host'] as const)(
    'by the %s’s clock tells every dispatch, its kernel and its code',
    async (clock) => {
      const { gpu } = device;
      if (clock === 'device' && !gpu.has.timestamps) return expect(unstamped(gpu).has.timestamps).toBe(false);
      const model = await openModelFolder(diskFolder(NANO));
      const place = { gpu: clock === 'device' ? gpu : unstamped(gpu), device: deviceReport(gpu) };
      const profile = await profileStep(reinforcedRun(config, model, NATIVE_TASK.task), place);
      expect(profile.clock).toBe(clock);
      const names = profile.kernels.map(({ name }) => name);
      expect(names).toEqual(
        expect.arrayContaining(['sample', 'rms-norm-forward', 'logprob-backward', 'global-norm', 'adamw']),
      );
      for (const { name, code } of profile.kernels) expect(code, name).toMatch(/@compute/);
      const { kernel, start, end } = profile;
      expect([start.length, end.length]).toEqual([kernel.length, kernel.length]);
      expect(Math.max(...kernel)).toBe(names.length - 1);
      // 3 layers, forward, and backward, and a few tokens one by one
      expect(kernel.length).toBeGreaterThan(200);
      expect(start.every((ms, i) => ms >= 0 && end[i] >= ms)).toBe(true);
      if (clock === 'host') expect(start.every((ms, i) => i === 0 || ms === end[i - 1])).toBe(true);
      expect(profile.phases.map(({ phase }) => phase)).toEqual(['sample', 'score', 'backward', 'update']);
      expect(profile.phases.every(({ from }, i, all) => i === 0 || from > all[i - 1].from)).toBe(true);
      const planned = planMemory(model.config, sessionCapacity(model, config)).total;
      const told = profile.memory.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(Math.abs(told - planned)).toBeLessThan(16 * profile.memory.length * 2); // buffers are rounded up
      expect(profile.tokens).toBeGreaterThan(0);
    },
  );
});
