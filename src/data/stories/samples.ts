/** Whole responses to a story: careful and careless ones, and the ways to fail. */
import { Random, STREAMS } from '../random';
import type { SampleAnswer } from '../types';
import { type Move, type Story, totalsOf } from './moves';
import { answerText, lookText, solutionText, WAIT } from './solution';

/** A solution with one wrong sum that is carried on to the answer, which is wrong for it: no move takes a difference back. */
export function slipped(story: Story, random: Random): string {
  const move = random.below(story.depth);
  return solutionText(story, { move, by: random.chance(0.5) ? 1 : -1 });
}

/** Right and wrong responses; where the slip is is a function of story and seed. */
export function storiesSamples(story: Story, seed: number): SampleAnswer[] {
  const random = new Random(STREAMS.samples, seed, story.start, ...story.moves.map(({ n }) => n));
  const clean = solutionText(story);
  const wrong = slipped(story, random);
  return [
    { label: 'right, no second look', text: clean, right: true },
    { label: 'right, every sum checked', text: checkedText(story), right: true },
    { label: 'a slip that nobody looked at', text: wrong, right: false },
    { label: 'a slip that a second look mends', text: mendedText(story, random), right: true },
    { label: 'the answer at once', text: answerText(story, totalsOf(story)[story.depth]), right: true },
    { label: 'no final answer', text: clean.replace(/ So \w+ has .*$/, ''), right: false },
  ];
}

/** The clean solution with `after` behind each of its sums. */
function withLooks(story: Story, sentence: (clean: string, move: Move, total: number, i: number) => string): string {
  const totals = totalsOf(story);
  const sentences = solutionText(story).split(/(?<=\.) /);
  return sentences.map((s, i) => (i < story.depth ? sentence(s, story.moves[i], totals[i], i) : s)).join(' ');
}

const lookAt = (move: Move, total: number, result: number): string => `${WAIT}${lookText(move, total)} ${result}.`;

/** The clean solution with a second look at every sum. */
export const checkedText = (story: Story): string =>
  withLooks(story, (clean, move, total, i) => `${clean} ${lookAt(move, total, totalsOf(story)[i + 1])}`);

function mendedText(story: Story, random: Random): string {
  const at = random.below(story.depth);
  return withLooks(story, (clean, move, total, i) => {
    const right = totalsOf(story)[i + 1];
    return i === at ? `${clean.replace(/\d+\.$/, `${right + 1}.`)} ${lookAt(move, total, right)}` : clean;
  });
}
