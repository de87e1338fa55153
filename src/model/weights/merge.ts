/**
 * An adapter put into the weights it is for, W + s B A, or taken out again, piece by piece: the merged model is never
 * whole in memory, whatever its size.
 */

import type { ModelConfig } from '../net/config';
import { LoraLayout, loraName, loraScale, targetShape } from '../net/lora';
import type { LoraFolder } from './adapter';
import type { HostTensor } from './safetensors';
import type { StoredTensor, TensorCatalog } from './stored-tensor';

/** The model's tensors with the adapter added (sign 1) or subtracted (−1). Products are summed in float64. */
export function mergedCatalog(
  config: ModelConfig,
  tensors: TensorCatalog,
  { settings, packed }: LoraFolder,
  sign: 1 | -1 = 1,
): TensorCatalog {
  const adapters = new LoraLayout(config, settings).unpack(packed);
  const merged = new Map(tensors);
  for (let l = 0; l < config.layers; l++) {
    for (const target of settings.targets) {
      const name = loraName(l, target);
      const weight = tensors.get(`${name}.weight`) as StoredTensor;
      const { columns } = targetShape(config, target);
      const side = (s: 'A' | 'B') => (adapters.get(`base_model.model.${name}.lora_${s}.weight`) as HostTensor).data;
      const product = { A: side('A'), B: side('B'), rank: settings.rank, columns, scale: sign * loraScale(settings) };
      merged.set(weight.name, {
        ...weight,
        raw: undefined, // the file's bytes are no longer the values
        async rows(first, end) {
          const W = (await weight.rows(first, end)).slice();
          addProduct(W, first, product);
          return W;
        },
      });
    }
  }
  return merged;
}

interface Product {
  readonly A: Float32Array; // (rank, columns)
  readonly B: Float32Array; // (rows, rank)
  readonly rank: number;
  readonly columns: number;
  readonly scale: number;
}

/** W += scale B A for the rows of W, of which the first is row `first` of B. */
function addProduct(W: Float32Array, first: number, { A, B, rank, columns, scale }: Product): void {
  const sum = new Float64Array(columns);
  for (let at = 0, row = first; at < W.length; at += columns, row++) {
    sum.fill(0);
    for (let k = 0; k < rank; k++) {
      const b = scale * B[row * rank + k];
      for (let i = 0; i < columns; i++) sum[i] += b * A[k * columns + i];
    }
    for (let i = 0; i < columns; i++) W[at + i] += sum[i];
  }
}
