/**
 * Texts of data and of models that hide something, and those that made readers walk them once for each of their characters: each is
 * shown as it is, or read once.
 */
import { expect } from 'vitest';
import { gsm8kParts } from '../../src/data/gsm8k';
import { finalAnswer, sameAnswer } from '../../src/data/maths';
import { cutAfterAnswer, withoutThoughts } from '../../src/data/shown-solution';
import { visible } from '../../src/data/visible';
import { shape, svgFile } from '../../src/report/shape';
import { type Attempt, attempts } from '../faults/attempts';

const MEGABYTE = 2 ** 20;
const of = (part: string, length = MEGABYTE) => part.repeat(length / part.length);

const READ: [id: string, what: string, read: () => unknown, is: unknown][] = [
  ['blank lines', 'a million line ends before ####', () => gsm8kParts(`${of('\n')}x\n#### 5`)?.answer, '5'],
  [
    'blanks in the last line',
    'a million blanks behind #### 5',
    () => gsm8kParts(`a\n#### 5${of(' ')}x`)?.answer.length,
    MEGABYTE + 2,
  ],
  ['marks', 'a megabyte of << without an end', () => gsm8kParts(`${of('<<1=')}\n#### 5`)?.answer, '5'],
  ['last lines', 'a megabyte of lines ####', () => gsm8kParts(of('\n#### 1')), null],
  ['thoughts', 'a megabyte of <think> without an end', () => withoutThoughts(`a</think>b${of('<think>')}`), 'b'],
  ['open boxes', 'a megabyte of \\boxed{', () => finalAnswer(of('\\boxed{')), null],
  ['boxes', 'a megabyte of boxes, far apart', () => finalAnswer(of(`\\boxed{5}${' '.repeat(1000)}`)), '5'],
  ['stars', 'a megabyte of stars behind an answer', () => finalAnswer(`#### ${of('*')}x`), null],
  ['powers', '10^10^10 against one more', () => sameAnswer('10^{10^{10}}', '10^{10^{10}}+1'), false],
  ['factorials', 'five hundred factorials of each other', () => sameAnswer(`9${of('!', 500)}`, '9'), false],
  ['fractions', '5,000 fractions in each other', () => sameAnswer(`${of('\\frac{1}{', 45_000)}1`, '1'), false],
  ['roots', '3,000 roots of each other', () => sameAnswer(`${of('\\sqrt[9]{', 27_000)}2`, '2'), false],
  ['commas', 'lists of 100,000 numbers', () => sameAnswer(`${of('1,', 200_000)}1`, `${of('1,', 200_000)}1`), true],
  ['digits', 'numbers of a million digits', () => sameAnswer(of('7'), `${of('7')}.5`), false],
  ['cells', 'a matrix of 100,000 cells', () => sameAnswer(`\\begin{pmatrix}${of('1&', 200_000)}1`, '1'), false],
  [
    'sentences',
    'a long tail of sentences behind the answer',
    () => cutAfterAnswer(`\\boxed{5}.${of(' So. ', 15_000)}`).length < 15_000,
    true,
  ],
];

/** A text, and what is shown of it. */
const SHOWN: [id: string, what: string, text: string, is: string][] = [
  ['no characters', 'U+FFFE and U+FDD0, which are none', 'a\ufffe\uffff\ufdd0b', 'a\\ufffe\\uffff\\ufdd0b'],
  ['blanks', 'letters of Hangul that are blank', '\u3164\u115f\u1160\uffa0', '\\u3164\\u115f\\u1160\\uffa0'],
  [
    'no width',
    'a joiner, vowels of Khmer and notes without a look',
    '\u034f\u17b4\u{1d173}',
    '\\u034f\\u17b4\\u{1d173}',
  ],
  [
    'a hidden text',
    'a text in a row of selectors',
    '😀\ufe00\ufe01\u{e0100}\u{e0101}',
    '😀\ufe00\\ufe01\\u{e0100}\\u{e0101}',
  ],
  ['looks', 'selectors that choose a look', '❤\ufe0f 葛\u{e0100} 👩\u200d👧', '❤\ufe0f 葛\u{e0100} 👩\u200d👧'],
  ['ends of files', 'a line that ends the input of old programs', 'a\u001a\u0004b', 'a\\u001a\\u0004b'],
  ['titles', 'a sequence that names the window', '\u001b]0;x\u0007\u009c', '\\u001b]0;x\\u0007\\u009c'],
];
const XML = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

attempts(
  SHOWN.map(
    ([id, what, text, is]): Attempt => ({
      id: `text/${id}`,
      group: 'texts that hide something',
      what,
      expected: `${JSON.stringify(is)}; an SVG is XML with it`,
      gate: true,
      run() {
        expect(visible(text)).toBe(is);
        expect(svgFile(shape('text', { title: text }, text))).toMatch(XML);
      },
    }),
  ),
);

attempts(
  READ.map(
    ([id, what, read, is]): Attempt => ({
      id: `text/${id}`,
      group: 'texts of data and models',
      what,
      expected: JSON.stringify(is),
      gate: true,
      run: () => expect(read()).toBe(is),
    }),
  ),
);
