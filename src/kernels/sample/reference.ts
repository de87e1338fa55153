/** Sampling of one token in float64: what of the softmax is kept, and the inverse of its cumulative distribution. */
import { philox } from '../philox/reference';
import type { SampleParams } from './sample';

type Choice = Pick<SampleParams, 'temperature' | 'topK' | 'topP'>;

/** Probabilities of the columns that top-k and then top-p keep, 0 elsewhere; they add up to 1. */
export function kept(z: ArrayLike<number>, { temperature, topK, topP }: Choice): Float64Array {
  const order = Array.from({ length: z.length }, (_, v) => v).sort((a, b) => z[b] - z[a] || a - b);
  const p = new Float64Array(z.length);
  if (temperature === 0) {
    p[order[0]] = 1;
    return p;
  }
  const top = topK > 0 ? order.slice(0, topK) : order;
  const e = top.map((v) => Math.exp((z[v] - z[order[0]]) / temperature));
  const total = e.reduce((a, b) => a + b, 0);
  let mass = 0;
  for (let i = 0; i < top.length && mass < topP * total; i++) {
    p[top[i]] = e[i];
    mass += e[i];
  }
  return p.map((v) => v / mass);
}

/** The token that row `row` draws as its `generated`th. */
export function sample(
  z: ArrayLike<number>,
  { row, generated }: { row: number; generated: number },
  o: Choice & Pick<SampleParams, 'seedLo' | 'seedHi' | 'stream'>,
): number {
  const p = kept(z, o);
  const [word] = philox([row, generated, o.stream, 0], [o.seedLo, o.seedHi]);
  const goal = ((word >>> 8) + 0.5) / 2 ** 24;
  let [below, last] = [0, 0];
  for (let v = 0; v < p.length; v++) {
    if (p[v] === 0) continue;
    below += p[v];
    last = v;
    if (below >= goal) break;
  }
  return last;
}
