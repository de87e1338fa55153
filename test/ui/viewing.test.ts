import { expect, test } from 'vitest';
import { EVENT_VERSION, type RunEvent } from '../../src/runs/events';
import { DWELL_MS, Viewing } from '../../src/ui/state/viewing';
import { fakeSignals, fakeStart, fakeStep } from './fake-events';

const v = EVENT_VERSION;
const rollouts = (step: number): RunEvent => ({ v, type: 'rollouts', step, rollouts: [] });
const tokens = (step: number): RunEvent => ({ v, type: 'tokens', step, pieces: [] });
const paused = (step: number): RunEvent => ({ v, type: 'phase', step, phase: 'paused' });
const wholeStep = (step: number): RunEvent[] => [rollouts(step), tokens(step), fakeSignals(step, 1, 2), fakeStep(step)];

/** What gets through, as "type step", for events that all come at `now`. */
const admitted = (viewing: Viewing, events: RunEvent[], now: number) =>
  events.flatMap((e) => viewing.admit(e, now)).map((e) => `${e.type} ${'step' in e ? e.step : ''}`.trim());

test('a coloured step stays; steps that begin meanwhile are passed over, and what is told of them comes with the next', () => {
  const viewing = new Viewing();
  expect(admitted(viewing, [fakeStart(), ...wholeStep(1)], 0)).toEqual([
    'start',
    'rollouts 1',
    'tokens 1',
    'signals 1',
    'step 1',
  ]);
  expect(admitted(viewing, wholeStep(2), DWELL_MS - 1)).toEqual([]);
  expect(admitted(viewing, wholeStep(3), DWELL_MS)).toEqual([
    ...['signals 2', 'step 2'], // in order
    ...['rollouts 3', 'tokens 3', 'signals 3', 'step 3'],
  ]);
});

test('a step that begins within the dwell is passed over as a whole, also where it ends after it', () => {
  const viewing = new Viewing();
  admitted(viewing, wholeStep(1), 0);
  expect(admitted(viewing, [rollouts(2)], 10)).toEqual([]);
  expect(admitted(viewing, [tokens(2), fakeSignals(2, 1, 2)], DWELL_MS + 10)).toEqual([]);
});

test('a run that comes to rest shows its last scored step, once', () => {
  const viewing = new Viewing();
  admitted(viewing, wholeStep(1), 0);
  admitted(viewing, [...wholeStep(2), ...wholeStep(3)], 10);
  expect(admitted(viewing, [paused(3)], 20)).toEqual(['step 2', 'signals 3', 'step 3', 'phase 3']);
  expect(admitted(viewing, [paused(3)], 21)).toEqual(['phase 3']);
});

test('of an engine that is gone everything that was told is shown', () => {
  const viewing = new Viewing();
  admitted(viewing, [fakeStart(), ...wholeStep(1), ...wholeStep(2)], 0);
  expect(viewing.rest().map(({ type }) => type)).toEqual(['signals', 'step']);
  expect(viewing.rest()).toEqual([]);
});

test('a step that a person asked for is shown at once', () => {
  const viewing = new Viewing();
  admitted(viewing, wholeStep(1), 0);
  viewing.next();
  expect(admitted(viewing, wholeStep(2), 10)).toEqual(['rollouts 2', 'tokens 2', 'signals 2', 'step 2']);
});
