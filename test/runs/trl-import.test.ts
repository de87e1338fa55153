/** What TRL logged comes back as a run: of the exported trainer's records, and of TRL's own log. */
import { describe, expect, it } from 'vitest';
import { eventLine, readLog } from '../../src/runs/event-lines';
import type { RunEventOf } from '../../src/runs/events';
import { importTrl } from '../../src/runs/trl/import';
import { utf8 } from '../setup/checkpoints';

const own = (step: number, more: object = {}) => ({
  ...{ type: 'step', step, reward: step / 10, accuracy: step / 10, responseLength: 12, truncatedShare: 0.25 },
  ...{ equalGroupShare: 0.5, studentEntropy: 0.4, teacherEntropy: 0.3, gateStatistic: 0.29, gateState: 'open' },
  ...{ gateClosesBelow: 0.2, gateOpensAbove: 0.3, lambda: 0.5, meanU: -0.1, sumAbsTerm: 3, maskedShare: 0.01 },
  ...{ contextShares: { sibling: 1 }, tokens: 192, totalTokens: 192 * step, loss: -0.1, gradNorm: 1, lr: 1e-4 },
  ...{ kl: null, seconds: 2, clipFraction: 0 },
  ...more,
});
const held = (step: number, accuracy: number) => ({
  ...{ type: 'eval', step, accuracy, passAtK: 1, k: 2, problems: 4, samples: 2, meanLength: 9 },
});
const run = { config: { arm: 'antisd-paper', seed: 3, steps: 3 } };

/** As a run's log keeps them. */
const stored = ({ events }: ReturnType<typeof importTrl>) => {
  const read = readLog(utf8(events.map(eventLine).join('')));
  expect(read).toMatchObject({ damaged: [], torn: false });
  return read.events;
};
const of = <T extends 'step' | 'eval'>(events: ReturnType<typeof stored>, type: T) =>
  events.filter((event): event is RunEventOf<T> => event.type === type);

describe('the exported trainer’s records', () => {
  it('are the run’s steps and evaluations, those of a resumed run once', () => {
    const steps = [held(0, 0.1), own(1), own(2, { reward: 9 }), own(2), held(2, 0.6), own(3)];
    const told = importTrl({ run, steps, state: null }, 'folder');
    expect(told.config).toMatchObject({ arm: 'antisd-paper', seed: 3, steps: 3 });
    const events = stored(told);
    expect(events.map((e) => e.type)).toEqual(['start', 'eval', 'step', 'step', 'eval', 'step', 'done']);
    const found = of(events, 'step');
    expect(found.map(({ reward, evalAccuracy }) => [reward, evalAccuracy])).toEqual([
      [0.1, 0.1],
      [0.2, 0.1],
      [0.3, 0.6],
    ]);
    expect(found[2]).toMatchObject({
      gateState: 'open',
      lambda: 0.5,
      tokensPerSecond: 96,
      contextShares: { sibling: 1 },
    });
    expect(events.at(-1)).toMatchObject({ step: 3, seconds: 6, reason: 'finished' });
  });

  it.each([
    ['no step', { run, steps: [held(0, 0)], state: null }, 'No step is logged'],
    ['a line that is none', { run, steps: [{ type: 'step' }], state: null }, 'antisd.jsonl:1'],
    ['nothing', { run: null, steps: null, state: null }, 'There is no log of TRL'],
  ])('of %s are refused', (_, log, words) => {
    expect(() => importTrl(log, 'folder')).toThrow(words);
  });
});

it('TRL’s own log gives what its names say', () => {
  const log_history = [
    { step: 0, eval_reward: 0.125, 'eval_completions/mean_length': 7 },
    {
      step: 1,
      reward: 0.5,
      loss: 0.01,
      grad_norm: 2,
      learning_rate: 1e-5,
      entropy: 0.7,
      num_tokens: 1000,
      step_time: 4,
    },
    {
      step: 2,
      reward: 0.75,
      'completions/mean_length': 20,
      frac_reward_zero_std: 0.25,
      num_tokens: 1800,
      step_time: 4,
    },
    { step: 2, train_loss: 0.1 },
  ];
  const told = importTrl({ run: null, steps: null, state: { log_history } }, 'folder');
  expect(told.config).toMatchObject({ arm: 'grpo', steps: 2 });
  const steps = of(stored(told), 'step');
  expect(steps).toMatchObject([
    { reward: 0.5, gradNorm: 2, studentEntropy: 0.7, totalTokens: 1000, evalAccuracy: 0.125 },
    { reward: 0.75, responseLength: 20, equalGroupShare: 0.25, tokens: 800, tokensPerSecond: 200 },
  ]);
});
