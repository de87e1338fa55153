/** This engine's side of the comparison: the weights that all engines begin with, its losses and its times. */
import { drawSequences, drawWeights, plainShape } from '../../src/cli/bench/models';
import { openNodeGpu } from '../../src/gpu/open.node';
import { generate } from '../../src/model/net/generate';
import { ParameterLayout } from '../../src/model/net/parameters';
import { Policy } from '../../src/model/net/policy';

/** hidden size, layers, heads, MLP, vocabulary. */
export interface Shape {
  C: number;
  L: number;
  H: number;
  F: number;
  V: number;
}

export interface Matrix {
  data: Float32Array<ArrayBuffer>;
  shape: number[];
}

/** Times by the clock and of all threads, in seconds. */
export interface Times {
  first: number;
  seconds: number;
  cpuSeconds: number;
}

interface Plan {
  config: Shape;
  sequences: number;
  length: number;
  batches: number[];
  newTokens: number;
  timed(work: () => Promise<unknown>, repeats: number): Promise<Times>;
}

const shapeOf = ({ C, L, H, F, V }: Shape) => plainShape(C, L, H, F, V);

/** Token ids of the training batch. */
export const batchIds = ({ config, sequences, length }: Plan): number[][] =>
  drawSequences(sequences, length, config.V).map(({ ids }) => Array.from(ids));

/** The weights as other engines like them: matrices (in, out), fused where they are fused here. */
export function matrices(config: Shape) {
  const tensors = new ParameterLayout(shapeOf(config)).unpack(drawWeights(shapeOf(config)));
  const plain = (name: string): Matrix => {
    const { data, shape } = tensors.get(name) as { data: Float32Array<ArrayBuffer>; shape: readonly number[] };
    return { data, shape: [...shape] };
  };
  const turned = (...names: string[]): Matrix => {
    const parts = names.map(plain);
    const columns = parts[0].shape[1];
    const rows = parts.reduce((n, { shape }) => n + shape[0], 0);
    const all = parts.flatMap(({ data }) => [...data]);
    const data = Float32Array.from(
      { length: rows * columns },
      (_, i) => all[(i % rows) * columns + Math.floor(i / rows)],
    );
    return { data, shape: [columns, rows] };
  };
  const layers = Array.from({ length: config.L }, (_, l) => {
    const at = (name: string) => `model.layers.${l}.${name}.weight`;
    return {
      norm1: plain(at('input_layernorm')),
      qkv: turned(at('self_attn.q_proj'), at('self_attn.k_proj'), at('self_attn.v_proj')),
      qNorm: plain(at('self_attn.q_norm')),
      kNorm: plain(at('self_attn.k_norm')),
      o: turned(at('self_attn.o_proj')),
      norm2: plain(at('post_attention_layernorm')),
      gateUp: turned(at('mlp.gate_proj'), at('mlp.up_proj')),
      down: turned(at('mlp.down_proj')),
    };
  });
  return {
    embed: plain('model.embed_tokens.weight'),
    layers,
    norm: plain('model.norm.weight'),
    head: turned('lm_head.weight'),
  };
}

const ADAM = { lr: 1e-4, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, clipNorm: 1e9 };

/** The first losses, and the times of training and decoding. */
export async function measure(plan: Plan) {
  const { config, sequences, length, batches, newTokens, timed } = plan;
  const tokens = sequences * length;
  const capacity = { tokens, targets: tokens, positions: length, rows: Math.max(...batches), maxNewTokens: newTokens };
  const gpu = await openNodeGpu();
  const modes = { training: true, recompute: false };
  const policy = await Policy.create(gpu, shapeOf(config), { ...capacity, ...modes }, drawWeights(shapeOf(config)));
  const batch = policy.plan(drawSequences(sequences, length, config.V));
  const losses: number[] = [];
  const step = async () => {
    const { logprob } = await policy.score(batch);
    losses.push(-logprob.reduce((sum, x) => sum + x, 0) / logprob.length);
    policy.zeroGradients();
    policy.accumulate(batch, new Float32Array(logprob.length).fill(-1 / logprob.length));
    await policy.update(ADAM);
  };
  const training = await timed(step, 3);
  const decoding: Record<number, Times> = {};
  for (const count of batches) {
    const options = { temperature: 1, topK: 0, topP: 1, maxNewTokens: newTokens, seed: 0, stream: 0, endIds: [] };
    decoding[count] = await timed(() => generate(policy.decoder, [{ ids: [1, 2, 3, 4], count }], options), 2);
  }
  policy.destroy();
  return { losses: losses.slice(0, 3), training, decoding };
}
