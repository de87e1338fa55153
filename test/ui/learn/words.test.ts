/** Every language says the same: the same values, symbols and formulas in every text, and every formula can be typeset. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { kernelFormulas, mathMl } from '../../../scripts/formulas.mjs';
import { ARMS } from '../../../src/antisd/arms';
import { DIVERGENCE_NAMES, DIVERGENCES } from '../../../src/antisd/divergences';
import { configFromQuery, DEFAULT_CONFIG } from '../../../src/settings/config';
import { PRESETS } from '../../../src/settings/presets';
import { MEASURES } from '../../../src/ui/heatmap/measures';
import { CHAPTER_IDS, NOTHING_LEARNT, storedLearnt, withAnswer, withVisit } from '../../../src/ui/learn/answers';
import { addressOfChapter, CHAPTERS, chapterIn } from '../../../src/ui/learn/chapters';
import { QUESTIONS } from '../../../src/ui/learn/chapters/Open';
import { symbolsIn } from '../../../src/ui/learn/Formula';
import { settingsQuery } from '../../../src/ui/learn/LabLink';
import { inWords, LANGUAGES } from '../../../src/ui/learn/language';
import { RUNNERS } from '../../../src/ui/learn/live-race';
import { bitsOf, fill } from '../../../src/ui/learn/markup';
import { SYMBOL_NAMES, SYMBOLS, symbolOf } from '../../../src/ui/learn/symbols';
import { en } from '../../../src/ui/learn/words/en';

const FORMULAS = JSON.parse(
  readFileSync(new URL('../../../src/ui/learn/formulas.json', import.meta.url), 'utf8'),
) as Record<string, string>;

/** Every text with its place. */
const textsOf = (words: unknown, place = ''): [string, string][] =>
  typeof words === 'string'
    ? [[place, words]]
    : Object.entries(words as object).flatMap(([name, part]) => textsOf(part, `${place}/${name}`));
const bracesOf = (text: string): string[] => [...new Set(text.match(/\{[^}]*\}/g))].sort();

test.each(Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[])(
  '%s: texts stand where the English ones do',
  async (name) => {
    const words = textsOf(await LANGUAGES[name].load());
    expect(words.map(([place]) => place)).toEqual(textsOf(en).map(([place]) => place));
    const english = new Map(textsOf(en));
    for (const [place, text] of words)
      expect([place, ...bracesOf(text)]).toEqual([place, ...bracesOf(english.get(place) ?? '')]);
  },
);

test('every language but English says what each symbol of the kernels is, and nothing else', async () => {
  const asked = Object.values(kernelFormulas()).flatMap(({ symbols }) => Object.values(symbols).map(({ is }) => is));
  for (const { kernels } of Object.values(LANGUAGES)) {
    const said = await kernels();
    if (said) expect(Object.keys(said).sort()).toEqual([...new Set(asked)].sort());
  }
});

/** What the lab's own tables put before a learner, and what the engine says of the models that the lessons open. */
const LAB_SAYS = [
  ...[MEASURES.term.label, MEASURES.advantage.label],
  ...RUNNERS.map((arm) => ARMS[arm].label),
  ...PRESETS.filter(({ keepsModel }) => !keepsModel).map(({ label }) => label),
  ...DIVERGENCE_NAMES.map((name) => DIVERGENCES[name].label),
  ...['timing kernels', 'checking kernels', 'weights', 'Opening nano', 'Loading the weights of nano'],
];
/** Names that are the same in every language. */
const NAMES = ['AntiSD', 'GRPO', 'Jensen–Shannon'];

test('every language but English says what the lab says in a lesson, and nothing else', async () => {
  for (const { lab } of Object.values(LANGUAGES).slice(1)) {
    const table = await lab();
    const wanted = LAB_SAYS.filter((text) => !NAMES.includes(text));
    expect(wanted.filter((text) => inWords(text, table) === text)).toEqual([]);
    const keys = wanted.map((text) => text.replace('nano', '{#name}'));
    expect(Object.keys(table).sort()).toEqual([...new Set(keys)].sort());
    expect(inWords('Opening nano', table)).toContain('nano');
    expect(inWords('No such thing', table)).toBe('No such thing');
  }
});

