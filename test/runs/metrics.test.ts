/** The table of metrics against the logs of earlier versions, and what is made of its rows. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metricLine } from '../../src/cli/metric-line';
import type { RunEvent, StepFigures } from '../../src/runs/events';
import { METRICS, type Metric, SFT_METRICS, STEP_METRICS, TOKEN_METRICS } from '../../src/runs/metrics';
import type { SftFigures } from '../../src/runs/sft-events';
import { columnsOf, figuresOf } from '../../src/ui/charts/curves';
import { fakeStep } from '../ui/fake-events';

const events = (name: string): RunEvent[] =>
  JSON.parse(readFileSync(new URL(`../../public/recorded/two-cards-${name}.json`, import.meta.url), 'utf8')).events;
const RECORDED = [...events('antisd'), ...events('sft')];

it('every figure that earlier versions recorded has its row', () => {
  const rows = new Map<string, object>(Object.entries(METRICS));
  const found = RECORDED.filter(({ type }) => rows.has(type));
  expect(new Set(found.map(({ type }) => type))).toEqual(new Set(['step', 'eval', 'sft-step']));
  for (const { v: _, type, ...figures } of found)
    expect(Object.keys(rows.get(type) ?? {})).toEqual(expect.arrayContaining(Object.keys(figures)));
});

describe.each([...Object.entries(METRICS), ['tokens-table', TOKEN_METRICS] as const])('the rows of %s', (_, rows) => {
  it('say what each is, and no two are called the same', () => {
    const all: Metric[] = Object.values(rows);
    expect(all.every(({ definition }) => definition.length > 5 && !definition.endsWith('.'))).toBe(true);
    expect(new Set(all.map(({ label }) => label)).size).toBe(all.length);
    const inTrl = all.flatMap(({ trl }) => trl ?? []);
    expect(new Set(inTrl).size).toBe(inTrl.length);
  });
});

it('the charts are those of the rows, companions below the line they go with', () => {
  const shape = figuresOf<StepFigures>(STEP_METRICS).map(({ title, lines }) => [title, ...lines.map((l) => l.key)]);
  expect(shape).toEqual([
    ['Reward', 'reward', 'dots'],
    ['Gate', 'teacherEntropy', 'gateStatistic', 'gateClosesBelow', 'gateOpensAbove'],
    ['Loss', 'loss'],
    ['Gradient norm', 'gradNorm'],
    ['Response length', 'responseLength'],
    ['Tokens a second', 'tokensPerSecond'],
  ]);
  expect(figuresOf<SftFigures>(SFT_METRICS).map(({ doc }) => doc)[2]).toBe(SFT_METRICS.gradNorm.definition);
});

it('the columns are those of the rows, counts as they are', () => {
  const { v: _, ...figures } = fakeStep(7);
  const columns = columnsOf<StepFigures>(STEP_METRICS);
  expect(columns.map(([head]) => head)).toEqual(
    ['step', 'reward', 'statistic', 'H_T', 'gate', 'λ', 'loss', 'norm', 'length', 'tokens/s'], //
  );
  expect(columns.slice(0, 2).map(([, of]) => of(figures))).toEqual(['7', figures.reward]);
});

it('a line of progress has the words of the rows between the steps and the time left', () => {
  const figures = { ...fakeStep(7), reward: 0.5, evalAccuracy: null, teacherEntropy: 0.25, gateState: 'off' as const };
  const event = { ...figures, responseLength: 12, tokensPerSecond: 99.6, eta: 62 };
  expect(metricLine(STEP_METRICS, event, 120)).toBe(
    'step 7/120  reward 0.500  held-out –  H_T 0.2500  length 12.0  100 tokens/s  ETA 1:02',
  );
  expect(metricLine(STEP_METRICS, { ...event, gateState: 'open', eta: null }, 120)).toMatch(
    /H_T 0\.2500 {2}gate open {2}length .* ETA –$/,
  );
});
