/** Texts of data and of models that made readers walk them once for each of their characters: each is read once. */
import { expect } from 'vitest';
import { gsm8kParts } from '../../src/data/gsm8k';
import { finalAnswer } from '../../src/data/maths';
import { cutAfterAnswer, withoutThoughts } from '../../src/data/shown-solution';
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
  [
    'sentences',
    'a long tail of sentences behind the answer',
    () => cutAfterAnswer(`\\boxed{5}.${of(' So. ', 15_000)}`).length < 15_000,
    true,
  ],
];

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
