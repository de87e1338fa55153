/** The whole decoder in float64, forward only, built of the kernels' references: what finite differences are taken of. */
import { attention } from '../../src/kernels/attention/reference';
import { gather } from '../../src/kernels/embedding/reference';
import { logprob } from '../../src/kernels/logprob/reference';
import { product } from '../../src/kernels/matmul/reference';
import { rmsNorm } from '../../src/kernels/rms-norm/reference';
import { turnHeads } from '../../src/kernels/rope/reference';
import { swiglu } from '../../src/kernels/swiglu/reference';
import { type ModelConfig, switches } from '../../src/model/net/config';
import { inverseFrequencies, type RopeParameters } from '../../src/model/net/rope';

interface Values {
  shape: number[];
  data: ArrayLike<number>;
}

export type Parameters = Map<string, Values>;

/** x (N, columns) Wᵀ for W (rows, columns), plus a bias (rows). */
function apply(W: Values, x: ArrayLike<number>, N: number, bias?: ArrayLike<number>): Float64Array {
  const [M, K] = W.shape;
  const y = product('NT', x, W.data, { M: N, N: M, K });
  return bias ? y.map((v, i) => v + bias[i % M]) : y;
}

/** Half cosines, half sines of the first N positions, (N,D), in float64. */
function angles(rope: RopeParameters, N: number, D: number): Float64Array {
  const table = new Float64Array(N * D);
  const size = rope.scaling?.type === 'yarn' ? rope.scaling.attentionFactor : 1;
  for (let n = 0; n < N; n++)
    inverseFrequencies(rope, D).forEach((frequency, i) => {
      table[n * D + i] = size * Math.cos(n * frequency);
      table[n * D + D / 2 + i] = size * Math.sin(n * frequency);
    });
  return table;
}

/** Rows side by side: (N, widths[0]), (N, widths[1]) … as (N, the sum of widths). */
function beside(N: number, parts: readonly Float64Array[]): Float64Array {
  const widths = parts.map((part) => part.length / N);
  const joined = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (let n = 0; n < N; n++)
    parts.forEach((part, i) => {
      joined.set(part.subarray(n * widths[i], (n + 1) * widths[i]), at);
      at += widths[i];
    });
  return joined;
}

const add = (a: Float64Array, b: Float64Array) => a.map((v, i) => v + b[i]);

/** Logits (T,V) of one sequence. */
export function logits(c: ModelConfig, p: Parameters, ids: readonly number[]): Float64Array {
  const get = (name: string) => p.get(name) as Values;
  const { norms, qkNorm, qkvBias } = switches(c);
  const [T, C, D, H, K] = [ids.length, c.hiddenSize, c.headDim, c.heads, c.kvHeads];
  const positions = ids.map((_, t) => t);
  const normed = (x: Float64Array, w: ArrayLike<number>, N = T) =>
    rmsNorm(x, w, { N, C: x.length / N, eps: c.rmsNormEps }).y;
  const embed = get('model.embed_tokens.weight');
  let x = gather(embed.data, ids, C);
  for (let l = 0; l < c.layers; l++) {
    const w = (name: string) => get(`model.layers.${l}.${name}.weight`);
    const norm = (name: string) => (v: Float64Array) => normed(v, w(name).data);
    const same = (v: Float64Array) => v;
    // pre: a norm before each half of the layer; post: one after
    const [before1, after1, before2, after2] =
      norms === 'pre'
        ? [norm('input_layernorm'), same, norm('post_attention_layernorm'), same]
        : [same, norm('post_attention_layernorm'), same, norm('post_feedforward_layernorm')];
    const input = before1(x);
    const project = (name: string) =>
      apply(
        w(`self_attn.${name}_proj`),
        input,
        T,
        qkvBias ? get(`model.layers.${l}.self_attn.${name}_proj.bias`).data : undefined,
      );
    const rope = angles(c.sliding[l] ? c.slidingRope : c.rope, T, D);
    const heads = (name: 'q' | 'k', count: number) => {
      const raw = project(name);
      const weight = qkNorm === 'none' ? null : w(`self_attn.${name}_norm`).data;
      const y = weight ? normed(raw, weight, qkNorm === 'head' ? T * count : T) : raw;
      return turnHeads(y, { positions, rope }, { N: T, D, stride: count * D, first: 0, count });
    };
    const [q, k] = [heads('q', H), heads('k', K)];
    const qkv = beside(T, [q, k, project('v')]);
    const window = c.sliding[l] ? c.window : null;
    const attended = attention({ q, k, qkv, offsets: [0, T] }, { H, K, D, window }).out;
    x = add(x, after1(apply(w('self_attn.o_proj'), attended, T)));
    const middle = before2(x);
    const gu = beside(T, [apply(w('mlp.gate_proj'), middle, T), apply(w('mlp.up_proj'), middle, T)]);
    const act = swiglu(gu, { N: T, F: c.intermediateSize });
    x = add(x, after2(apply(w('mlp.down_proj'), act, T)));
  }
  const lmHead = get(c.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight');
  return apply(lmHead, normed(x, get('model.norm.weight').data), T);
}

/** Σ_t w_t log p(y_t) over one sequence; w_0 is not used. */
export function weightedLogprob(c: ModelConfig, p: Parameters, ids: readonly number[], w: readonly number[]): number {
  const N = ids.length - 1;
  const { logp } = logprob(logits(c, p, ids), ids.slice(1), { N, V: c.vocabSize });
  return logp.reduce((sum, v, n) => sum + w[n + 1] * v, 0);
}
