/** What a message hands over to the page: columns and files are gone from the engine's side, and arrive as they were. */
import { expect, it } from 'vitest';
import { givenAway } from '../../src/engine/given-away';
import type { Message } from '../../src/engine/protocol';
import { fakeScores } from '../ui/fake-inspector';

const TEXTS = { student: 'make 11', teacher: 'make 11 Hint', response: '4 9 13 no' };

/** Posts a message as a Worker does. */
const posted = <M extends Message>(message: M): M => structuredClone(message, { transfer: givenAway(message) });

it('the inspector’s columns, with a score and with a context’s effect', () => {
  const scored = fakeScores(TEXTS);
  const want = structuredClone(scored);
  const got = posted({ id: 1, type: 'done', reply: { scored, seconds: 0 } });
  expect(got.reply).toEqual({ scored: want, seconds: 0 });
  const { ids, s, t, u, H_S, H_T } = scored;
  expect([ids, s, t, u, H_S, H_T].map(({ length }) => length)).toEqual([0, 0, 0, 0, 0, 0]);

  const columns = { t: Float32Array.of(1), u: Float32Array.of(2), H_T: Float32Array.of(3) };
  const context = { source: 'none', solution: null, feedback: null } as const;
  const effect = { mode: 'none', context, origin: '', teacher: '', ...columns } as const;
  expect(posted({ id: 1, type: 'part', part: effect }).part).toMatchObject({ u: Float32Array.of(2) });
  expect(Object.values(columns).map(({ length }) => length)).toEqual([0, 0, 0]);
});

it('files, but not the memory that one shares with another', () => {
  const shared = new Uint8Array([1, 2, 3, 4]);
  const files = [
    { name: 'whole', bytes: new Uint8Array([7, 8]) },
    { name: 'part', bytes: shared.subarray(1, 3) },
  ];
  const { reply } = posted({ id: 1, type: 'done', reply: files });
  expect(reply).toEqual([
    { name: 'whole', bytes: Uint8Array.of(7, 8) },
    { name: 'part', bytes: Uint8Array.of(2, 3) },
  ]);
  expect(files.map(({ bytes }) => bytes.length)).toEqual([0, 2]);
});

it('nothing of a message without columns', () => {
  expect(givenAway({ id: 1, type: 'part', part: 'a text' })).toEqual([]);
  expect(givenAway({ id: 1, type: 'done', reply: undefined })).toEqual([]);
});
