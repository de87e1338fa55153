/** The shipped model shows what the method is about; the figures are those of its card. */
import { expect, it } from 'vitest';
import { TokenTable } from '../../src/antisd/measures';
import { rowOf } from '../../src/antisd/signals';
import { measureSignature } from '../../src/antisd/signature';
import { findTask } from '../../src/data/tasks';
import type { RunEventOf } from '../../src/runs/events';
import { openModel } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { NANO, openRun } from '../setup/session';

const device = testDevice();

it('knows the scan, trusts the hint, and gives up too early', async () => {
  const policy = await openModel(device.gpu, NANO, {
    tokens: 8192,
    targets: 8192,
    rows: 256,
    maxNewTokens: 83,
    training: false,
  });
  const options = {
    problems: 64,
    samples: 4,
    minDepth: 5,
    temperature: 1,
    topP: 1,
    topK: 0,
    maxNewTokens: 83,
    seed: 0,
  };
  const signature = await measureSignature(policy, findTask('two-cards'), options);
  policy.destroy();
  expect(signature.hintedAccuracy).toBeGreaterThanOrEqual(0.97);
  expect(signature.forcedScanAccuracy).toBeGreaterThanOrEqual(0.98);
  expect(signature.goOnProbability).toBeGreaterThan(0.15);
  expect(signature.goOnProbability).toBeLessThan(0.4);
});

it('is blamed for So after no and praised for Wait: mean u above 0 and clearly below', async () => {
  const { run, events } = await openRun(device.gpu, { arm: 'antisd-paper', problems: 32, group: 4 });
  await run.next();
  run.destroy();
  const table = new TokenTable();
  const told = events.find((e): e is RunEventOf<'signals'> => e.type === 'signals');
  told?.rollouts.forEach(({ tokens }, i) => {
    table.add(tokens, rowOf(told.signals, i));
  });
  const row = (token: string) => table.list().find((r) => r.token === token);
  expect(row('no Wait')?.meanU).toBeLessThan(-1);
  expect(row('no So')?.meanU).toBeGreaterThan(0.15);
  expect(Math.abs(row('Answer')?.meanU ?? 1)).toBeLessThan(0.05);
});
