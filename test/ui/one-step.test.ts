/** One step number on the page: whoever names a step names the same one, at every moment of a run and of a replay. */
import { expect, test } from 'vitest';
import { EVENT_VERSION, type RunEvent } from '../../src/runs/events';
import { leftOf } from '../../src/ui/header/Progress';
import { statusText } from '../../src/ui/notices/StatusLine';
import { expandForReplay } from '../../src/ui/replay/expand';
import { heldTogether } from '../../src/ui/replay/player';
import { doneOf, EMPTY, fold, type Snapshot, stepOf } from '../../src/ui/state/snapshot';
import { INITIAL } from '../../src/ui/state/store';
import { Viewing } from '../../src/ui/state/viewing';
import { fakeSignals, fakeStart, fakeStep } from './fake-events';

const v = EVENT_VERSION;

/** A run as it is told, with the rollouts of every step. */
const run = (steps: number): RunEvent[] => [
  fakeStart(),
  ...Array.from({ length: steps }, (_, i) => i + 1).flatMap((step): RunEvent[] => [
    { v, type: 'phase', step, phase: 'sample' },
    { v, type: 'rollouts', step, rollouts: [] },
    { v, type: 'tokens', step, pieces: [] },
    fakeSignals(step, 1, 2),
    fakeStep(step),
  ]),
];
const done: RunEvent = { v, type: 'done', step: 40, reason: 'finished', seconds: 1 };

/** The snapshots between groups of events that are shown at once. */
function moments(groups: readonly (readonly RunEvent[])[]): Snapshot[] {
  let snapshot = EMPTY;
  return groups.map((events) => {
    snapshot = fold(snapshot, events);
    return snapshot;
  });
}

const disagree = (s: Snapshot): boolean => s.rolloutStep > 0 && s.done === null && stepOf(s) !== s.rolloutStep;

test('in a quick run', () => {
  const viewing = new Viewing();
  const shown = moments([...run(40), done].map((event, i) => viewing.admit(event, 40 * i)));
  expect(shown.filter(disagree)).toEqual([]);
  expect(new Set(shown.map(stepOf)).size).toBeLessThan(20); // some were passed over
  expect(shown.at(-1)).toMatchObject({ rolloutStep: 40, steps: { length: 40 } });
});

test('in a replay of a log that has the tokens of every third step only', () => {
  const stored = run(11).filter(
    (e) => e.type === 'start' || e.type === 'step' || (e.type === 'signals' && e.step % 3 === 1),
  );
  const events = expandForReplay([...stored, done]);
  const groups: RunEvent[][] = [];
  for (let at = 0; at < events.length; ) {
    const end = heldTogether(events, at);
    groups.push(events.slice(at, end));
    at = end;
  }
  expect(groups.flat()).toEqual(events);
  const shown = moments(groups);
  expect(shown.filter(disagree)).toEqual([]);
  expect([stepOf(shown.at(-1) as Snapshot), shown.at(-1)?.rolloutStep]).toEqual([11, 10]); // the heading says that it is earlier
});

test('after a fault: the steps to be taken again are no longer on screen', () => {
  const fault = { kind: 'device-lost', message: 'gone', lastGoodStep: 2, resumable: true } as const;
  const again = { ...fakeStart(), resumedFrom: 2 } as RunEvent;
  const after = fold(EMPTY, [...run(4), { v, type: 'fault', step: 4, fault }, again]);
  expect([stepOf(after), after.rolloutStep, after.rollouts.length]).toEqual([2, 0, 0]);
});

test('a run that begins where another stands is at that step before its first', () => {
  const begun = fold(EMPTY, [fakeStart(40)]);
  expect([stepOf(begun), doneOf(begun)]).toEqual([40, 40]);
  const on = fold(begun, [fakeSignals(41, 1, 2), fakeStep(41)]);
  expect([stepOf(on), doneOf(on)]).toEqual([41, 41]);
});

test('the footer names none', () => {
  const snapshot = fold(EMPTY, [fakeStart(), fakeSignals(3, 1, 2), fakeStep(3)]);
  expect(statusText({ ...INITIAL, source: 'live', snapshot })).not.toMatch(/step|update/);
});

test('what is left is that of the run, less what the step has taken; of a first update it is what its scoring tells', () => {
  const times = { step: 10, phase: 4, scoring: 6 };
  expect(leftOf(times, 70, 'sample')).toBe('1:00 left');
  expect(leftOf(times, 3, 'sample')).toBe('0:00 left');
  expect(leftOf(times, null, 'backward')).toBe('about 0:14 left of it');
  expect([leftOf(times, null, 'score'), leftOf({ ...times, scoring: 1 }, null, 'backward')]).toEqual([null, null]);
});