test('every symbol and formula of the words is there', () => {
  for (const [place, text] of textsOf(en))
    for (const brace of bracesOf(text).filter((b) => !b.startsWith('{#'))) {
      const name = brace.slice(1, -1);
      const known = name.startsWith('=') ? Object.hasOwn(FORMULAS, name.slice(1)) : Object.hasOwn(SYMBOLS, name);
      expect([place, brace, known]).toEqual([place, brace, true]);
    }
  expect(Object.keys(en.symbols)).toEqual([...SYMBOL_NAMES]);
});

test('markup: symbols, formulas, values', () => {
  expect(bitsOf(fill('so {u} is {#n} by {=phi}, {not} that', { n: 3 }))).toEqual([
    { kind: 'text', text: 'so ' },
    { kind: 'symbol', name: 'u' },
    { kind: 'text', text: ' is 3 by ' },
    { kind: 'formula', name: 'phi' },
    { kind: 'text', text: ', ' },
    { kind: 'text', text: '{not}' },
    { kind: 'text', text: ' that' },
  ]);
});

test('every formula is MathML whose letters are explained', () => {
  const inText = textsOf(en).flatMap(([, text]) => [...text.matchAll(/\{=(\w+)\}/g)].map(([, name]) => name));
  const needed = [...CHAPTERS.flatMap(({ formulas }) => formulas), ...inText];
  expect(new Set(needed)).toEqual(new Set(Object.keys(FORMULAS)));
  for (const [name, tex] of Object.entries(FORMULAS)) {
    const letters = [...mathMl(tex).matchAll(/<mi[^>]*>(.)<\/mi>/gu)].map(([, letter]) => letter);
    expect([name, letters.filter((letter) => symbolOf(letter) === null)]).toEqual([name, []]);
  }
  expect(symbolsIn(mathMl(FORMULAS.antisd))).toEqual(['A', 'i', 'lambda', 'phi', 'u']);
  expect(() => mathMl('\\nonsense')).toThrow();
});

test('the chapters: one for each name, each with an address of its own', () => {
  expect(CHAPTERS.map(({ id }) => id)).toEqual(CHAPTER_IDS);
  expect(CHAPTERS.map((chapter) => chapterIn(addressOfChapter(chapter)))).toEqual(CHAPTERS.map((_, i) => i));
  expect([chapterIn('#learn'), chapterIn('#learn?chapter=none')]).toEqual([0, 0]);
});

test('links into the lab say what they set', () => {
  const asked = [...CHAPTERS.flatMap(({ lab }) => (lab === 'inspect' ? [] : [lab])), ...Object.values(QUESTIONS)];
  for (const settings of asked)
    expect(configFromQuery(settingsQuery(settings))).toEqual({ ...DEFAULT_CONFIG, ...settings });
});

test('a right answer stays, wrong ones count as tries; what is stored is read back, anything else is not', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const once = withAnswer(withVisit(NOTHING_LEARNT, 'slope'), 'slope', 'first', false, at);
  const twice = withAnswer(once, 'slope', 'second', true, at);
  expect(twice.answers.slope).toEqual({ given: 'second', right: true, tries: 2, at });
  expect(withAnswer(twice, 'slope', 'third', false, at)).toBe(twice);
  expect(withVisit(twice, 'slope')).toBe(twice);
  expect(storedLearnt(JSON.stringify(twice))).toEqual(twice);
  for (const junk of [null, '', '{', '{"version":2}', JSON.stringify({ ...twice, visited: ['nowhere'] })])
    expect(storedLearnt(junk)).toEqual(NOTHING_LEARNT);
});
