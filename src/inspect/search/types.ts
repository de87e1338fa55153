/** What a search is asked with and what it answers, as plain data. */
import type { Chain, MitsOptions, SearchNode } from './mits';
import type { StepSetting } from './policy-steps';

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

/** A node with its step's words. */
export interface TreeNode extends SearchNode {
  readonly text: string;
}

/** A tree, and the chains that voted, the chosen one first; none while it grows. */
export interface Search {
  readonly nodes: readonly TreeNode[];
  readonly chains: readonly Chain[];
  /** Tokens that were drawn, and tokens that were scored without the question as well. */
  readonly tokens: { readonly drawn: number; readonly scored: number };
}
