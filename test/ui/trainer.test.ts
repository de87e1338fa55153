import { expect, test } from 'vitest';
import { EVENT_VERSION } from '../../src/runs/events';
import { runCutOff } from '../../src/ui/actions/restartEngine';
import { deviceOf } from '../../src/ui/state/engine-state';
import { EMPTY, fold, type Snapshot } from '../../src/ui/state/snapshot';
import { activityOf, INITIAL, type LabState } from '../../src/ui/state/store';
import { afterFailure, afterNews } from '../../src/ui/trainer';
import { FAKE_DEVICE, fakeRun, fakeStart, fakeStep } from './fake-events';

const v = EVENT_VERSION;

test('a frame’s news become one change of the store', () => {
  const patch = afterNews({ ...INITIAL, source: 'live', asked: 'start' }, [
    { type: 'device', device: FAKE_DEVICE },
    { type: 'event', event: fakeStart() },
    { type: 'event', event: fakeStep(1) },
  ]);
  expect(patch.engine).toEqual({ state: 'ready', device: FAKE_DEVICE });
  expect(patch.snapshot?.steps).toHaveLength(1);
  expect(patch.asked).toBeNull();
});

test('how far a device is checked is told, and a run that began before has what was found of its device', () => {
  const checking = { done: 3, total: 9 };
  const device = { ...FAKE_DEVICE, selfTest: null };
  const { engine = INITIAL.engine } = afterNews(INITIAL, [{ type: 'device', device, checking }]);
  expect(engine).toEqual({ state: 'ready', device, checking });
  expect(deviceOf(device, engine)?.selfTest).toBeNull();
  const { engine: over = engine } = afterNews(INITIAL, [{ type: 'device', device: FAKE_DEVICE }]);
  expect(deviceOf(device, over)).toEqual(FAKE_DEVICE);
  expect(deviceOf({ ...device, name: 'another' }, over)?.selfTest).toBeNull();
});

test('a pause is asked for until the engine says paused', () => {
  const asked: LabState = { ...INITIAL, source: 'live', asked: 'pause' };
  const stepping = { ...asked, ...afterNews(asked, [{ type: 'event', event: fakeStart() }]) };
  const working: LabState = { ...stepping, asked: 'pause' };
  const busy = {
    ...working,
    ...afterNews(working, [{ type: 'event', event: { v, type: 'phase', step: 1, phase: 'score' } }]),
  };
  expect(activityOf(busy)).toBe('pausing');
  const paused = {
    ...busy,
    ...afterNews(busy, [{ type: 'event', event: { v, type: 'phase', step: 1, phase: 'paused' } }]),
  };
  expect(activityOf(paused)).toBe('paused');
});

test('a refused command is told and no longer waited for', () => {
  const patch = afterFailure({ kind: 'internal', message: 'No run is open.', refused: false });
  expect(patch).toEqual({ problem: 'No run is open.', asked: null });
  // What is shown with its remedies is no problem as well.
  expect(afterFailure({ kind: 'denied', message: 'It is gated.', refused: true })).toEqual({ asked: null });
  expect(afterFailure({ kind: 'unavailable', message: 'No adapter.', refused: false })).toEqual({
    ...{ engine: { state: 'unavailable', reason: 'No adapter.' }, asked: null },
  });
});

test('news of things that go on leaves what was asked as it is', () => {
  const patch = afterNews({ ...INITIAL, asked: 'start' }, [
    { type: 'problem', message: 'Runs cannot be stored here.' },
  ]);
  expect(patch).toEqual({ problem: 'Runs cannot be stored here.' });
});

test('an engine that is gone leaves on screen what was scored, and is no missing WebGPU', () => {
  const closed = { type: 'trouble', trouble: { kind: 'closed', message: 'Closed.' } } as const;
  const live: LabState = { ...INITIAL, source: 'live', asked: 'pause', snapshot: fold(EMPTY, fakeRun(3)) };
  const after = {
    ...live,
    ...afterNews(live, [{ type: 'event', event: { v, type: 'rollouts', step: 4, rollouts: [] } }, closed]),
  };
  expect(after).toMatchObject({ engine: { state: 'failed' }, trouble: closed.trouble, asked: null });
  expect([activityOf(after), after.snapshot.rolloutStep, after.snapshot.steps.length]).toEqual(['idle', 3, 3]);
  expect(after.snapshot.rollouts.length).toBeGreaterThan(0);
});

test('silence changes nothing but that it is told, and goes with the next word', () => {
  const ready: LabState = { ...INITIAL, engine: { state: 'ready', device: FAKE_DEVICE }, source: 'live' };
  const trouble = { kind: 'silent', message: 'It has not answered for 10 seconds.' } as const;
  expect(afterNews(ready, [{ type: 'trouble', trouble }])).toEqual({ trouble });
  expect(afterNews(ready, [{ type: 'trouble', trouble: null }])).toEqual({ trouble: null });
  expect(afterFailure({ kind: 'gone', message: 'The engine was ended.', refused: false })).toEqual({ asked: null });
});

test('a run goes on with another engine where it has a checkpoint and is not done', () => {
  const at = (lastCheckpoint: number | null, run: string | null = 'x', source: LabState['source'] = 'live') =>
    runCutOff({ ...INITIAL, source, run, snapshot: { ...EMPTY, lastCheckpoint } });
  expect(at(20)).toEqual({ run: 'x', step: 20 });
  expect([at(null), at(20, null), at(20, 'x', 'stored')]).toEqual([null, null, null]);
  const done = { v, type: 'done', step: 20, reason: 'finished' } as unknown as Snapshot['done'];
  expect(
    runCutOff({ ...INITIAL, source: 'live', run: 'x', snapshot: { ...EMPTY, lastCheckpoint: 20, done } }),
  ).toBeNull();
});
