/** Built-in examples for supervised training, by name, made by the seeded generators. Adding a set is adding a row. */
import type { Conversation } from './conversations';
import { dealOf, generateProblems } from './two-cards/problem';
import { plainPrompt } from './two-cards/prompts';
import { twoCardsTokenizer } from './two-cards/vocabulary';
import { wordProblems } from './word-problems';

export interface ExampleSet {
  readonly name: string;
  readonly label: string;
  readonly doc: string;
  /** In the words of nano; else for chat models. */
  readonly forNano: boolean;
  conversations(): Conversation[];
}

const SEED = 2605; // any number: it only names the stream

export const EXAMPLE_SETS: readonly ExampleSet[] = [
  {
    name: 'two-cards-scans',
    label: 'two-cards-scans (built in, for nano)',
    doc: '1,024 training problems of the nano task with the whole scan as the answer. What reinforcement would have to discover is shown here.',
    forNano: true,
    conversations: () =>
      generateProblems({ split: 'train', count: 1024, seed: SEED, minDepth: 1 }).map((problem) =>
        pairOf(twoCardsTokenizer.decode(plainPrompt(dealOf(problem))), problem.solution ?? '', true),
      ),
  },
  {
    name: 'word-problems',
    label: 'word-problems (built in)',
    doc: '1,024 grade-school problems with step-by-step solutions, as conversations for chat models.',
    forNano: false,
    conversations: () =>
      wordProblems(1024, SEED).map(({ question, solution }) => pairOf(question, solution ?? '', false)),
  },
];

const pairOf = (prompt: string, completion: string, pair: boolean): Conversation => ({
  messages: [
    { role: 'user', content: prompt },
    { role: 'assistant', content: completion },
  ],
  pair,
});
