import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { beliefCurve } from '../../src/antisd/belief';
import { rowOf } from '../../src/antisd/signals';
import { signed } from '../../src/ui/format';
import { BeliefCurve } from '../../src/ui/heatmap/BeliefCurve';
import { BELIEF_HEIGHT, describeBelief, drawBelief } from '../../src/ui/heatmap/belief';
import { fakeSignals } from './fake-events';

const points = (line: string) => [...line.matchAll(/[ML](\d+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

test('the figures beside the curve, and its words, are the event’s own sums', () => {
  const { u } = rowOf(fakeSignals(3).signals, 5);
  const shown = renderToStaticMarkup(<BeliefCurve u={u} marked={2} />);
  const [here, end] = [u.subarray(0, 3), u].map((part) => signed(part.reduce((a, b) => a + b, 0)));
  const figures = [...shown.matchAll(/data-number="true">([^<]+)</g)].map(([, text]) => text);
  expect(figures).toEqual([here, end]);
  expect(shown).toContain(
    `role="img" aria-label="Belief in the context along the response, in nats: ${here} at token 3`,
  );
});

test('its words name where it stands, ends, and is highest and lowest', () => {
  expect(describeBelief(beliefCurve([0.5, -2, 1.25]), 1)).toBe(
    'Belief in the context along the response, in nats: −1.50 at token 2 of 3, −0.25 at the end; ' +
      'highest +0.50 at token 1, lowest −1.50 at token 2.',
  );
});

test('the drawing begins at zero and fills its height; zero is in it where the curve never comes there', () => {
  const { line, zero } = drawBelief([1, 3, 2]);
  expect(zero).toBe(BELIEF_HEIGHT - 1);
  expect(points(line)).toEqual([
    [0, 39],
    [1, 26.33],
    [2, 1],
    [3, 13.67],
  ]);
  expect(points(drawBelief([0, 0]).line).map(([, y]) => y)).toEqual([1, 1, 1]);
});

test('of a long curve the drawing keeps the extremes and the end', () => {
  const curve = Float64Array.from({ length: 5000 }, (_, i) => Math.sin(i / 50));
  [curve[1234], curve[4321]] = [9, -9];
  const drawn = points(drawBelief(curve).line);
  expect(drawn.length).toBeLessThan(700);
  expect(drawn.find(([x]) => x === 1235)?.[1]).toBe(1);
  expect(drawn.find(([x]) => x === 4322)?.[1]).toBe(BELIEF_HEIGHT - 1);
  expect(drawn.at(-1)?.[0]).toBe(5000);
  expect(drawn.every(([x], i) => i === 0 || x >= drawn[i - 1][0])).toBe(true);
});
