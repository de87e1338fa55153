/** Stored evaluations in the inspector's table: what they came to, and which can go on now. */
import { expect, test } from 'vitest';
import type { ListedEvaluation } from '../../src/engine/protocol';
import { newEvaluation } from '../../src/runs/evaluation/config';
import { heldUp, rowsOf } from '../../src/ui/inspector/evaluations';

const subject = { model: 'org/name', adapter: null, weightFormat: 'auto' };
const config = newEvaluation({
  ...{ ...subject, data: ['gsm8k', 'aime-2025'].map((name) => ({ name, pinned: name })), against: null, problems: 3 },
  ...{ samples: 2, minDepth: null, temperature: 1, topP: 1, maxNewTokens: 8, wording: 'standard', thinking: false },
  ...{ seed: 0, rows: 4 },
});
const begun: ListedEvaluation = { id: '1', open: false, config, evaluation: null, broken: null };
const estimate = { value: 0.5, low: 0.25, high: 0.75 };
const done = {
  ...begun,
  evaluation: {
    ...{ name: '1', model: 'org/name', complete: false, settings: config },
    datasets: [
      {
        ...{ name: 'gsm8k', pinned: 'gsm8k', leftOut: null, avg: estimate, pass: [{ k: 1, ...estimate }], maj: [] },
        ...{ problems: [{ problem: 'a', avg: estimate, maj: 1, right: 1, truncated: 0, unanswered: 0 }] },
        ...{ samples: 2, tokens: 9, truncated: 0, unanswered: 0, cutWithoutAnswer: 0, overlap: null },
      },
    ],
  },
};

test('a row a dataset, with intervals; of what was not begun, or cannot be read, what there is', () => {
  expect(rowsOf(done)).toEqual([['gsm8k', 'org/name', '1', '.500 [.250, .750]', '.500 [.250, .750]', '–']]);
  expect(rowsOf(begun).map((cells) => cells.slice(0, 3))).toEqual([
    ['gsm8k', 'org/name', '0'],
    ['aime-2025', 'org/name', '0'],
  ]);
  expect(rowsOf({ ...begun, config: null, broken: 'No JSON.' })[0][0]).toBe('No JSON.');
});

test('it goes on with the model that it was begun with, where nobody is at it', () => {
  expect(heldUp(begun, subject, false)).toBeNull();
  expect(heldUp(begun, subject, true)).toMatch(/goes on/);
  expect(heldUp({ ...begun, open: true }, subject, false)).toMatch(/another tab/);
  expect(heldUp(begun, null, false)).toMatch(/model comes first/);
  for (const other of [{ model: 'nano' }, { adapter: 'x' }, { weightFormat: 'q4' }])
    expect(heldUp(begun, { ...subject, ...other }, false)).toMatch(/Open org\/name first/);
});
