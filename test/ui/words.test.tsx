/** Words of the page that must mean one thing: shortcut, deliberation, λ, a figure's lines, an update. */
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { StepFigures } from '../../src/runs/events';
import { STEP_METRICS } from '../../src/runs/metrics';
import { DEFAULT_CONFIG } from '../../src/settings/config';
import { figuresOf } from '../../src/ui/charts/curves';
import { Names } from '../../src/ui/charts/LineFigure';
import { StepTable } from '../../src/ui/charts/StepTable';
import { Intro } from '../../src/ui/heatmap/Intro';
import { NumberGrid } from '../../src/ui/heatmap/NumberGrid';
import { ranked } from '../../src/ui/panels/TokenTable';
import { lambdaNote } from '../../src/ui/settings/lambda-note';
import { Series } from '../../src/ui/state/series';

const words = (html: string): string => html.replace(/<[^>]*>/g, '');

describe('a shortcut', () => {
  const row = (token: string, meanU: number, meanTerm: number, count = 9) => ({
    token,
    count,
    meanU,
    meanTerm,
    share: 0,
  });
  const table = [row('a', 0.4, -0.1), row('b', -4.7, -0.9), row('c', 0.1, -0.3), row('d', 0.004, 5), row('e', 9, 9, 1)];

  it.each(['meanU', 'meanTerm'] as const)('has u > 0 by whatever the table is sorted (%s)', (rank) => {
    const shortcuts = ranked(table, 1, rank).map(({ token }) => token);
    expect(shortcuts).toEqual(rank === 'meanU' ? ['a', 'c'] : ['c', 'a']); // seen too seldom, or u reads as zero: neither
    expect(ranked(table, -1, rank).map(({ token }) => token)).toEqual(['b']);
  });

  it('has a colour, and u = 0.000 has none', () => {
    const sign = (value: number) =>
      /data-sign="(-?\d)"/.exec(
        renderToStaticMarkup(<NumberGrid entries={[{ name: 'u', doc: '', value, signed: true, tinted: true }]} />),
      )?.[1];
    expect([0.01, -0.01, 0.0004, -0.0004].map(sign)).toEqual(['1', '-1', '0', '0']);
  });
});

it('the first screen says what is asked, who is student and teacher, and what the colours mean', () => {
  const of = (task: string) => words(renderToStaticMarkup(<Intro task={task} />));
  const said = of(DEFAULT_CONFIG.task);
  for (const word of ['make 35 from', 'sum to 35', 'student', 'teacher', 'blue', 'shortcut', 'orange', 'deliberation'])
    expect(said).toContain(word);
  expect(of('word-problems')).toMatch(/^Grade-school problems/);
  expect(of('sums.jsonl')).toMatch(/^The problems are those of a file/);
});

it.each([
  [{}, 'In the first 5 steps λ is 0: the gate warms up. Later it is 0 wherever the gate is closed.'],
  [{ gateWarmup: 1 }, 'In the first step λ is 0: the gate warms up. Later it is 0 wherever the gate is closed.'],
  [{ gateWarmup: 0 }, 'It is 0 wherever the gate is closed.'],
  [{ gate: 'off' }, 'Acts from the first step on.'],
  [{ arm: 'grpo' }, 'This method has no such term: λ is 0.'],
] as const)('λ of %j says when it acts', (settings, note) => {
  expect(lambdaNote({ ...DEFAULT_CONFIG, ...settings })).toBe(note);
});

it('the gate’s chart names its lines and its grey', () => {
  const gate = figuresOf<StepFigures>(STEP_METRICS).find(({ title }) => title === 'Gate');
  const html = gate && renderToStaticMarkup(<Names figure={gate} />);
  expect(html?.match(/<li>.*?<\/li>/g)?.map(words)).toEqual(['H_T', 'statistic', 'closes, above it opens', 'λ = 0']);
  expect(html?.match(/stroke-dasharray/g)).toHaveLength(1);
});

it('an update is called one', () => {
  const dots = { head: 'held-out', values: [] };
  const html = renderToStaticMarkup(
    <StepTable columns={[]} steps={Series.of<{ step: number }>()} dots={dots} unit="update" />,
  );
  expect(words(html)).toBe('Figures show after update 1.');
});
