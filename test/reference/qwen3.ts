/** The whole decoder in float64, plain loops, forward only: the oracle that finite differences are taken of. */
import type { ModelConfig } from '../../src/model/config';

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

/** Rotate-half: channel i < D/2 turns with channel i + D/2 by position · θ^(−2i/D). */
function rope(x: Float64Array, position: number, theta: number): Float64Array {
  const half = x.length / 2;
  const y = new Float64Array(x.length);
  for (let i = 0; i < half; i++) {
    const angle = position * theta ** ((-2 * i) / x.length);
    y[i] = x[i] * Math.cos(angle) - x[i + half] * Math.sin(angle);
    y[i + half] = x[i + half] * Math.cos(angle) + x[i] * Math.sin(angle);
  }
  return y;
}

const head = (x: Float64Array, h: number, D: number) => x.slice(h * D, (h + 1) * D);
const add = (a: Float64Array, b: Float64Array) => a.map((v, i) => v + b[i]);

/** Logits (T,V) of one sequence. */
export function logits(c: ModelConfig, p: Parameters, ids: readonly number[]): Float64Array[] {
  const get = (name: string) => p.get(name) as { shape: number[]; data: ArrayLike<number> };
  const embed = get('model.embed_tokens.weight');
  const C = c.hiddenSize;
  let x = ids.map((id) => Float64Array.from({ length: C }, (_, i) => embed.data[id * C + i]));
  for (let l = 0; l < c.layers; l++) {
    const w = (name: string) => get(`model.layers.${l}.${name}.weight`);
    const normed = x.map((v) => rmsNorm(v, w('input_layernorm').data, c.rmsNormEps));
    const heads = (name: string, count: number, norm: string) =>
      normed.map((v, t) => {
        const y = apply(w(`self_attn.${name}`), v);
        return Array.from({ length: count }, (_, h) =>
          rope(rmsNorm(head(y, h, c.headDim), w(`self_attn.${norm}`).data, c.rmsNormEps), t, c.ropeTheta),
        );
      });
    const q = heads('q_proj', c.heads, 'q_norm');
    const k = heads('k_proj', c.kvHeads, 'k_norm');
    const v = normed.map((n) => apply(w('self_attn.v_proj'), n));
    x = x.map((residual, t) => {
      const attended = new Float64Array(c.heads * c.headDim);
      for (let h = 0; h < c.heads; h++) {
        const kv = Math.floor(h / (c.heads / c.kvHeads));
        const e: number[] = [];
        for (let j = 0; j <= t; j++) {
          e.push(Math.exp(q[t][h].reduce((sum, qd, d) => sum + qd * k[j][kv][d], 0) / Math.sqrt(c.headDim)));
        }
        const total = e.reduce((a, b) => a + b, 0);
        for (let j = 0; j <= t; j++) {
          for (let d = 0; d < c.headDim; d++) attended[h * c.headDim + d] += (e[j] / total) * v[j][kv * c.headDim + d];
        }
      }
      return add(residual, apply(w('self_attn.o_proj'), attended));
    });
    x = x.map((residual) => {
      const n = rmsNorm(residual, w('post_attention_layernorm').data, c.rmsNormEps);
      const gate = apply(w('mlp.gate_proj'), n);
      const up = apply(w('mlp.up_proj'), n);
      return add(
        residual,
        apply(
          w('mlp.down_proj'),
          gate.map((g, i) => (g / (1 + Math.exp(-g))) * up[i]),
        ),
      );
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
