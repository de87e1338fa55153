/** Solutions of "stories" in words: a sentence a move, perhaps a second look at it, and the answer. */

import { applied, type Move, type Story, verbOf } from './moves';
import type { Operation } from './words';

/** "Buying 23 makes 14 + 23 =", up to the result. */
export function stepText(move: Move, total: number): string {
  const v = verbOf(move);
  const what = 'factor' in v ? v.gerund : `${v.gerund} ${move.n}`;
  return `${what} ${v.operation === '-' ? 'leaves' : 'makes'} ${sumText(v.operation, total, move.n)}`;
}

/** The decision to look at a sum again; ", let me check: 14 + 23 =" follows, up to the result. */
export const WAIT = 'Wait';
export const lookText = (move: Move, total: number): string =>
  `, let me check: ${sumText(verbOf(move).operation, total, move.n)}`;

export const answerText = ({ who, thing }: Pick<Story, 'who' | 'thing'>, total: number | string): string =>
  `So ${who} has ${total} ${thing}.`;

/** The clean solution: every result right, nothing looked at twice. `slip` adds to the result of one move and is carried on. */
export function solutionText(story: Story, slip: { move: number; by: number } | null = null): string {
  let total = story.start;
  const steps = story.moves.map((move, i) => {
    const result = applied(verbOf(move).operation, total, move.n) + (slip?.move === i ? slip.by : 0);
    const text = `${stepText(move, total)} ${result}.`;
    total = result;
    return text;
  });
  return [...steps, answerText(story, total)].join(' ');
}

/** A response cut down to what a solution needs: sums that were looked at again are left as the second look has them. */
export function cleaned(response: string): string {
  const kept: string[] = [];
  for (const sentence of response.split(/(?<=\.)\s+/)) {
    const again = /^Wait, let me check: (\d+ . \d+ = \d+\.)$/.exec(sentence);
    const last = kept.length - 1;
    if (again && last >= 0) kept[last] = kept[last].replace(/\d+ [^\w\s] \d+ = \d+\.$/, () => again[1]);
    else kept.push(sentence);
  }
  return kept.join(' ');
}

const sumText = (operation: Operation, total: number, n: number): string => `${total} ${operation} ${n} =`;
