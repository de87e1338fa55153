import { expect, test } from 'vitest';
import type { StepFigures } from '../../src/runs/events';
import { STEP_METRICS } from '../../src/runs/metrics';
import { DEFAULT_CONFIG, TRAIN_TABLE } from '../../src/settings/config';
import { figuresOf, rowsOf, thin } from '../../src/ui/charts/curves';
import { duration, plain, signed, tokenText } from '../../src/ui/format';
import { expandForReplay } from '../../src/ui/replay/expand';
import { configOf, DEFAULT_DRAFT, problemIn, SETTING_NAMES } from '../../src/ui/state/draft';
import { EMPTY, fold } from '../../src/ui/state/snapshot';
import { fakeRun, fakeSignals, fakeStep } from './fake-events';

test('thinning keeps first and last and the order', () => {
  const items = Array.from({ length: 1000 }, (_, i) => i);
  const thinned = thin(items, 160);
  expect(thinned).toHaveLength(160);
  expect([thinned[0], thinned.at(-1)]).toEqual([0, 999]);
  expect(thin(items.slice(0, 10), 160)).toHaveLength(10);
});

test('held-out accuracies survive thinning, and bands are the stretches without the term', () => {
  const { steps, evals } = fold(EMPTY, fakeRun(100));
  const [reward, gate] = figuresOf<StepFigures>(STEP_METRICS);
  const dots = evals.slice().map(({ step, accuracy }) => ({ step, value: accuracy }));
  const rows = rowsOf(reward, steps, dots, 10);
  expect(rows.filter((r) => typeof r.dots === 'number').map((r) => r.step)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(gate.bands?.(steps)).toEqual([
    [1, 5],
    [61, 74],
  ]);
});

test('a replay streams exactly the tokens that were scored', () => {
  const signals = fakeSignals(1, 2, 2);
  const events = expandForReplay([signals, fakeStep(1)]);
  expect(events.at(-2)).toBe(signals);
  const streamed = fold(EMPTY, events.slice(0, -2)).rollouts.map((r) => r.tokens.slice());
  expect(streamed).toEqual(signals.rollouts.map((r) => r.tokens));
  expect(expandForReplay(events)).toEqual(events);
});

test('the form’s defaults are the default configuration, and a wrong field is named', () => {
  expect(configOf(DEFAULT_DRAFT)).toEqual(DEFAULT_CONFIG);
  const draft = { ...DEFAULT_DRAFT, lambda: '-1', steps: '2.5' };
  const wrong = SETTING_NAMES.filter((name) => problemIn(TRAIN_TABLE, name, draft[name]) !== null);
  expect(wrong).toEqual(['lambda', 'steps']);
  expect(configOf(draft)).toBeNull();
});

test('numbers and tokens are written for people', () => {
  expect([signed(-1.656), signed(0.3), signed(-0.001)]).toEqual(['−1.66', '+0.30', '0.00']);
  expect([plain(0.0021), plain(1234), plain(null)]).toEqual(['2.1e−3', '1,234', '–']);
  expect([42, 725, 3723, Infinity].map(duration)).toEqual(['0:42', '12:05', '1:02:03', '–']);
  expect([tokenText(' the'), tokenText('\n'), tokenText('')]).toEqual(['·the', '↵', '∅']);
});
