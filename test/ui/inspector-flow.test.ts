import { expect, test } from 'vitest';
import { barsOf, thinned } from '../../src/ui/inspector/bars';
import { rasterOf } from '../../src/ui/inspector/layers/raster';
import { branchesOf, pathText } from '../../src/ui/inspector/search/tree';
import { privilegedRange, promptParts } from '../../src/ui/inspector/tabs/privileged';
import { type Layout, layOut, tokenFrom } from '../../src/ui/tokens/lines';
import { namesOf, piecesOf, textOf } from '../../src/ui/tokens/pieces';
import { FAKE_TREE, fakeScores, longText, UNICODE_TEXT } from './fake-inspector';

const scores = (response: string) => fakeScores({ student: 'x', teacher: 'x c', response });
/** Laid out with letters of width 1. */
const laidOut = (response: string, width: number): Layout => {
  const s = scores(response);
  return layOut(piecesOf(s, response), s.tokens.length, width, (text) => [...text].length);
};
const linesOf = ({ lines }: Layout): string[] => lines.map((l) => l.fragments.map((f) => f.text).join(''));

test('pieces keep every letter of the response; bytes stand behind the character they make', () => {
  const s = scores(UNICODE_TEXT);
  const pieces = piecesOf(s, UNICODE_TEXT);
  const plain = pieces.map((p) => (p.look === 'bytes' ? p.text.replace(/⟨[^⟩]*⟩$/, '') : p.text)).join('');
  expect(plain).toBe(UNICODE_TEXT.replace('\t', '→').replace('\u200D', '⟨200D⟩'));
  expect(textOf(pieces, 0, s.tokens.length - 1)).toBe(UNICODE_TEXT); // what is copied
  expect(new Set(pieces.map((p) => p.token).filter((t) => t !== null)).size).toBe(s.tokens.length);
  expect(
    pieces
      .filter((p) => p.look === 'bytes')
      .slice(0, 4)
      .map((p) => p.text),
  ).toEqual(['😀⟨F0⟩', '⟨9F⟩', '⟨98⟩', '⟨80⟩']);
  const names = namesOf(pieces, s.tokens.length);
  expect(names.filter((name) => name === '⟨F0⟩').length).toBeGreaterThanOrEqual(3);
  expect(names).toContain('↵↵');
});

test('a vocabulary with byte fallback names its bytes itself, and an empty token has its name', () => {
  const s = {
    tokens: ['a', '<0xE2>', '<0x82>', '<0xAC>', '<eos>'],
    spans: [
      [0, 1],
      [1, 2],
      [1, 2],
      [1, 2],
      [2, 2],
    ],
  };
  const pieces = piecesOf(s as unknown as ReturnType<typeof scores>, 'a€');
  expect(pieces.map((p) => p.text)).toEqual(['a', '€⟨E2⟩', '⟨82⟩', '⟨AC⟩', '<eos>']);
  expect(pieces.at(-1)?.look).toBe('special');
});

test('words of a vocabulary without blanks keep the blanks between them, which are nobody’s', () => {
  const s = {
    tokens: ['4', '9', 'Wait'],
    spans: [
      [0, 1],
      [2, 3],
      [4, 8],
    ],
  };
  const pieces = piecesOf(s as unknown as ReturnType<typeof scores>, '4 9 Wait');
  expect(pieces.map((p) => [p.token, p.text])).toEqual([
    [0, '4'],
    [null, ' '],
    [1, '9'],
    [null, ' '],
    [2, 'Wait'],
  ]);
});

test.each([20, 33, 64])('lines of at most %i letters break between words and lose nothing', (width) => {
  const response = longText(300);
  const layout = laidOut(response, width);
  const lines = linesOf(layout);
  expect(Math.max(...lines.map((l) => [...l.trimEnd()].length))).toBeLessThanOrEqual(width);
  expect(lines.join(' ').replace(/\s+/g, ' ').trim()).toBe(response.replace(/\s+/g, ' ').trim());
  expect(lines.some((l) => /^ ?(ait|rnatively)\b/.test(l))).toBe(false);
});

test('a word longer than the line is cut, its token on several lines; the first is the token’s', () => {
  const layout = laidOut('So pneumonoultramicroscopic end', 10);
  expect(linesOf(layout)).toEqual(['So', 'pneumonou', 'ltramicros', 'copic end']);
  expect(layout.lineOf).toEqual([0, 1, 3]);
});

test('paragraphs take the direction of their first letter', () => {
  const { lines } = laidOut(UNICODE_TEXT, 80);
  const rtl = lines.filter((l) => l.rtl).map((l) => l.fragments.map((f) => f.text).join(''));
  expect(rtl).toHaveLength(2);
  expect(rtl.every((text) => /^[\u0590-\u06FF]/.test(text))).toBe(true);
});

