/** Where tokens lie in their text: word-level, byte-level and byte-fallback vocabularies, characters of several tokens. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTokenizer } from '../../src/data/tokenizer';
import { twoCardsTokenizer } from '../../src/data/two-cards/vocabulary';
import type { Tokenizer } from '../../src/data/types';
import { segments, tokenSpans } from '../../src/inspect/spans';
import { fixturePath } from '../setup/fixtures';

const ENDS = { 'byte-level': '<|end|>', sentencepiece: '</s>' };
const readFixture = (name: keyof typeof ENDS) =>
  readTokenizer(
    readFileSync(fixturePath('tokenizers', `${name}.tokenizer.json`), 'utf8'),
    name,
    JSON.stringify({ eos_token: ENDS[name] }),
  );

/** Bytes as tokens: every character beyond ASCII takes several. */
const BYTES: Tokenizer = {
  vocabSize: 256,
  eosId: 0,
  endIds: [0],
  padId: 0,
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (ids) => new TextDecoder().decode(Uint8Array.from(Array.from(ids))),
  token: (id) => new TextDecoder().decode(Uint8Array.of(id)),
  separator: '',
};

const piecesOf = (t: Tokenizer, text: string) =>
  tokenSpans(t, t.encode(text), text).map(([from, to]) => text.slice(from, to));

it('of words are the words, however they are spaced', () => {
  const text = '3  7 10\nno\tWait';
  expect(piecesOf(twoCardsTokenizer, text).map((p) => p.trim())).toEqual(['3', '7', '10', 'no', 'Wait']);
});

it('of bytes are the characters that they are part of', () => {
  expect(piecesOf(BYTES, 'aé你🦊')).toEqual(['a', 'é', 'é', '你', '你', '你', '🦊', '🦊', '🦊', '🦊']);
});

it('tell a token that ends one character and begins the next', () => {
  // 你 = e4 bd a0, 好 = e5 a5 bd, in tokens e4 bd | a0 e5 | a5 bd
  const vocabulary = [
    [0xe4, 0xbd],
    [0xa0, 0xe5],
    [0xa5, 0xbd],
  ];
  const t: Tokenizer = {
    ...BYTES,
    encode: () => [0, 1, 2],
    decode: (ids) => new TextDecoder().decode(Uint8Array.from(Array.from(ids).flatMap((id) => vocabulary[id]))),
  };
  expect(tokenSpans(t, [0, 1, 2], '你好')).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
});

it('of a real replacement character are found too', () => {
  expect(piecesOf(BYTES, 'a\uFFFDb')).toEqual(['a', '\uFFFD', '\uFFFD', '\uFFFD', 'b']);
});

describe.each(['byte-level', 'sentencepiece'] as const)('a %s vocabulary', (name) => {
  it('has spans in order that cover every character that is no space', async () => {
    const t = await readFixture(name);
    const part = fc.oneof(
      fc.constantFrom('the fox', ' 12', '\n\n', '  ', 'é', '你好', '🦊', '👩‍👩‍👧', 'α²', '`x=1`', 'नमस्ते', '\t'),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const ids = t.encode(text);
        if (t.decode(ids) !== text) return; // the tokenizer itself changed the text
        const spans = tokenSpans(t, ids, text);
        expect(spans).toHaveLength(ids.length);
        const covered = new Set<number>();
        spans.forEach(([from, to], i) => {
          expect(from).toBeLessThanOrEqual(to);
          if (i > 0) expect(from).toBeGreaterThanOrEqual(spans[i - 1][0]);
          for (let at = from; at < to; at++) covered.add(at);
        });
        for (let at = 0; at < text.length; at++) if (/\S/.test(text[at])) expect(covered.has(at)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

it('cut a text into segments that join to the text, every token in one of them', () => {
  const text = 'a 你🦊  b';
  const spans = tokenSpans(BYTES, BYTES.encode(text), text);
  const cut = segments(spans, text.length);
  expect(cut.map((s) => text.slice(s.from, s.to)).join('')).toBe(text);
  expect(cut.reduce((n, s) => n + s.end - s.first, 0)).toBe(spans.length);
  expect(cut.find((s) => text.slice(s.from, s.to) === '🦊')).toMatchObject({ first: 5, end: 9 });
  expect(
    segments(
      [
        [0, 1],
        [1, 1],
        [3, 4],
      ],
      5,
    ),
  ).toEqual([
    { from: 0, to: 1, first: 0, end: 1 },
    { from: 1, to: 1, first: 1, end: 2 },
    { from: 1, to: 3, first: 2, end: 2 },
    { from: 3, to: 4, first: 2, end: 3 },
    { from: 4, to: 5, first: 3, end: 3 },
  ]);
});
