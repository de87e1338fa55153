/**
 * The search beside greedy decoding and self-consistency (Wang et al., arXiv 2203.11171: the majority of sampled chains), on
 * equal tokens: chains are drawn until the tokens are used up that the search drew, or that it drew and scored. Prompts
 * are not counted, of neither.
 */
import { verdictsOn } from '../../antisd/verdicts';
import type { Problem, Task } from '../../data/types';
import { generate } from '../../model/net/generate';
import type { Policy } from '../../model/net/policy';
import { majority } from './mits';
import { chosenOf, searchAnswer } from './search';
import { SEARCH_ROWS, type Search, type SearchSettings } from './types';

export const METHODS = [
  'greedy',
  'one sample',
  'self-consistency, drawn',
  'self-consistency, drawn and scored',
  'MITS',
] as const;
export type MethodName = (typeof METHODS)[number];

/** What a method came to on one problem. */
export interface Outcome {
  readonly right: boolean;
  readonly answer: string | null;
  /** Tokens that it drew or scored beyond the prompt. */
  readonly tokens: number;
}

/** Streams of the draws of self-consistency. */
const CHAINS_STREAM = 0x600000;

interface Sampled {
  readonly ids: number[];
  readonly answer: string | null;
  readonly right: boolean;
}

/** Every method on one problem. The same seed gives the same outcomes. */
export async function onEqualTokens(
  policy: Policy,
  task: Task,
  problem: Problem,
  settings: SearchSettings,
): Promise<{ outcomes: Record<MethodName, Outcome>; search: Search }> {
  const prompt = task.studentPrompt(problem);
  const { tokenizer } = task;
  const draw = async (count: number, temperature: number, stream: number): Promise<Sampled[]> => {
    const { topK, topP, seed, maxNewTokens } = settings;
    const options = { topK, topP, seed, maxNewTokens, temperature, stream, endIds: tokenizer.endIds };
    const drawn = await generate(policy.decoder, [{ ids: prompt, count }], options);
    policy.forget();
    const verdicts = await verdictsOn(task, drawn, () => problem);
    return drawn.map((ids, i) => ({ ids: [...ids], answer: verdicts[i].answer, right: verdicts[i].reward === 1 }));
  };
  const answerOf = (ids: number[]) => task.verify(problem, ids).answer;
  const search = await searchAnswer(policy, { prompt, tokenizer, answerOf }, settings);
  const best = chosenOf(search);
  const [verdict] = best ? await verdictsOn(task, [best.ids], () => problem) : [];
  const all = search.tokens.drawn + search.tokens.scored;
  const chains: Sampled[] = [];
  for (let used = 0, k = 0; used < all; k++) {
    const more = await draw(SEARCH_ROWS, settings.temperature, CHAINS_STREAM + k);
    chains.push(...more);
    for (const { ids } of more) used += ids.length;
  }
  const [greedy] = await draw(1, 0, CHAINS_STREAM);
  const one = ({ ids, answer, right }: Sampled): Outcome => ({ answer, right, tokens: ids.length });
  return {
    search,
    outcomes: {
      greedy: one(greedy),
      'one sample': one(chains[0]),
      'self-consistency, drawn': consistent(chains, search.tokens.drawn),
      'self-consistency, drawn and scored': consistent(chains, all),
      MITS: { answer: best?.answer ?? null, right: verdict?.reward === 1, tokens: all },
    },
  };
}

/** The majority of as many chains as the tokens allow, one at least. */
function consistent(chains: readonly Sampled[], tokens: number): Outcome {
  let used = 0;
  const taken = chains.filter(({ ids }, i) => {
    used += ids.length;
    return i === 0 || used <= tokens;
  });
  const answer = majority(taken.map((chain) => chain.answer));
  const right = taken.some((chain) => chain.answer === answer && chain.right);
  return { answer, right, tokens: taken.reduce((n, { ids }) => n + ids.length, 0) };
}
