/** The search on a model: what it scores is what whole chains score by themselves, and the same seed grows the same tree. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Tokenizer } from '../../../src/data/types';
import { METHODS, type MethodName, type Outcome } from '../../../src/inspect/search/equal-tokens';
import { pathOf } from '../../../src/inspect/search/mits';
import { searchAnswer } from '../../../src/inspect/search/search';
import { parseModelConfig } from '../../../src/model/net/config';
import { ParameterLayout } from '../../../src/model/net/parameters';
import { Policy } from '../../../src/model/net/policy';
import { lab } from '../../setup/cli';
import { labHere } from '../../setup/cli-here';
import { close } from '../../setup/close';
import { testDevice } from '../../setup/gpu';

const device = testDevice();
/** Six tokens, of which the last ends a response: all chains of two steps of a token each can be counted. */
const V = 6;
const END = 5;
const DEPTH = 2;
const config = parseModelConfig({
  ...{ model_type: 'qwen3', vocab_size: V, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2 },
  ...{ num_key_value_heads: 1, head_dim: 8, intermediate_size: 24, max_position_embeddings: 64, rms_norm_eps: 1e-6 },
  ...{ rope_theta: 1e4, tie_word_embeddings: false, hidden_act: 'silu' },
});
const tokenizer = {
  ...{ vocabSize: V, eosId: END, endIds: [END], padId: 0, separator: '' as const },
  encode: (text: string) => [...text].map((letter) => 'abcde.'.indexOf(letter)),
  decode: (ids: ArrayLike<number>) => Array.from(ids, (id) => 'abcde.'[id]).join(''),
  token: (id: number) => 'abcde.'[id],
} satisfies Tokenizer;
const PROMPT = tokenizer.encode('eabc');
let policy: Policy;

beforeAll(async () => {
  let at = 0;
  const weights = new ParameterLayout(config).initialise(() => 12 * Math.sin(++at * 12.9898) ** 3);
  const capacity = { tokens: 512, targets: 512, positions: 64, rows: 64, maxNewTokens: 8 };
  policy = await Policy.create(device.gpu, config, { ...capacity, training: false, recompute: false }, weights);
});
afterAll(() => policy.destroy());

/** log p of a chain after a prefix, by itself. */
async function logp(prefix: readonly number[], chain: readonly number[]): Promise<number> {
  const batch = policy.plan([{ ids: [...prefix, ...chain], from: prefix.length }]);
  return (await policy.score(batch)).logprob.reduce((a, b) => a + b, 0);
}

const SETTINGS = {
  ...{ base: 24, gain: 0, width: 1000, depth: DEPTH, votes: 1000 },
  ...{ temperature: 1, topK: 0, topP: 1, seed: 7, stepTokens: 1, maxNewTokens: DEPTH },
};
const searched = (seed = 7, answerOf = (ids: number[]) => tokenizer.decode(ids.slice(0, 1))) =>
  searchAnswer(policy, { prompt: PROMPT, tokenizer, answerOf }, { ...SETTINGS, seed });

it('scores every chain as enumeration does, draws the likely ones, and chooses by eq. 6', async () => {
  const enumerated = new Map<string, { p: number; score: number }>();
  for (let a = 0; a < V; a++)
    for (let b = -1; b < V; b++) {
      if ((a === END) !== (b === -1)) continue;
      const chain = b === -1 ? [a] : [a, b];
      const [given, alone] = [await logp(PROMPT, chain), await logp(PROMPT.slice(0, 1), chain)];
      enumerated.set(chain.join(), { p: Math.exp(given), score: (given - alone) / chain.length });
    }
  const total = [...enumerated.values()].reduce((sum, { p }) => sum + p, 0);
  expect(total).toBeCloseTo(1, 4); // it is all of them
  const { nodes, chains, tokens } = await searched();
  const drawn = nodes.filter(({ id, depth, ended }) => nodes[id].kept && (ended || depth === DEPTH));
  const names = drawn.map(({ id }) => pathOf(nodes, id).join());
  const wanted = names.map((name) => enumerated.get(name)?.score ?? Number.NaN);
  const tolerance = { atol: 2e-5, why: 'f32, packed with others here and alone there' };
  close(
    Float32Array.from(drawn, ({ score }) => score),
    wanted,
    tolerance,
    'PMI / n',
  );
  for (const [name, { p }] of enumerated) if (p > 0.1) expect(names).toContain(name);
  expect(tokens).toEqual({ drawn: nodes.length, scored: nodes.length }); // a step is a token
  const ended = drawn.filter((node) => node.ended);
  const first = (id: number) => nodes[id].parent ?? id;
  const weighted = ended.map(({ id, score }) => {
    const same = ended.filter((other) => nodes[first(other.id)].ids[0] === nodes[first(id)].ids[0]).length;
    return (score * same) / ended.length;
  });
  expect(chains[0].weighted).toBeCloseTo(Math.max(...weighted), 6);
});

it('grows the same tree from the same seed, another from another', async () => {
  const [one, again, other] = [await searched(), await searched(), await searched(8)];
  expect(again).toEqual(one);
  expect(other.nodes.map(({ text }) => text)).not.toEqual(one.nodes.map(({ text }) => text));
});

it('stands beside greedy and self-consistency on equal tokens, from the command line', async () => {
  const args = ['generate', '--search', 'mits', '--problems', '2', '--beam', '2', '--max-steps', '4', '--json'];
  const { code, stdout } = await lab(args);
  expect(code).toBe(0);
  const { table, outcomes } = JSON.parse(stdout);
  expect(table.map((row: { method: string }) => row.method)).toEqual([...METHODS]);
  for (const found of outcomes) {
    const { MITS, ...others } = found as Record<MethodName, Outcome>;
    expect(others['self-consistency, drawn and scored'].tokens).toBeLessThanOrEqual(MITS.tokens);
    expect(others['self-consistency, drawn'].tokens).toBeLessThanOrEqual(MITS.tokens / 2);
    expect(others['one sample'].tokens).toBeGreaterThan(0);
  }
});

it.each([
  [['--search', 'mcts'], /There is no search "mcts".*Give mits/s],
  [['--beam', '4'], /--beam.*Give --search mits too/s],
  [['--search', 'mits', '--prompt', '<bos> 3', '--problems', '2'], /Leave out --prompt/],
])('generate %j is refused with the mend', async (args, why) => {
  const { code, stderr } = await labHere(['generate', ...args]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(why)]);
});
