/**
 * Problems of the task "stories": somebody has some things, gets more, gives some away, doubles them; how many are there in
 * the end? Depth is the number of moves, 1 … 6. Totals stay within 10 … 120.
 */
import { BadInput } from '../errors';
import { hash32, Random, STREAMS } from '../random';
import type { Problem, ProblemQuery, Split } from '../types';
import { applied, type Move, type Story, totalsOf, verbOf } from './moves';
import { solutionText } from './solution';
import { PEOPLE, THINGS, VERBS } from './words';

export const MOST_MOVES = 6;
const LEAST_MOVES = 4;
const [LEAST_TOTAL, MOST_TOTAL, MOST_NUMBER] = [10, 120, 40];

/** The split rule: a tenth of all sequences of numbers and operations is held out, whoever and whatever they are about. */
export const splitOf = ({ start, moves }: Pick<Story, 'start' | 'moves'>): Split =>
  hash32([start, ...moves.flatMap((move) => ['+-×'.indexOf(verbOf(move).operation), move.n])]) % 10 === 0
    ? 'heldout'
    : 'train';

/** A story of `split` with at least `least` moves; the number of moves is uniform. */
export function drawStory(random: Random, split: Split, least: number): Story {
  for (;;) {
    const [who] = PEOPLE[random.below(PEOPLE.length)];
    const thing = THINGS[random.below(THINGS.length)];
    const depth = least + random.below(MOST_MOVES - least + 1);
    const start = LEAST_TOTAL + random.below(50);
    const moves: Move[] = [];
    for (let total = start; moves.length < depth; ) {
      const move = drawMove(random, total);
      moves.push(move);
      total = applied(verbOf(move).operation, total, move.n);
    }
    const story = { who, thing, start, moves, depth };
    if (splitOf(story) === split) return story;
  }
}

/** A move that keeps the total within its bounds: verbs that can are equally likely, and so are their numbers. */
function drawMove(random: Random, total: number): Move {
  const possible = VERBS.flatMap((v) => {
    const numbers = numbersFor(v, total);
    return numbers.most >= numbers.least ? [{ verb: v.verb, ...numbers }] : [];
  });
  const { verb, least, most } = possible[random.below(possible.length)];
  return { verb, n: least + random.below(most - least + 1) };
}

function numbersFor(v: (typeof VERBS)[number], total: number): { least: number; most: number } {
  if ('factor' in v) return { least: v.factor, most: total * v.factor <= MOST_TOTAL ? v.factor : 0 };
  const room = v.operation === '+' ? MOST_TOTAL - total : total - LEAST_TOTAL;
  return { least: 2, most: Math.min(MOST_NUMBER, room) };
}

/** Problems `first` … `first + count - 1` of a stream; problem k is a function of (split, seed, minDepth, k) alone. */
export function generateStories({ split, count, seed, minDepth: asked, first = 0 }: ProblemQuery): Problem[] {
  const least = checkedLeast(asked);
  return Array.from({ length: count }, (_, i) => {
    const index = first + i;
    const random = new Random(STREAMS.stories, seed, split === 'train' ? 0 : 1, least, index);
    return problemOf(`stories/${split}/${String(index).padStart(6, '0')}`, drawStory(random, split, least));
  });
}

export function problemOf(id: string, story: Story): Problem {
  return {
    id,
    question: questionText(story),
    solution: solutionText(story),
    answer: String(totalsOf(story)[story.depth]),
    facts: story,
  };
}

/** "Mia has 14 apples. She buys 23 more. She doubles them. How many apples does Mia have?" */
export function questionText({ who, thing, start, moves }: Story): string {
  const pronoun = PEOPLE.find(([name]) => name === who)?.[1];
  const sentences = moves.map((move) => {
    const { verb, operation } = verbOf(move);
    const object = operation === '×' ? 'them' : operation === '+' ? `${move.n} more` : `${move.n} of them`;
    return `${pronoun} ${verb} ${object}.`;
  });
  return [`${who} has ${start} ${thing}.`, ...sentences, `How many ${thing} does ${who} have?`].join(' ');
}

/** The story inside a problem. */
export function storyOf({ facts, id }: Problem): Story {
  if (Array.isArray(facts.moves) && typeof facts.start === 'number') return facts as Story;
  throw new BadInput('the problem tells no story', id, 'Use a problem of the task stories.');
}

function checkedLeast(asked: number | null): number {
  const least = asked ?? LEAST_MOVES;
  if (Number.isInteger(least) && least >= 1 && least <= MOST_MOVES) return least;
  throw new BadInput(`minDepth is ${least}`, 'stories', `Choose a whole number from 1 to ${MOST_MOVES}.`);
}
