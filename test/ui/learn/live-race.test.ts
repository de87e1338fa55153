/** A race of one's own is folded from the events of its runs into what the recorded ones are. */
import { expect, test } from 'vitest';
import { raceAfter } from '../../../src/ui/learn/live-race';
import type { RaceRun } from '../../../src/ui/learn/race';
import { fakeRun } from '../fake-events';

test('a run of the race has what its events told: device, accuracy by step, evaluations', () => {
  const events = fakeRun(40);
  const none: RaceRun = {
    ...{
      arm: 'antisd',
      seed: 1,
      device: '',
      evals: [],
      accuracy: [],
      length: [],
      teacherEntropy: [],
      statistics: null,
    },
  };
  const run = events.reduce(raceAfter, none);
  const steps = events.filter((event) => event.type === 'step');
  expect(run.accuracy).toEqual(steps.map(({ accuracy }) => accuracy));
  expect(run.teacherEntropy).toHaveLength(40);
  expect(run.evals.map(({ step }) => step)).toEqual([0, 20, 40]);
  expect(run.device).not.toBe('');
});
