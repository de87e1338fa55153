/** A story that somebody wrote. */
import { BadInput } from '../errors';
import type { Problem } from '../types';
import { type Move, type Story, totalsOf } from './moves';
import { MOST_MOVES, problemOf, questionText } from './story';
import { LARGEST_NUMBER, PEOPLE, THINGS, VERBS } from './words';

/** "Mia has 14 apples. She buys 23 more. How many apples does Mia have?" as a problem. Throws BadInput. */
export function ownStory(id: string, question: string, solution: string | null): Problem {
  const story = readStory(question.trim().replace(/\s+/g, ' '));
  if (story === null)
    throw new BadInput(
      'This is no problem of stories',
      'own problem',
      `Write, for instance: Mia has 14 apples. She buys 23 more. She sells 9 of them. She doubles them. How many apples does Mia have? Up to ${MOST_MOVES} moves, numbers up to ${LARGEST_NUMBER}.`,
    );
  const problem = problemOf(id, story);
  return { ...problem, solution: solution ?? problem.solution };
}

function readStory(question: string): Story | null {
  const first = /^(\w+) has (\d+) (\w+)\./.exec(question);
  const moves = [...question.matchAll(/\b(?:She|He) (\w+) (?:(\d+)|them)/g)].map(([, verb, n]): Move | null => {
    const known = VERBS.find((v) => v.verb === verb);
    if (!known || 'factor' in known !== (n === undefined)) return null;
    return { verb, n: 'factor' in known ? known.factor : Number(n) };
  });
  if (!first || moves.length === 0 || moves.length > MOST_MOVES || !moves.every((move) => move !== null)) return null;
  const [, who, start, thing] = first;
  const known = PEOPLE.some(([name]) => name === who) && (THINGS as readonly string[]).includes(thing);
  const story = { who, thing, start: Number(start), moves, depth: moves.length };
  const numbers = known ? [...totalsOf(story), ...moves.map(({ n }) => n)] : [-1];
  const canBeWritten = numbers.every((n) => n >= 0 && n <= LARGEST_NUMBER);
  return canBeWritten && questionText(story) === question ? story : null;
}
