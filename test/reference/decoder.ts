/** The whole decoder in float64, plain loops, forward only: the oracle that finite differences are taken of. */
import { type ModelConfig, switches } from '../../src/model/net/config';
import { inverseFrequencies, type RopeParameters } from '../../src/model/net/rope';

export type Parameters = Map<string, { shape: number[]; data: ArrayLike<number> }>;

/** y = W x for W (rows, columns). */
function apply(W: { shape: number[]; data: ArrayLike<number> }, x: Float64Array): Float64Array {
  const [rows, columns] = W.shape;
  return Float64Array.from({ length: rows }, (_, r) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += W.data[r * columns + c] * x[c];
    return sum;
  });
}

function rmsNorm(x: Float64Array, w: ArrayLike<number>, eps: number): Float64Array {
  const square = x.reduce((sum, v) => sum + v * v, 0) / x.length;
  return x.map((v, i) => (v * w[i]) / Math.sqrt(square + eps));
}

/** Rotate-half: channel i < D/2 turns with channel i + D/2. */
function turn(x: Float64Array, position: number, rope: RopeParameters): Float64Array {
  const half = x.length / 2;
  const y = new Float64Array(x.length);
  const size = rope.scaling?.type === 'yarn' ? rope.scaling.attentionFactor : 1;
  inverseFrequencies(rope, x.length).forEach((frequency, i) => {
    const [cos, sin] = [size * Math.cos(position * frequency), size * Math.sin(position * frequency)];
    y[i] = x[i] * cos - x[i + half] * sin;
    y[i + half] = x[i + half] * cos + x[i] * sin;
  });
  return y;
}

const head = (x: Float64Array, h: number, D: number) => x.slice(h * D, (h + 1) * D);
const add = (a: Float64Array, b: Float64Array) => a.map((v, i) => v + b[i]);

/** Logits (T,V) of one sequence. */
export function logits(c: ModelConfig, p: Parameters, ids: readonly number[]): Float64Array[] {
  const get = (name: string) => p.get(name) as { shape: number[]; data: ArrayLike<number> };
  const { norms, qkNorm, qkvBias } = switches(c);
  const embed = get('model.embed_tokens.weight');
  const C = c.hiddenSize;
  let x = ids.map((id) => Float64Array.from({ length: C }, (_, i) => embed.data[id * C + i]));
  for (let l = 0; l < c.layers; l++) {
    const w = (name: string) => get(`model.layers.${l}.${name}.weight`);
    const norm = (name: string) => (v: Float64Array) => rmsNorm(v, w(name).data, c.rmsNormEps);
    const same = (v: Float64Array) => v;
    // pre: a norm before each half of the layer; post: one after
    const [before1, after1, before2, after2] =
      norms === 'pre'
        ? [norm('input_layernorm'), same, norm('post_attention_layernorm'), same]
        : [same, norm('post_attention_layernorm'), same, norm('post_feedforward_layernorm')];
    const inputs = x.map(before1);
    const project = (name: string, v: Float64Array) => {
      const y = apply(w(`self_attn.${name}_proj`), v);
      return qkvBias ? add(y, Float64Array.from(get(`model.layers.${l}.self_attn.${name}_proj.bias`).data)) : y;
    };
    const heads = (name: 'q' | 'k', count: number) =>
      inputs.map((v, t) => {
        const raw = project(name, v);
        const y = qkNorm === 'full' ? norm(`self_attn.${name}_norm`)(raw) : raw;
        return Array.from({ length: count }, (_, h) => {
          const own = head(y, h, c.headDim);
          const normed = qkNorm === 'head' ? norm(`self_attn.${name}_norm`)(own) : own;
          return turn(normed, t, c.sliding[l] ? c.slidingRope : c.rope);
        });
      });
    const [q, k] = [heads('q', c.heads), heads('k', c.kvHeads)];
    const v = inputs.map((n) => project('v', n));
    const from = (t: number) => (c.sliding[l] && c.window ? Math.max(0, t - c.window + 1) : 0);
    x = x.map((residual, t) => {
      const attended = new Float64Array(c.heads * c.headDim);
      for (let h = 0; h < c.heads; h++) {
        const kv = Math.floor(h / (c.heads / c.kvHeads));
        const e: number[] = [];
        for (let j = from(t); j <= t; j++) {
          e.push(Math.exp(q[t][h].reduce((sum, qd, d) => sum + qd * k[j][kv][d], 0) / Math.sqrt(c.headDim)));
        }
        const total = e.reduce((a, b) => a + b, 0);
        e.forEach((weight, i) => {
          const value = v[from(t) + i];
          for (let d = 0; d < c.headDim; d++)
            attended[h * c.headDim + d] += (weight / total) * value[kv * c.headDim + d];
        });
      }
      return add(residual, after1(apply(w('self_attn.o_proj'), attended)));
    });
    x = x.map((residual) => {
      const n = before2(residual);
      const gate = apply(w('mlp.gate_proj'), n);
      const up = apply(w('mlp.up_proj'), n);
      const act = gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]);
      return add(residual, after2(apply(w('mlp.down_proj'), act)));
    });
  }
  const lmHead = get(c.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight');
  return x.map((v) => apply(lmHead, rmsNorm(v, get('model.norm.weight').data, c.rmsNormEps)));
}

/** Σ_t w_t log p(y_t) over one sequence; w_0 is not used. */
export function weightedLogprob(c: ModelConfig, p: Parameters, ids: readonly number[], w: readonly number[]): number {
  const z = logits(c, p, ids);
  let sum = 0;
  for (let t = 1; t < ids.length; t++) {
    const row = z[t - 1];
    const top = Math.max(...row);
    sum += w[t] * (row[ids[t]] - top - Math.log(row.reduce((s, v) => s + Math.exp(v - top), 0)));
  }
  return sum;
}
