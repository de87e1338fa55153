/** What a chart draws: lines through their values, gaps where there is none, dots, greyed stretches, named values of the axis. */
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Plot } from '../../src/ui/charts/Plot';

const solid = { key: 'a', label: 'a', look: 'solid' } as const;
const dots = { key: 'dots', label: 'held-out', look: 'dots' } as const;
const paths = (html: string): string[] => [...html.matchAll(/<path[^>]* d="([^"]*)"/g)].map(([, d]) => d);
const ticks = (html: string): string[] => [...html.matchAll(/<span[^>]*>([^<]*)<\/span>/g)].map(([, text]) => text);

it('a line goes through its values and ends where one is missing', () => {
  const rows = [1, null, 0.5, 0].map((a, i) => ({ step: i + 1, a }));
  const html = renderToStaticMarkup(<Plot rows={rows} lines={[solid]} domain={[0, 1]} unit="step" />);
  expect(paths(html)).toEqual(['M25.00 0.00M75.00 50.00L100.00 100.00']);
  expect(ticks(html)).toEqual(['0', '0.5', '1']);
});

it('what is measured now and then is dots on a line across the gaps', () => {
  const rows = [0, 1, 2].map((step) => ({ step, dots: step === 1 ? null : step / 2 }));
  const html = renderToStaticMarkup(<Plot rows={rows} lines={[dots]} domain={[0, 1]} unit="step" />);
  expect(paths(html)).toEqual(['M0.00 100.00L100.00 0.00', 'M0.00 100.00h0M100.00 0.00h0']);
});

it('the axis is that of the values; about a single one there is room', () => {
  const html = (values: number[]) =>
    renderToStaticMarkup(<Plot rows={values.map((a, i) => ({ step: i, a }))} lines={[solid]} unit="step" />);
  expect(paths(html([2, 4]))).toEqual(['M0.00 100.00L100.00 0.00']);
  expect(paths(html([3]))).toEqual(['M0.00 50.00', 'M0.00 50.00h0']); // a dot: of one value no line is seen
  expect(paths(html([0]))).toEqual(['M0.00 50.00', 'M0.00 50.00h0']);
  expect(ticks(html([0.0325, 0.0381]))).not.toEqual([]);
  expect(ticks(html([0.0447838080827327, 0.0447838080827328]))).toEqual(ticks(html([0.0447838080827327]))); // rounding
  expect(ticks(html([11.4, 12.6]))).toEqual(['11.5', '12', '12.5']);
  expect(ticks(html([-11.4, -12.6]))).toEqual(['−12.5', '−12', '−11.5']);
});

it('stretches are greyed from the end of the step before them', () => {
  const rows = [
    { step: 1, a: 0 },
    { step: 4, a: 1 },
  ];
  const html = renderToStaticMarkup(<Plot rows={rows} lines={[solid]} bands={[[1, 2]]} unit="step" />);
  expect(html).toMatch(/<rect[^>]* x="0" width="50"/);
});
