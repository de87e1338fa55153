import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Effort } from '../../src/data/effort';
import { compile } from '../../src/data/regex/program';
import { search } from '../../src/data/regex/search';

const matches = (source: string, text: string, steps = 1e9) => {
  const effort = new Effort();
  effort.allow(steps);
  return [...search(compile(source), text, effort)].map(({ index, end }) => [index, end]);
};
const natively = (source: string, text: string) =>
  [...text.matchAll(new RegExp(source, 'gu'))].map(({ 0: found, index }) => [index, index + found.length]);

/** Patterns of the field, as tokenizer.json files have them after the rewriting of Oniguruma's syntax. */
const FIELD = [
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  String.raw`(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw` ?[^()|\s.,!?…。，、।۔،]+`,
  String.raw`\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆ]+`,
  String.raw`(?<![\s\S])\p{White_Space}+|\p{White_Space}+(?![\s\S])`,
  String.raw`\p{L}(?<=\p{Lu})|(?<!x)y`,
];
const TEXTS = [
  'Hello, I’ve 12345 apples; it\'s  \n\n\t {"a": 1}   ',
  '  x  \r\n\r\n  y\u0085z \ufeff é̀ 日本語の文 👩‍👩‍👧 \ud800 A1b2C3 xy y y',
  '',
  ' ',
];

describe('the matches of JavaScript', () => {
  test('for the patterns of the field', () => {
    for (const source of FIELD)
      for (const text of TEXTS) expect(matches(source, text), source).toEqual(natively(source, text));
  });

  // Letters of one unit: V8 finds empty matches within a pair, which are none.
  test('for made patterns and texts', () => {
    const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', String.raw`\w`, '(?:a|ab)', '(?:b|ba|c)');
    const unit = fc.letrec((tie) => ({
      one: fc.oneof(
        { weight: 4, arbitrary: atom },
        fc.tuple(tie('list'), fc.constantFrom('+', '*', '+?', '*?')).map(([x, q]) => `(?:${x})${q}`),
        fc.tuple(atom, fc.constantFrom('?', '??', '{2}', '{1,3}', '{0,2}?', '{2,}')).map(([x, q]) => x + q),
        fc.tuple(fc.constantFrom('(?=', '(?!', '(?<=', '(?<!'), tie('list')).map(([look, x]) => `${look}${x})`),
        fc.constantFrom('^', '$'),
      ),
      list: fc.oneof(
        fc.array(tie('one'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
        fc.tuple(tie('one'), tie('one')).map(([x, y]) => `(?:${x}|${y})`),
      ),
    }));
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ' ', '\n', 'é'), { maxLength: 12 }).map((x) => x.join(''));
    fc.assert(
      fc.property(unit.list as fc.Arbitrary<string>, text, (source, given) => {
        expect(matches(source, given)).toEqual(natively(source, given));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});

test('steps grow with the text, not faster: nested repetitions, starts that all fail, looks from everywhere', () => {
  const sources = [
    '(a+)+$',
    '(?:a|a)*b',
    '(a|aa)+b',
    'a*b',
    '(?:a*)*(?:a*)*b',
    'a(?=a*b)',
    '(?<=a*)b',
    '(a{0,20}){0,20}b',
  ];
  const steps = (source: string, letters: number) => {
    const effort = new Effort();
    effort.allow(1e9);
    for (const _ of search(compile(source), `${'a'.repeat(letters)}!`, effort));
    return 1e9 - effort.left;
  };
  for (const source of sources) expect(steps(source, 4000) / steps(source, 2000), source).toBeLessThan(2.5);
});

test('what cannot be linear, or is too large, is refused', () => {
  for (const source of [
    String.raw`(a)\1`,
    String.raw`a\b`,
    '(a{1000}){1000}',
    '(?:(?:){100000}){100000}',
    'a'.repeat(20_000),
    '(?i:a)',
  ])
    expect(() => compile(source), source.slice(0, 20)).toThrow(SyntaxError);
});
