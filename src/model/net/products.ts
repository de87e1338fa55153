/** A decoder's own products, on its own tensors, for the tuner to measure while the model is opened. */
import type { Tensor } from '../../gpu/tensor';
import type { MatmulCall } from '../../kernels/matmul/matmul';
import { sliceRows, type Weight } from '../../kernels/weight-format/weight-format';
import {
  type BackwardScratch,
  type Capacity,
  guHoldsQkv,
  type LayerActivations,
  type SharedActivations,
  vocabTile,
} from './activations';
import type { ModelConfig } from './config';
import type { ParameterSet } from './parameters';

/** Tokens that tell which variant is the fastest for a batch, whatever its size: more take longer to measure. */
const ENOUGH_TOKENS = 512;

/** One linear map: y = x Wᵀ, dx = dy W, dW += dyᵀ x. */
interface Linear {
  w: Weight;
  dw: Weight | null;
  x: Tensor;
  y: Tensor;
  dy: Tensor | null;
  dx: Tensor | null;
  /** Rows of x that a batch has. */
  most: number;
}

/** The device memory of a decoder that a product reads or writes. */
export interface ProductTensors {
  readonly parameters: ParameterSet;
  readonly activations: LayerActivations<Tensor>;
  readonly shared: SharedActivations;
  readonly grads: BackwardScratch | null;
}

/**
 * Every shape of the model's products, in the first layer and the head, of which a batch and decoding have many; to be
 * computed before anything else, while all activations and gradients are still zero.
 */
export function modelProducts(config: ModelConfig, capacity: Capacity, t: ProductTensors): MatmulCall[] {
  return linears(config, capacity, t).flatMap(({ w, dw, x, y, dy, dx, most }) => {
    const { rows: N, ...piece } = w.pieces[0];
    const K = w.columns;
    const M = Math.min(most, ENOUGH_TOKENS);
    const rows = [...new Set([M, Math.min(capacity.rows, M)])];
    const calls: MatmulCall[] = rows.map((n) => ({ layout: 'NT', a: x, b: piece, c: y, M: n, N, K }));
    if (dy && dx) calls.push({ layout: 'NN', a: dy, b: piece, c: dx, M, N: K, K: N });
    const gradient = dw?.pieces[0].data;
    if (dy && gradient) calls.push({ layout: 'TN', a: dy, b: x, c: gradient, M: N, N: K, K: M, accumulate: true });
    return M > 0 ? calls : [];
  });
}

function linears(config: ModelConfig, capacity: Capacity, t: ProductTensors): Linear[] {
  const { tokens, targets } = capacity;
  const { activations: a, shared: s, grads: g } = t;
  const { weights, training } = t.parameters;
  const [layer] = weights.layers;
  const gradients = training?.dWeights.layers[0];
  const own = (name: 'qkv' | 'o' | 'gateUp' | 'down', x: Tensor, y: Tensor, dy?: Tensor, dx?: Tensor): Linear => ({
    ...{ w: layer[name], dw: gradients?.[name] ?? null, x, y, dy: dy ?? null, dx: dx ?? null, most: tokens },
  });
  const W = vocabTile(config, capacity);
  const tile = (w: Weight | undefined) => (w ? sliceRows(w, 0, W) : null);
  const head: Linear = {
    ...{ w: sliceRows(weights.head, 0, W), dw: tile(training?.dWeights.head), x: s.normed, y: s.logits },
    ...{ dy: g && s.logits, dx: g?.dFinal ?? null, most: targets },
  };
  return [
    own('qkv', a.normed1, a.qkv, guHoldsQkv(config) ? a.gu : g?.dQkv, g?.dNormed),
    own('o', a.attended, a.middle, g?.dStream, g?.dAttended),
    own('gateUp', a.normed2, a.gu, a.gu, g?.dNormed),
    own('down', a.act, s.out, g?.dStream, a.act),
    head,
  ];
}