test('arrow keys walk through tokens and lines, and mirror where text runs from right to left', () => {
  const response = 'one two three\nfour five six';
  const layout = laidOut(response, 40);
  expect(tokenFrom(layout, 0, 'ArrowRight')).toBe(1);
  expect(tokenFrom(layout, 0, 'ArrowLeft')).toBeNull();
  expect(tokenFrom(layout, 1, 'Home')).toBe(0);
  expect(tokenFrom(layout, 0, 'End')).toBe(3); // the line break is a token
  expect(tokenFrom(layout, 1, 'ArrowDown')).toBe(5);
  expect(tokenFrom(layout, 5, 'ArrowUp')).toBe(1);
  expect(tokenFrom(layout, 6, 'ArrowDown')).toBeNull();
  const paragraphs = laidOut('one\n\n\ntwo', 40); // the line breaks are one token on three lines
  expect(tokenFrom(paragraphs, 1, 'ArrowDown')).toBe(2);
  expect(tokenFrom(paragraphs, 2, 'ArrowUp')).toBe(1);
  const hebrew = laidOut('שלום עולם טוב', 40);
  expect(tokenFrom(hebrew, 1, 'ArrowLeft')).toBe(2);
  expect(tokenFrom(hebrew, 1, 'ArrowRight')).toBe(0);
});

test('4,000 tokens are laid out with a few measurements a token', () => {
  const response = longText(4000);
  const s = scores(response);
  let characters = 0;
  const textWidth = (text: string) => {
    characters += text.length + 1;
    return text.length;
  };
  const { lines } = layOut(piecesOf(s, response), s.tokens.length, 70, textWidth);
  expect(lines.length).toBeGreaterThan(150);
  expect(characters).toBeLessThan(4 * response.length);
});

test('strips keep the extremes when there are more tokens than bars', () => {
  const values = Array.from({ length: 4000 }, (_, i) => (i === 1234 ? -9 : i === 3000 ? 5 : 0.1));
  const kept = thinned(values, 300);
  expect(kept).toHaveLength(300);
  expect([Math.min(...kept), Math.max(...kept)]).toEqual([-9, 5]);
  const { width, paths } = barsOf([0, 0.1, -3, 1], 2);
  expect(width).toBe(4);
  expect(paths.map((p) => p.step)).toEqual([0, -3, 2]);
});

test('the privileged part is what the student does not read', () => {
  const student = '<|user|>\nWhat is 2 + 2?<|end|>\n<|assistant|>';
  const teacher = '<|user|>\nWhat is 2 + 2?\n\nSolution: 4<|end|>\n<|assistant|>';
  const marked = privilegedRange(student, teacher);
  expect(marked && teacher.slice(...marked)).toBe('\n\nSolution: 4');
  expect(privilegedRange(student, student)).toBeNull();
  const parts = promptParts(teacher, marked);
  expect(parts.map((p) => p.text).join('')).toBe(teacher);
  expect(parts.filter((p) => p.special).map((p) => p.text)).toEqual(['<|user|>', '<|end|>', '<|assistant|>']);
  expect(
    parts
      .filter((p) => p.marked)
      .map((p) => p.text)
      .join(''),
  ).toBe('\n\nSolution: 4');
});

test('equal cells side by side are one run of the picture, and cells below zero are marked twice', () => {
  const rows = [
    [3, 3, 0, -3],
    [0, 3, -3, -3],
  ];
  const { paths, below } = rasterOf(rows, { domain: 2, scale: 'both' });
  expect(paths).toEqual([
    { step: 3, d: 'M0 0h2v1h-2zM1 1h1v1h-1z' },
    { step: -3, d: 'M3 0h1v1h-1zM2 1h2v1h-2z' },
  ]);
  expect(below).toBe('M3 1h1M2 2h2');
  expect(rasterOf([[Number.NaN]], { domain: 2, scale: 'both' })).toEqual({ paths: [], below: '' });
});

test('a search is a tree, the best branch first, and what was cut off only where it is asked for', () => {
  const shape = (withCut: boolean) =>
    branchesOf(FAKE_TREE, withCut).map(({ node, chosen, branches }) => [
      node.id,
      chosen,
      branches.map((b) => b.node.id),
    ]);
  expect(shape(false)).toEqual([
    [0, false, [3]],
    [1, true, [4]],
  ]);
  expect(shape(true)[2]).toEqual([2, false, []]);
  expect(pathText(FAKE_TREE.nodes, 4)).toBe(' 4 20 24 no Wait 4 7 11 yes So Answer 4 7');
});
