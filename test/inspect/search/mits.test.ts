/** The search against exhaustive enumeration: a language of four tokens whose probabilities are a table. */
import { describe, expect, test } from 'vitest';
import {
  growTree,
  type MitsOptions,
  majority,
  pathOf,
  type SearchNode,
  type StepModel,
  samplesAfter,
  vote,
} from '../../../src/inspect/search/mits';

const V = 4;
const END = 3;
const DEPTH = 4;

/** p(token | question or not, the path before it): any function that sums to 1. */
function law(path: readonly number[], asked: boolean): number[] {
  const weights = Array.from({ length: V }, (_, v) => {
    const mixed = path.reduce((h, id, i) => h + (id + 1) * (i + 2) * 1.7, asked ? 0.9 : 4.1);
    return 1.2 + Math.sin(mixed * (v + 1.3));
  });
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
}

/** Proposes every step there is, whatever is asked for: a search on it is exhaustive. */
const every: StepModel = {
  propose: async (paths) => paths.map(() => Array.from({ length: V }, (_, id) => ({ ids: [id], ended: id === END }))),
  score: async (paths) =>
    paths.map(({ ids, from }) => {
      const [before, token] = [ids.slice(0, from), ids[from]];
      const entropy = -law(before, true).reduce((h, p) => h + p * Math.log(p), 0);
      return {
        ...{ conditional: Math.log(law(before, true)[token]), marginal: Math.log(law(before, false)[token]), entropy },
      };
    }),
};

/** Chains that end within the depth, by brute force: log p(S | q) / p(S) is the quotient of two products. */
function chains(): { ids: number[]; score: number }[] {
  const found: { ids: number[]; score: number }[] = [];
  const grow = (ids: number[], p: number, q: number): void => {
    if (ids.at(-1) === END) found.push({ ids, score: Math.log(p / q) / ids.length });
    else if (ids.length < DEPTH)
      for (let v = 0; v < V; v++) grow([...ids, v], p * law(ids, true)[v], q * law(ids, false)[v]);
  };
  grow([], 1, 1);
  return found;
}

const ALL: MitsOptions = { base: V, gain: 1, width: 1e6, depth: DEPTH, votes: 1e6, room: 100 };
/** The answer: how often 1 was said. */
const answerOf = (ids: readonly number[]): string => String(ids.filter((id) => id === 1).length);

describe('against exhaustive enumeration', () => {
  test('finds every chain, with the score of the whole chain', async () => {
    const nodes = await growTree(every, ALL);
    const ended = nodes.filter((node) => node.ended);
    const expected = new Map(chains().map(({ ids, score }) => [ids.join(), score]));
    expect(expected.size).toBe(1 + 3 + 9 + 27);
    expect(ended.map(({ id }) => pathOf(nodes, id).join()).sort()).toEqual([...expected.keys()].sort());
    for (const node of ended) expect(node.score).toBeCloseTo(expected.get(pathOf(nodes, node.id).join()) ?? 0, 12);
  });

  test.each([1, 3, 10, 40])('chooses as eq. 6 says among the best %i', async (votes) => {
    const nodes = await growTree(every, ALL);
    const [chosen] = vote(nodes, answerOf, votes);
    const best = chains()
      .sort((a, b) => b.score - a.score)
      .slice(0, votes);
    const weighted = best.map(({ ids, score }) => {
      const same = best.filter((other) => answerOf(other.ids) === answerOf(ids)).length;
      return { ids, weighted: (score * same) / best.length };
    });
    const [first] = weighted.sort((a, b) => b.weighted - a.weighted);
    expect(pathOf(nodes, chosen.node)).toEqual(first.ids);
    expect(chosen.weighted).toBeCloseTo(first.weighted, 12);
  });

  test('a beam keeps the best of each depth, and goes on from them alone', async () => {
    const nodes = await growTree(every, { ...ALL, width: 3 });
    for (let depth = 1; depth <= DEPTH; depth++) {
      const level = nodes.filter((node) => node.depth === depth);
      const order = level.toSorted((a, b) => b.score - a.score);
      expect(level.filter((node) => node.kept)).toEqual(level.filter((node) => order.indexOf(node) < 3));
      for (const { parent } of level)
        if (parent !== null) expect(nodes[parent]).toMatchObject({ kept: true, ended: false });
    }
  });
});

