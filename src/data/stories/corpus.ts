/**
 * The pre-training mix of "stories". A student's solution slips in a quarter of its sums and looks at a quarter of them
 * again, whether they are right or not; a second look is always right. So looking pays, and is done too seldom. A teacher
 * that is shown the solution slips nowhere and hardly ever looks. Where looking, or a slip, is there to be continued and
 * not to be learned, it has no loss (the masks of two cards' corpus).
 */
import { CorpusText } from '../corpus-text';
import { Random, STREAMS } from '../random';
import type { SupervisedExample } from '../types';
import { applied, type Move, type Story, totalsOf, verbOf } from './moves';
import { feedbackPrompt, plainPrompt, solvedPrompt } from './prompts';
import { answerText, lookText, solutionText, stepText, WAIT } from './solution';
import { drawStory } from './story';
import { ID, storiesTokenizer } from './vocabulary';
import { LARGEST_NUMBER } from './words';

/** Probabilities of the mix. */
export interface StoriesMix {
  /** A sum's first result is off by 1 or 10. */
  readonly slip: number;
  /** Habit: the sum is looked at again. */
  readonly look: number;
  /** Share of the student's examples that look at every sum, without loss on the decision. */
  readonly skill: number;
  /** Share of examples with a solution in the prompt, and with feedback alone. */
  readonly solved: number;
  readonly feedback: number;
  /** Of those with a solution: share that is shown the answer alone. */
  readonly answerAlone: number;
  /** Of those with a solution: share in which slips and looks are put in without loss, so that the teacher knows how to go on. */
  readonly forced: number;
  /** The other solved examples: probability of a look, with loss. */
  readonly solvedLook: number;
}

export const STORIES_MIX: StoriesMix = {
  slip: 0.25,
  look: 0.25,
  skill: 0.3,
  solved: 0.3,
  feedback: 0.1,
  answerAlone: 0.2,
  forced: 0.5,
  solvedLook: 0.05,
};

/** Example `index` of stream `seed`, on a training problem with any number of moves. No loss on the prompt. */
export function storiesExample(index: number, seed: number, mix: StoriesMix = STORIES_MIX): SupervisedExample {
  const random = new Random(STREAMS.corpus, STREAMS.stories, seed, index);
  const story = drawStory(random, 'train', 1);
  const kind = random.uint32() / 2 ** 32;
  if (kind < mix.solved) return solved(story, random, mix);
  const habit: Habit = { slip: mix.slip, slipLoss: 1, look: mix.look, lookLoss: 1 };
  if (kind < mix.solved + mix.feedback) return toldHow(story, random, habit);
  const skilled = random.chance(mix.skill);
  const { text } = write(story, random, skilled ? { ...habit, look: 1, lookLoss: 0 } : habit);
  return text.after(plainPrompt(story));
}

/** Told the solution, or its answer: right throughout, or led astray and still knowing the answer. */
function solved(story: Story, random: Random, mix: StoriesMix): SupervisedExample {
  const total = totalsOf(story)[story.depth];
  const shown = random.chance(mix.answerAlone) ? answerText(story, total) : solutionText(story);
  const habit: Habit = random.chance(mix.forced)
    ? { slip: mix.slip, slipLoss: 0, look: 0.5, lookLoss: 0, answer: total }
    : { slip: 0, slipLoss: 1, look: mix.solvedLook, lookLoss: 1 };
  return write(story, random, habit).text.after(solvedPrompt(story, shown));
}

/** Told whether it will be right. */
function toldHow(story: Story, random: Random, habit: Habit): SupervisedExample {
  const own = new Random(STREAMS.corpus, random.uint32(), random.uint32());
  const { text, total } = write(story, own, habit);
  const right = total === totalsOf(story)[story.depth];
  return text.after(feedbackPrompt(story, right ? 'correct' : 'incorrect'));
}

/** How a solution is written: how often it slips and looks again, and whether that is learned. */
interface Habit {
  readonly slip: number;
  readonly slipLoss: 0 | 1;
  readonly look: number;
  readonly lookLoss: 0 | 1;
  /** The number in the last sentence, where it is not the total that was arrived at. */
  readonly answer?: number;
}

/** A solution, and the total it arrives at. */
function write(story: Story, random: Random, habit: Habit): { text: CorpusText; total: number } {
  const { encode } = storiesTokenizer;
  const text = new CorpusText();
  let total = story.start;
  story.moves.forEach((move, i) => {
    const right = applied(verbOf(move).operation, total, move.n);
    const slips = random.chance(habit.slip) ? slipsOf(right, story.moves.slice(i + 1)) : [];
    const result = slips.length > 0 ? slips[random.below(slips.length)] : right;
    text.write(encode(stepText(move, total)));
    text.write([result], slips.length > 0 ? habit.slipLoss : 1).write([ID.stop]);
    if (random.chance(habit.look)) {
      const [wait, ...look] = encode(`${WAIT}${lookText(move, total)}`);
      text.write([wait], habit.lookLoss).write([...look, right, ID.stop]);
      total = right;
    } else total = result;
  });
  text.write([...encode(answerText(story, habit.answer ?? total)), ID.eos]);
  return { text, total };
}

/** Wrong results, off by 1 or 10, from which every number of the rest of the story can still be written. */
const slipsOf = (right: number, rest: readonly Move[]): number[] =>
  [right - 10, right - 1, right + 1, right + 10].filter((start) =>
    totalsOf({ start, moves: rest }).every((total) => total >= 0 && total <= LARGEST_NUMBER),
  );
