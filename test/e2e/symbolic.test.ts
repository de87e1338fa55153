/** The symbolic judge in a real browser, started from inside another Worker: built and served as the page is. */
import { expect, test } from 'vitest';
import { saidByPage } from '../setup/small-page';

test('answers are judged in a Worker of a Worker; one that hangs is replaced', async () => {
  expect(await saidByPage('symbolic')).toEqual({
    verdicts: [true, true, false],
    afterwards: [false, true],
    started: 2,
    warnings: [],
  });
});
