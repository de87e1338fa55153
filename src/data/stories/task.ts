/** The task "stories": small sums in plain English, whose solutions slip, and may stop to check. */
import { Random, STREAMS } from '../random';
import type { Task, Verdict } from '../types';
import { storiesExample } from './corpus';
import { type Story, totalsOf } from './moves';
import { ownStory } from './own';
import { plainPrompt, teacherPrompt } from './prompts';
import { checkedText, slipped, storiesSamples } from './samples';
import { cleaned } from './solution';
import { storiesSteps } from './steps';
import { generateStories, storyOf } from './story';
import { ID, storiesTokenizer, storiesTokenizerConfigJson, storiesTokenizerJson } from './vocabulary';
import { LARGEST_NUMBER } from './words';

export const stories: Task = {
  name: 'stories',
  label: 'Stories',
  doc:
    'Say how many things somebody has in the end, one sentence a sum; depth is the number of sums. Sums may slip, and ' +
    '“Wait, let me check” looks at one again. The teacher reads the solution.',
  maxNewTokens: 136,
  generate: generateStories,
  studentPrompt: (problem) => plainPrompt(storyOf(problem)),
  teacherPrompt: (problem, context) => teacherPrompt(storyOf(problem), context),
  verify: (problem, response) => verifyStory(storyOf(problem), response),
  steps: (problem, response) => storiesSteps(storyOf(problem), response),
  wrongSolution: (problem, seed) => slipped(storyOf(problem), new Random(STREAMS.wrongSolutions, seed)),
  solutionOf: (_problem, response) =>
    cleaned(storiesTokenizer.decode(Array.from(response).filter((id) => id !== ID.eos))),
  samples: (problem, seed) => storiesSamples(storyOf(problem), seed),
  ownProblem: ownStory,
  deliberate: (problem) => checkedText(storyOf(problem)),
  pretrainExample: (index, seed) => storiesExample(index, seed),
  tokenizer: storiesTokenizer,
  tokenizerFiles: new Map([
    ['tokenizer.json', storiesTokenizerJson()],
    ['tokenizer_config.json', storiesTokenizerConfigJson()],
  ]),
};

/** Right: the response ends in ` So` somebody ` has` N things `.` `<eos>` with the N that the story comes to. */
function verifyStory(story: Story, response: ArrayLike<number>): Verdict {
  const [so, , has, n, , stop, eos] = Array.from({ length: 7 }, (_, k) => response[response.length - 7 + k]);
  const isNumber = n >= 0 && n <= LARGEST_NUMBER;
  if (so !== ID.so || has !== ID.has || !isNumber || stop !== ID.stop || eos !== ID.eos)
    return { reward: 0, reason: 'no answer', answer: null };
  const right = n === totalsOf(story)[story.depth];
  return { reward: right ? 1 : 0, reason: right ? 'right' : 'wrong number', answer: String(n) };
}
