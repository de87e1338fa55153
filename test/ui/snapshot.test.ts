import { expect, test } from 'vitest';
import { EVENT_VERSION, type RunEvent } from '../../src/runs/events';
import { Series } from '../../src/ui/state/series';
import { EMPTY, fold } from '../../src/ui/state/snapshot';
import { activityOf } from '../../src/ui/state/store';
import { fakeEval, fakeRun, fakeSignals, fakeStart, fakeStep } from './fake-events';

const v = EVENT_VERSION;

test('folding events one by one, in parts or at once gives the same snapshot, and leaves the old one alone', () => {
  const events = fakeRun(30);
  const before = JSON.stringify(EMPTY);
  const atOnce = fold(EMPTY, events);
  const oneByOne = events.reduce((snapshot, event) => fold(snapshot, [event]), EMPTY);
  expect(oneByOne).toEqual(atOnce);
  expect(fold(fold(EMPTY, events.slice(0, 17)), events.slice(17))).toEqual(atOnce);
  expect(JSON.stringify(EMPTY)).toBe(before);
  expect(atOnce.steps.slice().map((s) => s.step)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
});

test('a series grows in place: a view stays as it was, and only a fork is copied', () => {
  const two = Series.of([1]).append(2);
  const four = two.concat([3, 4]);
  expect([[...two], two.at(-1), two.at(2)]).toEqual([[1, 2], 2, undefined]);
  expect([four.slice(), four.slice(-2), four.slice(1, 3)]).toEqual([
    [1, 2, 3, 4],
    [3, 4],
    [2, 3],
  ]);
  const fork = two.append(9);
  expect([[...fork], [...four.append(5)], [...four]]).toEqual([
    [1, 2, 9],
    [1, 2, 3, 4, 5],
    [1, 2, 3, 4],
  ]);
});

test('a step, a measurement and a piece of a rollout copy nothing that came before', () => {
  const array = (series: unknown) => Reflect.get(series as object, 'all');
  const rollouts = [{ problem: 'p', group: 0, question: 'q' }];
  const pieces = [{ rollout: 0, tokens: ['no'] }];
  const more = (step: number): RunEvent[] => [fakeStep(step), fakeEval(step), { v, type: 'tokens', step, pieces }];
  const first = fold(EMPTY, [fakeStart(), { v, type: 'rollouts', step: 1, rollouts }, ...more(1)]);
  const second = fold(first, more(2));
  expect(array(second.steps)).toBe(array(first.steps));
  expect(array(second.evals)).toBe(array(first.evals));
  expect(array(second.rollouts[0].tokens)).toBe(array(first.rollouts[0].tokens));
  expect([first.steps.length, second.steps.length, second.rollouts[0].tokens.length]).toEqual([1, 2, 2]);
});

test('tokens stream into their rollouts; the others keep their identity', () => {
  const rollouts = [0, 1].map((group) => ({ problem: `p${group}`, group, question: `question ${group}` }));
  const first = fold(EMPTY, [{ v, type: 'rollouts', step: 1, rollouts }]);
  const second = fold(first, [{ v, type: 'tokens', step: 1, pieces: [{ rollout: 1, tokens: ['no', 'Wait'] }] }]);
  expect(second.rollouts[0]).toBe(first.rollouts[0]);
  expect(second.rollouts[1].tokens.slice()).toEqual(['no', 'Wait']);
  expect(first.rollouts[1].tokens).toHaveLength(0);
  expect(second.rollouts[1].signals).toBeNull();
  const third = fold(second, [fakeSignals(1, 1, 2)]);
  expect(third.rollouts.every((r) => r.signals?.u.length === r.tokens.length)).toBe(true);
});

test('a resumed run keeps the steps up to where it goes on, and forgets those after', () => {
  const events: RunEvent[] = [
    fakeStart(),
    ...[1, 2, 3, 4].map((s) => fakeStep(s)),
    fakeEval(4),
    fakeStart(2),
    fakeStep(3),
  ];
  const snapshot = fold(EMPTY, events);
  expect(snapshot.steps.slice().map((s) => s.step)).toEqual([1, 2, 3]);
  expect(snapshot.evals).toHaveLength(0);
  expect(fold(snapshot, [fakeStart()]).steps).toHaveLength(0);
});

test('a fault ends the run until it is resumed; full storage does not end it', () => {
  const fault = (kind: 'device-lost' | 'storage'): RunEvent => ({
    v,
    type: 'fault',
    step: 2,
    fault: { kind, message: 'why', lastGoodStep: 2, resumable: kind === 'device-lost' },
  });
  const running = fold(EMPTY, [fakeStart(), fakeStep(1), fakeStep(2)]);
  const lost = fold(running, [fault('device-lost')]);
  expect(activityOf({ source: 'live', snapshot: lost, asked: null })).toBe('faulted');
  expect(lost.steps).toHaveLength(2);
  const again = fold(lost, [fakeStart(2), { v, type: 'phase', step: 2, phase: 'paused' }]);
  expect(again.fault).toBeNull();
  expect(activityOf({ source: 'live', snapshot: again, asked: null })).toBe('paused');
  const full = fold(running, [fault('storage')]);
  expect(activityOf({ source: 'live', snapshot: full, asked: null })).toBe('running');
  expect(full.fault?.message).toBe('why');
  expect(fold(full, [{ v, type: 'checkpoint', step: 3, path: 'checkpoints/step-000003' }]).fault).toBeNull();
});

test('a fault while rollouts are sampled leaves the last scored ones on screen', () => {
  const rollouts = [{ problem: 'p', group: 0, question: 'q' }];
  const fault = { kind: 'nan', message: 'why', lastGoodStep: 1, resumable: true } as const;
  const snapshot = fold(EMPTY, [
    fakeStart(),
    fakeSignals(1),
    { v, type: 'rollouts', step: 2, rollouts },
    { v, type: 'fault', step: 1, fault },
  ]);
  expect(snapshot.rolloutStep).toBe(1);
  expect(snapshot.rollouts).toHaveLength(64);
});

test('what the self-test found beside the first steps is known of the run’s device', () => {
  const selfTest = { passed: 75, failed: ['rope'], ms: 1 };
  const { device } = fold(EMPTY, [fakeStart(), { v, type: 'checked', step: 2, selfTest }]);
  expect(device).toMatchObject({ name: fold(EMPTY, [fakeStart()]).device?.name, selfTest });
});

test('a change of settings shows in the configuration and is kept', () => {
  const snapshot = fold(EMPTY, [fakeStart(), { v, type: 'change', step: 3, patch: { lambda: 0.1 } }]);
  expect(snapshot.config?.lambda).toBe(0.1);
  expect(snapshot.changes).toHaveLength(1);
});

test('a recorded run never drives the transport', () => {
  const snapshot = fold(EMPTY, [fakeStart()]);
  expect(activityOf({ source: 'recorded', snapshot, asked: null })).toBe('idle');
  expect(activityOf({ source: 'live', snapshot, asked: 'pause' })).toBe('pausing');
});
