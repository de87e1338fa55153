/** Provisional: replaced by the generator that is being written. */
import type { Problem } from '../types';
export const wordProblems = (count: number): Problem[] =>
  Array.from({ length: count }, (_, i) => {
    const [a, b] = [2 + (i % 97), 3 + ((i * 7) % 89)];
    return {
      id: `word-problems/${i}`,
      question: `Tom has ${a} apples and gets ${b} more (${i}). How many has he now?`,
      solution: `${a} + ${b} = ${a + b}. The answer is \\boxed{${a + b}}.`,
      answer: String(a + b),
      facts: {},
    };
  });
