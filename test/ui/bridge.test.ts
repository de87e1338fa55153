import { expect, test } from 'vitest';
import { EVENT_VERSION } from '../../src/runs/events';
import { afterMessages } from '../../src/ui/bridge';
import { activityOf, INITIAL, type LabState } from '../../src/ui/state/store';
import { FAKE_DEVICE, fakeStart, fakeStep } from './fake-events';

const v = EVENT_VERSION;

test('a frame’s messages become one change of the store', () => {
  const patch = afterMessages({ ...INITIAL, source: 'live', asked: 'start' }, [
    { type: 'opened', device: FAKE_DEVICE },
    { type: 'event', event: fakeStart() },
    { type: 'event', event: fakeStep(1) },
  ]);
  expect(patch.engine).toEqual({ state: 'ready', device: FAKE_DEVICE });
  expect(patch.snapshot?.steps).toHaveLength(1);
  expect(patch.asked).toBeNull();
});

test('a pause is asked for until the engine says paused', () => {
  const asked: LabState = { ...INITIAL, source: 'live', asked: 'pause' };
  const stepping = { ...asked, ...afterMessages(asked, [{ type: 'event', event: fakeStart() }]) };
  const working: LabState = { ...stepping, asked: 'pause' };
  const busy = {
    ...working,
    ...afterMessages(working, [{ type: 'event', event: { v, type: 'phase', step: 1, phase: 'score' } }]),
  };
  expect(activityOf(busy)).toBe('pausing');
  const paused = {
    ...busy,
    ...afterMessages(busy, [{ type: 'event', event: { v, type: 'phase', step: 1, phase: 'paused' } }]),
  };
  expect(activityOf(paused)).toBe('paused');
});

test('a refused command is told and no longer waited for', () => {
  const patch = afterMessages({ ...INITIAL, asked: 'start' }, [{ type: 'problem', message: 'No model.' }]);
  expect(patch).toEqual({ problem: 'No model.', asked: null });
});