test('the path’s score is the mean over its steps, and what is asked for is noted', async () => {
  const asked: number[] = [];
  const counting: StepModel = {
    ...every,
    propose(paths, depth) {
      asked.push(...paths.map(({ count }) => count));
      return every.propose(paths, depth);
    },
  };
  const nodes = await growTree(counting, { ...ALL, base: 2 });
  expect(asked.toSorted()).toEqual(
    [2, ...nodes.filter(({ samples }) => samples > 0).map(({ samples }) => samples)].toSorted(),
  );
  for (const { id, pmi, score, depth } of nodes) {
    const steps: SearchNode[] = [];
    for (let at: number | null = id; at !== null; at = nodes[at].parent) steps.push(nodes[at]);
    expect(steps).toHaveLength(depth);
    expect(pmi).toBeCloseTo(
      steps.reduce((sum, s) => sum + s.conditional - s.marginal, 0),
      12,
    );
    expect(score).toBeCloseTo(pmi / depth, 12);
  }
});

test('no step is put to a path without room', async () => {
  const nodes = await growTree(every, { ...ALL, room: 2 });
  expect(Math.max(...nodes.map(({ depth }) => depth))).toBe(3);
});

describe('how many steps are drawn (eq. 7)', () => {
  const history = Array.from({ length: 101 }, (_, i) => i / 100); // a third lies below 0.33, a third above 0.67
  const drawnAfter = (H: number, gain = 1) => samplesAfter(H, history, { base: 3, gain });
  test.each([
    ['moderate', 0.5, 3],
    ['at the upper bound', 0.67, 3],
    ['a little above: 2 · 0.1 / 0.34', 0.77, 4],
    ['far above: never more than 2', 5, 5],
    ['a little below', 0.22, 2],
    ['far below: never less than −2', -5, 1],
  ])('%s', (_, H, expected) => expect(drawnAfter(H)).toBe(expected));

  test('the gain scales it, and 0 turns it off', () => {
    expect([drawnAfter(0.77, 2), drawnAfter(5, 0), drawnAfter(-5, 0)]).toEqual([4, 3, 3]);
    expect(drawnAfter(0.77, 3)).toBe(5);
  });

  test('with fewer than ten nodes, or no spread, it is the base', () => {
    expect(samplesAfter(9, history.slice(0, 9), { base: 3, gain: 1 })).toBe(3);
    expect(samplesAfter(9, Array(20).fill(1), { base: 3, gain: 1 })).toBe(3);
  });

  test('there is always one', () => expect(samplesAfter(-5, history, { base: 1, gain: 1 })).toBe(1));
});

describe('the vote', () => {
  const leaf = (id: number, score: number, more: Partial<SearchNode> = {}): SearchNode => ({
    ...{ id, parent: null, depth: 1, ids: [id], pmi: score, score, conditional: 0, marginal: 0, entropy: 0 },
    ...{ kept: true, ended: true, samples: 0, ...more },
  });
  const named = (names: readonly (string | null)[]) => (ids: readonly number[]) => names[ids[0]];

  test('consensus outweighs the one best chain', () => {
    const nodes = [leaf(0, 5), leaf(1, 3), leaf(2, 2.9)];
    const found = vote(nodes, named(['a', 'b', 'b']), 3);
    expect(found.map(({ node, frequency }) => [node, frequency])).toEqual([
      [1, 2],
      [2, 2],
      [0, 1],
    ]);
    expect(found[0].weighted).toBeCloseTo(2, 12); // 3 · 2 / 3
    expect(vote(nodes, named(['a', 'b', 'b']), 1)[0].node).toBe(0);
  });

  test('chains without an answer, cut off or not ended have no vote where another has one', () => {
    const nodes = [leaf(0, 9), leaf(1, 1), leaf(2, 8, { kept: false }), leaf(3, 7, { ended: false })];
    expect(vote(nodes, named([null, 'a', 'b', 'c']), 9).map(({ node }) => node)).toEqual([1]);
    expect(vote(nodes.slice(0, 1), named([null]), 9)[0]).toMatchObject({ node: 0, answer: null });
    expect(vote([leaf(0, 1, { ended: false })], named(['a']), 9)[0]).toMatchObject({ node: 0 });
    expect(vote([], named([]), 9)).toEqual([]);
  });

  test('the majority: most, of equals the first, none where nobody has an answer', () => {
    expect(majority(['a', null, 'b', null, null, 'b'])).toBe('b');
    expect(majority(['a', 'b'])).toBe('a');
    expect(majority([null])).toBeNull();
  });
});
