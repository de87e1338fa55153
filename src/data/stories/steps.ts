/** The sentences of a solution, judged one by one. */
import type { StepVerdict } from '../types';
import { applied, type Story, verbOf } from './moves';
import { answerText, lookText, stepText, WAIT } from './solution';
import { ID, storiesTokenizer } from './vocabulary';

/**
 * A step is a sentence. Right: the story's next move on the total that was stated before it, with its exact result; a second look
 * at the last move, likewise; the answer after the last move, with the total that stands. So one slip is one wrong step, and what
 * is carried on from it is right. A last sentence without its full stop was cut and is no step.
 */
export function storiesSteps(story: Story, response: ArrayLike<number>): StepVerdict[] {
  const ids = Array.from(response);
  const steps: StepVerdict[] = [];
  // Of the moves that were made: how many, the total before the last one, and the total that stands.
  let at = { made: 0, before: story.start, total: story.start };
  for (let from = 0; ; ) {
    const stop = ids.indexOf(ID.stop, from);
    if (stop < 0) return steps;
    const sentence = storiesTokenizer.decode(ids.slice(from, stop + 1)).trim();
    const { right, now } = judged(story, sentence, at);
    steps.push({ from, to: stop + 1, right });
    at = now;
    from = stop + 1;
  }
}

interface Standing {
  readonly made: number;
  readonly before: number;
  readonly total: number;
}

function judged(story: Story, sentence: string, at: Standing): { right: boolean; now: Standing } {
  const stated = Number(/= (\d+)\.$/.exec(sentence)?.[1] ?? Number.NaN);
  const last = story.moves[at.made - 1];
  if (last && sentence.startsWith(WAIT)) {
    const right = applied(verbOf(last).operation, at.before, last.n);
    const now = Number.isNaN(stated) ? at : { ...at, total: stated };
    return { right: sentence === `${WAIT}${lookText(last, at.before)} ${right}.`, now };
  }
  const next = story.moves[at.made];
  if (!next || !sentence.includes('='))
    return { right: at.made === story.depth && sentence === answerText(story, at.total), now: at };
  const result = applied(verbOf(next).operation, at.total, next.n);
  const now = { made: at.made + 1, before: at.total, total: Number.isNaN(stated) ? result : stated };
  return { right: sentence === `${stepText(next, at.total)} ${result}.`, now };
}
