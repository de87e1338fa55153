/** A step that waits after each of its stages: it has what it says by then, and comes to what one in a go comes to. */
import { expect, it } from 'vitest';
import { NATIVE_TASK } from '../../src/data/tasks';
import { deviceReport } from '../../src/kernels/device-report';
import { openModelFolder } from '../../src/model/weights/folder';
import type { RunEvent } from '../../src/runs/events';
import { reinforcedRun } from '../../src/runs/open-run';
import { walkStep } from '../../src/runs/step-walk';
import { STAGES, type WalkedStage, wholeStep } from '../../src/runs/walked-stage';
import { parseTrainConfig } from '../../src/settings/config';
import { diskFolder } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { NANO } from '../setup/session';

const device = testDevice();
const config = parseTrainConfig({
  ...{ arm: 'antisd', problems: 1, group: 2, steps: 1, maxNewTokens: 4, gateWarmup: 0, evalEvery: 0 },
});
const isSilent = (column: Float32Array): boolean => column.every((x) => x === 0);

it('tells every stage as far as it is, does nothing until it may go on, and ends as a step in one go', async () => {
  const { gpu } = device;
  const model = await openModelFolder(diskFolder(NANO));
  const prepared = reinforcedRun(config, model, NATIVE_TASK.task);
  const place = { gpu, device: deviceReport(gpu) };
  const told: WalkedStage[] = [];
  let phases = 0;
  const wait = async (stage: WalkedStage) => {
    told.push(stage);
    const before = phases;
    await gpu.device.queue.onSubmittedWorkDone();
    expect(phases).toBe(before);
  };
  await walkStep(prepared, place, wait, () => phases++);
  expect(told.map(({ stage }) => stage)).toEqual(STAGES);
  const [sampled, judged, scored, shaped, whole] = told;
  expect([sampled.rollouts[0].reward, judged.rollouts[0].reward]).toEqual([undefined, expect.any(Number)]);
  expect([isSilent(judged.signals.u), isSilent(scored.signals.u)]).toEqual([true, false]);
  expect([isSilent(scored.signals.term), isSilent(shaped.signals.term)]).toEqual([true, false]);
  expect([scored.figures.lambda, shaped.figures.lambda, shaped.figures.gradNorm]).toEqual([undefined, 0.5, undefined]);

  const events: RunEvent[] = [];
  const run = await prepared.open({ ...place, store: null, watched: false, emit: (event) => events.push(event) });
  await run.next();
  run.destroy();
  const atOnce = wholeStep(events);
  expect(whole.signals).toEqual(atOnce?.signals);
  expect([whole.figures.loss, whole.figures.gradNorm]).toEqual([atOnce?.figures.loss, atOnce?.figures.gradNorm]);
});

it('is gone with whoever does not want it any more', async () => {
  const { gpu } = device;
  const model = await openModelFolder(diskFolder(NANO));
  const prepared = reinforcedRun(config, model, NATIVE_TASK.task);
  const stages: string[] = [];
  const leave = async ({ stage }: WalkedStage) => {
    stages.push(stage);
    if (stage === 'score') throw new Error('left');
  };
  await expect(walkStep(prepared, { gpu, device: deviceReport(gpu) }, leave, () => {})).rejects.toThrow('left');
  expect(stages).toEqual(['sample', 'judge', 'score']);
});
