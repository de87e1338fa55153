/** A stored run as something that plays: any of its steps is what a fold up to there shows. */
import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/runs/events';
import { expandForReplay } from '../../src/ui/replay/expand';
import { placeOf } from '../../src/ui/replay/player';
import { scoreOf } from '../../src/ui/replay/score';
import { EMPTY, fold } from '../../src/ui/state/snapshot';
import { fakeEval, fakeRun, fakeSignals, fakeStep, fakeTable } from './fake-events';

const [start, first] = fakeRun(1);
const STEPS = Array.from({ length: 120 }, (_, i) => i + 1);
const told = (step: number): RunEvent[] => [fakeSignals(step, 2), fakeTable(), fakeStep(step)];
const events: RunEvent[] = [
  start,
  first,
  ...STEPS.flatMap((step) => [...told(step), ...(step % 20 ? [] : [fakeEval(step)])]),
];
const score = scoreOf(expandForReplay(events));
const plain = (x: unknown): unknown => JSON.parse(JSON.stringify(x));

test.each([0, 49, 50, 51, 119])('the page at place %i is that of a fold of the log up to the next step', (place) => {
  const next = events.findIndex((e) => e.type === 'step' && e.step === place + 1);
  const signals = events.findIndex((e, i) => i > next && e.type === 'signals');
  const whole = fold(EMPTY, events.slice(0, signals < 0 ? events.length : signals));
  const { steps, evals, rolloutStep, gate, table, done } = score.at(place);
  expect(steps.at(-1)?.step).toBe(place + 1);
  expect(steps.slice()).toEqual(whole.steps.slice());
  expect(plain(evals.slice())).toEqual(plain(whole.evals.slice()));
  expect({ rolloutStep, gate, table, done }).toEqual({
    rolloutStep: whole.rolloutStep,
    gate: whole.gate,
    table: whole.table,
    done: whole.done,
  });
});

test('going back leaves what is later as it was', () => {
  const late = score.at(100).steps.slice();
  score.at(3);
  score.at(60);
  expect(score.at(100).steps.slice()).toEqual(late);
});

test('gate switches and the rollouts that training pushed most can be gone to', () => {
  const gate = (step: number, state: 'open' | 'closed'): RunEvent => ({
    ...{ v: 1, type: 'gate', step, state, statistic: 1, closesBelow: 1, opensAbove: 1 },
  });
  const { marks } = scoreOf([
    ...events.slice(0, 8),
    gate(1, 'open'),
    gate(2, 'open'),
    gate(3, 'closed'),
    gate(9, 'open'),
  ]);
  expect(marks.filter(({ what }) => what.startsWith('gate'))).toEqual([
    { what: 'gate: open → closed', step: 3 },
    { what: 'gate: closed → open', step: 9 },
  ]);
  const pushed = score.marks.find(({ what }) => what === 'rollout praised most');
  const rollouts = score.at(placeOf(score, pushed?.step ?? 0)).rollouts;
  const sums = rollouts.map(({ signals }) => signals?.advantage.reduce((a, b) => a + b, 0) ?? 0);
  expect(sums.indexOf(Math.max(...sums))).toBe(pushed?.rollout);
});
