/** The task "two cards": the small world in which the method can be followed by eye. */
import { BadInput } from '../errors';
import { Random, STREAMS } from '../random';
import type { PrivilegedContext, Problem, Task } from '../types';
import { corpusExample } from './corpus';
import { dealOf, generateProblems, PAIRS, pairAt, problemOf, scanText, solvingDepths } from './problem';
import { hintedPrompt, pairOfSolution, plainPrompt } from './prompts';
import { twoCardsSamples } from './samples';
import { twoCardsSteps } from './steps';
import { verifyTwoCards } from './verify';
import {
  ID,
  LARGEST_NUMBER,
  twoCardsTokenizer,
  twoCardsTokenizerConfigJson,
  twoCardsTokenizerJson,
} from './vocabulary';

export const twoCards: Task = {
  name: 'two-cards',
  label: 'Two cards',
  doc:
    'Find the two of six cards that sum to the target by trying pairs in order; depth is the place of the pair that ' +
    'works. The teacher reads the pair as a hint.',
  maxNewTokens: 83,
  generate: generateProblems,
  studentPrompt: (problem) => plainPrompt(dealOf(problem)),
  teacherPrompt,
  verify: (problem, response) => verifyTwoCards(dealOf(problem), response),
  steps: (problem, response) => twoCardsSteps(dealOf(problem), response),
  wrongSolution,
  solutionOf,
  samples: (problem, seed) => twoCardsSamples(dealOf(problem), seed),
  ownProblem,
  deliberate: (problem) => scanText(dealOf(problem)),
  pretrainExample: (index, seed) => corpusExample(index, seed),
  tokenizer: twoCardsTokenizer,
  tokenizerFiles: new Map([
    ['tokenizer.json', twoCardsTokenizerJson()],
    ['tokenizer_config.json', twoCardsTokenizerConfigJson()],
  ]),
};

/**
 * The teacher reads only the pair of a solution, so the contexts sibling, dataset, answer and shuffled look the same
 * here, and other-problem and wrong show a pair that does not solve the problem. The vocabulary has no word for
 * feedback: a context without a solution, with or without feedback, gives the student's own prompt, and then u = 0.
 */
function teacherPrompt(problem: Problem, context: PrivilegedContext): number[] {
  const deal = dealOf(problem);
  return context.solution === null ? plainPrompt(deal) : hintedPrompt(deal, pairOfSolution(context.solution));
}

/** One of the pairs that do not sum to the target, each equally likely. */
function wrongSolution(problem: Problem, seed: number): string {
  const { cards, target } = dealOf(problem);
  const wrong = PAIRS.map((_, k) => pairAt(cards, k + 1)).filter(([a, b]) => a + b !== target);
  const pair = wrong[new Random(STREAMS.wrongSolutions, seed).below(wrong.length)];
  return `So Answer ${pair.join(' ')}`;
}

/** The response as text up to its last final answer `Answer x y`. */
function solutionOf(_problem: Problem, response: ArrayLike<number>): string {
  const ids = Array.from(response);
  const end = ids.lastIndexOf(ID.answer);
  return twoCardsTokenizer.decode(end < 0 ? ids.filter((id) => id !== ID.eos) : ids.slice(0, end + 3));
}

/** "make 24 from 3 7 9 12 15 20" as a problem; its own solution is the complete scan. */
function ownProblem(id: string, question: string, solution: string | null): Problem {
  const numbers = /^make (\d+) from (\d+(?: \d+){5})$/.exec(question.replace(/\s+/g, ' '));
  const cards = numbers ? numbers[2].split(' ').map(Number) : [];
  const target = Number(numbers?.[1]);
  const [depth] = solvingDepths(cards, target);
  if (!numbers || depth === undefined || Math.max(...cards, target) > LARGEST_NUMBER)
    throw new BadInput(
      numbers ? 'No two of the cards sum to the target' : 'This is no problem of two cards',
      'own problem',
      `Write, for instance: make 24 from 3 7 9 12 15 20. Numbers go up to ${LARGEST_NUMBER}.`,
    );
  const problem = problemOf(id, { cards, target, depth });
  return { ...problem, solution: solution ?? problem.solution };
}
