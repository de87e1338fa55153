/** A search for the answer to one question, as plain data; what it costs, and what its chains say. */

import { nativeSteps } from '../../data/tasks';
import type { Tokenizer } from '../../data/types';
import { checkContext } from '../../model/net/generate';
import type { Policy } from '../../model/net/policy';
import { type Chain, growTree, pathOf, type SearchNode, vote } from './mits';
import { PolicySteps, stepEndsOf } from './policy-steps';
import type { Search, SearchSettings } from './types';

/** Depth and longest step where nothing is asked for: of a native task what its responses take; else the paper's 10 steps. */
export function usualSteps(tokenizer: Tokenizer): { depth: number; stepTokens: number } {
  const own = nativeSteps(tokenizer);
  return own ? { depth: own.most, stepTokens: 12 } : { depth: 10, stepTokens: 64 };
}

/** What is searched: a question's prompt in tokens, and what answer a response gives. */
export interface Searched {
  readonly prompt: readonly number[];
  readonly tokenizer: Tokenizer;
  readonly answerOf: (ids: number[]) => string | null;
}

/** Throws BadInput where the longest response does not fit the policy's context. `onDepth` hears the tree as it grows. */
export async function searchAnswer(
  policy: Policy,
  { prompt, tokenizer, answerOf }: Searched,
  settings: SearchSettings,
  { onDepth, signal }: { onDepth?: (sofar: Search) => void; signal?: AbortSignal } = {},
): Promise<Search> {
  const { maxNewTokens, stepTokens, base, gain, width, depth, votes, ...sampling } = settings;
  checkContext(prompt.length, maxNewTokens, policy.decoder.capacity.positions, 'search');
  const { endIds } = tokenizer;
  const setting = { ...sampling, prompt, endIds, stepEnds: stepEndsOf(tokenizer), stepTokens };
  const steps = new PolicySteps(policy, setting, signal);
  const told = (nodes: readonly SearchNode[], chains: readonly Chain[]): Search => ({
    nodes: nodes.map((node) => ({ ...node, text: stepText(tokenizer, nodes, node) })),
    chains,
    tokens: { drawn: steps.drawn, scored: steps.scored },
  });
  const options = { base, gain, width, depth, votes, room: maxNewTokens - stepTokens };
  const nodes = await growTree(steps, options, onDepth && ((sofar) => onDepth(told(sofar, []))));
  return told(nodes, vote(nodes, answerOf, votes));
}

/** What a step adds to the text before it. */
function stepText(tokenizer: Tokenizer, nodes: readonly SearchNode[], { id, parent, ids }: SearchNode): string {
  const before = parent === null ? '' : tokenizer.decode(pathOf(nodes, parent));
  const whole = tokenizer.decode(pathOf(nodes, id));
  return whole.startsWith(before) ? whole.slice(before.length) : tokenizer.decode(ids);
}

/** The chosen response: its tokens, and the answer that it was chosen for; null where nothing was drawn. */
export function chosenOf({ nodes, chains }: Search): { ids: number[]; answer: string | null } | null {
  const [best] = chains;
  return best ? { ids: pathOf(nodes, best.node), answer: best.answer } : null;
}
