/** One token on its way through the network: its row of every tensor that a forward pass makes. */
import { elements, type Tensor } from '../../gpu/tensor';
import type { Sequence } from './batch';
import type { Policy } from './policy';

/** In the order in which they are made, of a pre-norm family (src/model/net/layer.ts says what they hold in others). */
export const POINTS = ['x', 'normed1', 'qkv', 'q', 'k', 'attended', 'middle', 'normed2', 'gu', 'act', 'out'] as const;
export type PointName = (typeof POINTS)[number];

/** Of one layer; widths are the model's own. */
export type LayerTrace = Readonly<Record<PointName, Float32Array<ArrayBuffer>>>;

/** Rows of token `n` of the sequence, the first layer first. Throws BadInput where the sequence is too long. */
export async function traceToken(policy: Policy, sequence: Sequence, n: number): Promise<LayerTrace[]> {
  const [part] = policy.plan([sequence]).parts;
  const { decoder } = policy;
  const { recorder } = decoder;
  const row = async (t: Tensor): Promise<Float32Array<ArrayBuffer>> => {
    const width = elements(t.shape.slice(1));
    return (await recorder.readF32(t, (n + 1) * width)).slice(n * width);
  };
  policy.forget();
  decoder.upload(part);
  // A layer's output takes the place of its input where layers share their tensors, so that one is read before.
  const inputs: Promise<Float32Array<ArrayBuffer>>[] = [];
  const traced: LayerTrace[] = [];
  const keepInput = (l: number): void => void inputs.push(row(decoder.layers[l].activations.x));
  for (const output of decoder.outputs(part, decoder.layers, keepInput)) {
    const l = traced.length;
    const { activations } = decoder.layers[l];
    const rest = POINTS.slice(1, -1) as Exclude<PointName, 'x' | 'out'>[];
    const reads = [inputs[l], ...rest.map((name) => row(activations[name])), row(output)];
    recorder.submit();
    const values = await Promise.all(reads);
    traced.push(Object.fromEntries(POINTS.map((name, i) => [name, values[i]])) as LayerTrace);
  }
  return traced;
}
