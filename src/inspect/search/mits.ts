/**
 * Mutual Information Tree Search: reasoning at test time as a tree of steps, scored by how much likelier the question makes
 * them (Li et al., "MITS: Enhanced Tree Search Reasoning for LLMs via Pointwise Mutual Information", arXiv 2510.03632v2,
 * called M here). What M leaves open is marked (choice).
 *
 *     PMI_n = PMI_{n−1} + log p(s_n | q, s_<n) − log p(s_n | s_<n),  PMI_0 = 0        (M eq. 3, 4)
 *     score = PMI_n / n: single steps tend to be above 0, and longer chains would win (M 4.1)
 *     N_i = N_base + ΔN_i steps after a step of entropy H_i                           (M eq. 7, A.2)
 *     the B best of a depth go on (M 3.2); of the K best chains the one with the highest
 *     score · Freq(answer) / K is the answer                                          (M eq. 6)
 *
 * Nothing here knows of models: `StepModel` proposes steps and scores them.
 */
import { quantile } from '../../antisd/bootstrap';

/** A step: its tokens, and whether the response ends with it. */
export interface Step {
  readonly ids: readonly number[];
  readonly ended: boolean;
}

/** A step's sums over its tokens, nats, and the mean entropy of the distributions that they were drawn from (choice). */
export interface StepScore {
  /** log p(s_n | q, s_<n) */
  readonly conditional: number;
  /** log p(s_n | s_<n) */
  readonly marginal: number;
  readonly entropy: number;
}

export interface StepModel {
  /** `count` steps after each path, in order; `depth` of the new steps, from 1. */
  propose(paths: readonly { ids: readonly number[]; count: number }[], depth: number): Promise<Step[][]>;
  /** Scores of the tokens from `from` on of each path. */
  score(paths: readonly { ids: readonly number[]; from: number }[]): Promise<StepScore[]>;
}

export interface MitsOptions {
  /** N_base (M: 3). */
  readonly base: number;
  /** V_p, the gain of the controller (M gives no value); 0: N_base everywhere. */
  readonly gain: number;
  /** B, the beam's width (M: 32). */
  readonly width: number;
  /** Most steps of a chain (M: 10). */
  readonly depth: number;
  /** K, chains that vote (M: 32). */
  readonly votes: number;
  /** Longest path that another step is put to, tokens. */
  readonly room: number;
}

export interface SearchNode extends Step, StepScore {
  /** Place in the tree's list. */
  readonly id: number;
  /** null: the first step. */
  readonly parent: number | null;
  readonly depth: number;
  /** PMI_n of the path that ends here, nats. */
  readonly pmi: number;
  /** PMI_n / n. */
  readonly score: number;
  /** Whether it was among the B best of its depth; the others were cut off. */
  readonly kept: boolean;
  /** Steps that were asked for after it. */
  readonly samples: number;
}

type Growing = { -readonly [K in keyof SearchNode]: SearchNode[K] };

/** All steps that were drawn, depth by depth. `onDepth` hears the tree so far. */
export async function growTree(
  model: StepModel,
  o: MitsOptions,
  onDepth?: (nodes: readonly SearchNode[]) => void,
): Promise<SearchNode[]> {
  const nodes: Growing[] = [];
  let beam: { node: Growing | null; ids: readonly number[]; count: number }[] = [
    { node: null, ids: [], count: o.base },
  ];
  for (let depth = 1; depth <= o.depth && beam.length > 0; depth++) {
    const proposed = await model.propose(beam, depth);
    const fresh = beam.flatMap((from, b) =>
      proposed[b].map((step) => ({ from, step, ids: [...from.ids, ...step.ids] })),
    );
    const scores = await model.score(fresh.map(({ from, ids }) => ({ ids, from: from.ids.length })));
    const level = fresh.map(({ from, step, ids }, i) => {
      const { conditional, marginal } = scores[i];
      const pmi = (from.node?.pmi ?? 0) + conditional - marginal;
      const parent = from.node?.id ?? null;
      const node: Growing = {
        ...{ ...step, ...scores[i], id: nodes.length + i, parent, depth, pmi },
        ...{ score: pmi / depth, kept: false, samples: 0 },
      };
      return { node, ids };
    });
    nodes.push(...level.map(({ node }) => node));
    const best = level.toSorted((a, b) => b.node.score - a.node.score).slice(0, o.width);
    for (const { node } of best) node.kept = true;
    const entropies = nodes.map(({ entropy }) => entropy);
    beam = [];
    // A chain that has ended, or that has no room, takes its place among the B and is not gone on with (choice).
    for (const { node, ids } of best) {
      if (node.ended || ids.length > o.room || depth === o.depth) continue;
      node.samples = samplesAfter(node.entropy, entropies, o);
      beam.push({ node, ids, count: node.samples });
    }
    onDepth?.(nodes);
  }
  return nodes;
}

