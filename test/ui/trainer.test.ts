import { expect, test } from 'vitest';
import { EVENT_VERSION } from '../../src/runs/events';
import { activityOf, INITIAL, type LabState } from '../../src/ui/state/store';
import { afterFailure, afterNews } from '../../src/ui/trainer';
import { FAKE_DEVICE, fakeStart, fakeStep } from './fake-events';

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
