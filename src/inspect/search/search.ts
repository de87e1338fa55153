/** A search for the answer to one question, as plain data; what it costs, and what its chains say. */

import { nativeSteps } from '../../data/tasks';
import type { Tokenizer } from '../../data/types';
import { checkContext } from '../../model/net/generate';
import type { Policy } from '../../model/net/policy';
import { type Chain, growTree, type MitsOptions, pathOf, type SearchNode, vote } from './mits';
import { PolicySteps, type StepSetting, stepEndsOf } from './policy-steps';

/** What a search is asked with. */
export interface SearchSettings
  extends Omit<MitsOptions, 'room'>,
    Pick<StepSetting, 'temperature' | 'topK' | 'topP' | 'seed' | 'stepTokens'> {
  /** Longest response. */
  readonly maxNewTokens: number;
}

/** As in the paper, but for a beam of 8 (32 there) and sampling from the model's own law (temperature 0.9, top-k 100, top-p 0.96). */
export const SEARCH_DEFAULTS = { base: 3, gain: 1, width: 8, votes: 32, temperature: 1, topK: 0, topP: 1 } as const;

/** Rows that steps are drawn in, and self-consistency's chains: random numbers go by row, so that every host draws the same. */
export const SEARCH_ROWS = 8;

/** Depth and longest step where nothing is asked for: of a native task what its responses take; else the paper's 10 steps. */
export function usualSteps(tokenizer: Tokenizer): { depth: number; stepTokens: number } {
  const own = nativeSteps(tokenizer);
  return own ? { depth: own.most, stepTokens: 12 } : { depth: 10, stepTokens: 64 };
}

/** A node with its step's words. */
export interface TreeNode extends SearchNode {
  readonly text: string;
}

/** A tree, and the chains that voted, the chosen one first; none while it grows. */
export interface Search {
  readonly nodes: readonly TreeNode[];
  readonly chains: readonly Chain[];
  /** Tokens that were drawn, and tokens that were scored without the question as well. */
  readonly sampled: number;
  readonly scored: number;
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
    ...{ sampled: steps.sampled, scored: steps.scored },
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