/** Nodes that a tree must have before entropies are compared, and the most that a count is changed by (M A.2). */
const LEAST_HISTORY = 10;
const MOST_CHANGE = 2;

/** N_i after a step of entropy H, given the entropies of all steps so far; whole, and at least 1 (choice). */
export function samplesAfter(
  H: number,
  history: readonly number[],
  { base, gain }: Pick<MitsOptions, 'base' | 'gain'>,
): number {
  if (history.length < LEAST_HISTORY) return base;
  const sorted = Float64Array.from(history).sort();
  const [low, high] = [quantile(sorted, 0.33), quantile(sorted, 0.67)];
  if (high <= low) return base;
  const beyond = Math.max(0, H - high) - Math.max(0, low - H);
  const change = Math.max(-MOST_CHANGE, Math.min(MOST_CHANGE, (2 * gain * beyond) / (high - low)));
  return Math.max(1, Math.round(base + change));
}

/** A whole chain, by its last step. */
export interface Chain {
  readonly node: number;
  readonly answer: string | null;
  readonly score: number;
  /** Chains among the K that come to the same answer. */
  readonly frequency: number;
  /** score · frequency / K. */
  readonly weighted: number;
}

/**
 * The K best chains, the chosen one first (M eq. 6). Chains are the kept steps that ended; where none did, the kept ones
 * that nothing follows (choice). A chain without an answer has no vote where another has one (choice).
 */
export function vote(nodes: readonly SearchNode[], answerOf: (ids: number[]) => string | null, votes: number): Chain[] {
  const kept = nodes.filter((node) => node.kept);
  const ended = kept.filter((node) => node.ended);
  const leaves = ended.length > 0 ? ended : kept.filter(({ samples }) => samples === 0);
  const chains = leaves.map(({ id, score }) => ({ node: id, score, answer: answerOf(pathOf(nodes, id)) }));
  const answered = chains.filter(({ answer }) => answer !== null);
  const best = (answered.length > 0 ? answered : chains).toSorted((a, b) => b.score - a.score).slice(0, votes);
  return best
    .map((chain): Chain => {
      const frequency = best.filter(({ answer }) => answer === chain.answer).length;
      return { ...chain, frequency, weighted: (chain.score * frequency) / best.length };
    })
    .toSorted((a, b) => b.weighted - a.weighted);
}

/** Tokens from the first step to the one of this id. */
export function pathOf(nodes: readonly SearchNode[], id: number): number[] {
  const steps: (readonly number[])[] = [];
  for (let at: number | null = id; at !== null; at = nodes[at].parent) steps.unshift(nodes[at].ids);
  return steps.flat();
}

/** The answer that most have; of equals the one that came first. Null where none has one (Wang et al., arXiv 2203.11171). */
export function majority(answers: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const answer of answers) if (answer !== null) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  let best: string | null = null;
  for (const [answer, count] of counts) if (best === null || count > (counts.get(best) as number)) best = answer;
  return best;
}
