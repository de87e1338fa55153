import { expect, test } from 'vitest';
import { Ids } from '../../src/data/ids';

/** What is said of an id's second record. */
const said = (places: readonly string[], again: string): string | undefined => {
  const ids = new Ids();
  for (const [i, where] of places.entries()) expect(ids.taken(`id ${i}`, where)).toBeNull();
  return ids.taken('id 0', again)?.message;
};

test.each([
  ['a.jsonl, line 1'],
  ['a.jsonl, line 2000000'],
  ['a.json, "train", record 7'],
  ['a.json, "7"'],
  ['007'],
  ['0'],
  [''],
  ['of 12345678901234567890'],
])('an id twice: the place of the first, %s, comes back from its number', (where) => {
  expect(said([where, 'b.jsonl, line 1', 'c'], 'b.jsonl, line 2')).toBe(
    `the id "id 0" is that of ${where} too (b.jsonl, line 2). Give each problem its own id.`,
  );
});
