import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTokenizer } from '../../src/data/tokenizer';
import { twoCardsTokenizer } from '../../src/data/two-cards/vocabulary';
import type { Tokenizer } from '../../src/data/types';
import { EMPTY, fold } from '../../src/ui/state/snapshot';
import { isRightToLeft, type Piece, partsIn, piecesFrom, textOf } from '../../src/ui/tokens/pieces';
import { fixturePath } from '../setup/fixtures';
import { fakeScripts, fakeSignals, fakeStart } from './fake-events';

const TEXT = 'So 12 + 30 = 42.\n\nWait,  naïve 日本語 😀👩‍👧 שלום\n مرحبا\t5 €';
const ENDS = { 'byte-level': '<|end|>', sentencepiece: '</s>' };
const fixture = (name: keyof typeof ENDS): Promise<Tokenizer> =>
  readTokenizer(
    readFileSync(fixturePath('tokenizers', `${name}.tokenizer.json`), 'utf8'),
    name,
    JSON.stringify({ eos_token: ENDS[name] }),
  );
const namesIn = (t: Tokenizer, text: string): string[] => t.encode(text).map((id) => t.token(id));

test.each(['byte-level', 'sentencepiece'] as const)('%s tokens read as the text they decode to', async (name) => {
  const tokenizer = await fixture(name);
  const tokens = namesIn(tokenizer, TEXT);
  const { pieces, settled } = piecesFrom(tokens, 0, tokenizer.separator);
  expect(settled).toBe(tokens.length);
  expect(pieces.every(({ look }) => look !== 'gap')).toBe(true); // no blank of ours
  expect(new Set(pieces.map(({ token }) => token)).size).toBe(tokens.length);
  // The decoder strips the blank before the first word of all.
  expect(textOf(pieces, 0, tokens.length - 1).trimStart()).toBe(tokenizer.decode(tokenizer.encode(TEXT)));
});

test('tokens that are words read with the blanks that their decoder puts between them', () => {
  const tokens = namesIn(twoCardsTokenizer, '4 9 13 no Wait 4 20 24 <eos>');
  const { pieces } = piecesFrom(tokens, 0, twoCardsTokenizer.separator);
  expect(textOf(pieces, 0, tokens.length - 1)).toBe('4 9 13 no Wait 4 20 24 <eos>');
  expect(textOf(pieces, 1, 3)).toBe('9 13 no');
});

test.each(['byte-level', 'sentencepiece'] as const)(
  '%s pieces come token by token as they come at once',
  async (name) => {
    const tokens = namesIn(await fixture(name), TEXT);
    let pieces: Piece[] = [];
    let [settled, written] = [0, 0];
    for (let n = 1; n <= tokens.length; n++) {
      const more = piecesFrom(tokens.slice(0, n), settled, '');
      pieces = pieces.filter(({ token }) => token !== null && token < settled).concat(more.pieces);
      settled = more.settled;
      written += more.pieces.length;
    }
    expect(pieces).toEqual(piecesFrom(tokens, 0, '').pieces);
    expect(written).toBeLessThan(2 * tokens.length); // only the bytes of an unfinished character are written again
  },
);

test('what shows nothing of itself has a mark, which is not copied', () => {
  const tokens = ['a', '\u200B', '', ' ', '\n\n', 'b\u202Ec', '\u0645\u06CC\u200C\u062E'];
  const { pieces } = piecesFrom(tokens, 0, '');
  expect(pieces.map(({ text, look }) => [text, look])).toEqual([
    ['a', 'text'],
    ['⟨200B⟩', 'special'],
    ['∅', 'special'],
    [' ', 'space'],
    ['\n\n', 'space'],
    ['b⟨202E⟩c', 'text'],
    ['\u0645\u06CC\u200C\u062E', 'text'], // a joiner between letters shapes them
  ]);
  expect(textOf(pieces, 0, 6)).toBe(tokens.join(''));
  expect(partsIn(pieces[4]).map(({ text, breaks }) => [text, breaks])).toEqual([
    ['', true],
    ['', true],
  ]);
});

test('bytes that make no character stay bytes, one token each', () => {
  const { pieces, settled } = piecesFrom(['<0xE2>', 'so', ' <0xF0><0x9F>'], 0, '');
  expect(pieces.map(({ text }) => text)).toEqual(['\uFFFD⟨E2⟩', 'so', ' \uFFFD⟨F0 9F⟩']);
  expect(settled).toBe(2); // the last may yet become one
});

test('the direction of a token is its paragraph’s', () => {
  const { pieces } = piecesFrom(['Wait', '\n', '42 ', 'שלום', ' so', '\n', 'no'], 0, '');
  expect(pieces.map((_, i) => isRightToLeft(pieces, i))).toEqual([false, false, true, true, true, true, false]);
});

test('logs that do not say what stands between tokens are read by the blanks that these hold', () => {
  expect(fold(EMPTY, [fakeStart(), fakeSignals(1)]).separator).toBe(' ');
  expect(fold(EMPTY, [fakeStart(), fakeScripts(1)]).separator).toBe('');
  const told = { ...fakeStart(), separator: '' } as const;
  expect(fold(EMPTY, [told as ReturnType<typeof fakeStart>, fakeSignals(1)]).separator).toBe('');
});
