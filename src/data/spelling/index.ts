/** Spelling backwards, as reasoning-gym asks it (spell_backward): a word from its last letter to its first. */
import { Random, STREAMS } from '../random';
import type { Problem, SampleAnswer, Verdict } from '../types';
import { WORDS } from './words';

const backward = (word: string): string => Array.from(word).reverse().join('');
const spelt = (letters: string): string => Array.from(letters).join(', ');

/** The first `count` problems, one a word, in an order of their own; their steps are the letters. */
export function spellingProblems(count = WORDS.length): Problem[] {
  return new Random(STREAMS.spelling)
    .shuffle([...WORDS])
    .slice(0, count)
    .map((word) => ({
      id: `spell-backward/${word}`,
      question: `Spell this word backward (example: sun -> nus): ${word}`,
      solution: solved(word, backward(word)),
      answer: backward(word),
      facts: { word, steps: word.length },
    }));
}

/** The word's letters, then those that are said to be its letters backwards. */
const solved = (word: string, answer: string): string =>
  `The letters of ${word} are ${spelt(word)}. From the last to the first: ${spelt(answer)}. So it is \\boxed{${answer}}.`;

/**
 * Equal to `score_answer` of reasoning-gym 0.1.25 on the word itself: right whatever the case. What it gives a part of its
 * score for, letters in their places, is the reason's; the reward is whole or none. LaTeX's words are read as words.
 */
export function judgeSpelling({ answer: wanted }: Problem, given: string): Verdict {
  const plain = given.replace(/^\\(?:text|mathrm|texttt|textbf|textit)\{(.*)\}$/s, '$1');
  const [right, said] = [wanted.toLowerCase(), plain.toLowerCase()];
  if (said === right) return { reward: 1, reason: 'right', answer: given };
  const letters = Array.from(said);
  const inPlace = Array.from(right).filter((letter, i) => letter === letters[i]).length;
  return { reward: 0, reason: `${inPlace} of ${right.length} letters in place`, answer: given };
}

/** Right and wrong responses; which slip is made is a function of problem and seed. */
export function spellingSamples({ facts, answer }: Problem, seed = 0): SampleAnswer[] {
  const word = facts.word as string;
  const random = new Random(STREAMS.samples, seed, ...Array.from(word, (c) => c.codePointAt(0) as number));
  const letters = Array.from(answer);
  const places = letters.flatMap((letter, i) => (i > 0 && letter !== letters[i - 1] ? [i] : []));
  const at = places[random.below(places.length)];
  const swapped = letters
    .with(at - 1, letters[at])
    .with(at, letters[at - 1])
    .join('');
  const short = letters.toSpliced(random.below(letters.length), 1).join('');
  return [
    { label: 'right, at once', text: `\\boxed{${answer}}`, right: true },
    {
      label: 'right, after second thoughts',
      text: `It is ${swapped}. Wait, let me check that, letter by letter. ${solved(word, answer)}`,
      right: true,
    },
    { label: 'two letters swapped', text: solved(word, swapped), right: false },
    { label: 'a letter left out', text: solved(word, short), right: false },
    { label: 'the word as it is', text: `So it is \\boxed{${word}}.`, right: false },
    { label: 'no final answer', text: `The letters of ${word} are ${spelt(word)}.`, right: false },
  ];
}
