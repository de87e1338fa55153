/** Models of the benchmark: shapes, and weights that are drawn in memory. */

import type { Sequence } from '../../model/net/batch';
import { type ModelConfig, NANO_CONFIG } from '../../model/net/config';
import { ParameterLayout } from '../../model/net/parameters';

/** The shapes of the comparison with other engines (docs/benchmarks.md): same decoder, same tokens. */
export const plainShape = (C: number, L: number, H: number, F: number, V: number): ModelConfig => ({
  ...NANO_CONFIG,
  vocabSize: V,
  hiddenSize: C,
  layers: L,
  heads: H,
  kvHeads: H,
  headDim: C / H,
  intermediateSize: F,
  tiedEmbeddings: false,
  maxPositions: 256,
  bosId: null,
  eosIds: [],
  padId: null,
  sliding: new Array<boolean>(L).fill(false),
});

/** The first `layers` of SmolLM2-135M's 30. */
export const smolShape = (layers: number): ModelConfig => ({
  ...plainShape(576, layers, 9, 1536, 49152),
  family: 'llama',
  kvHeads: 3,
  tiedEmbeddings: true,
  maxPositions: 8192,
});

/** Weights that look random and are the same every time. */
export function drawWeights(config: ModelConfig): Float32Array<ArrayBuffer> {
  let seed = 1;
  return new ParameterLayout(config).initialise(() => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (seed / 2 ** 32 - 0.5) * 3.4;
  });
}

/** Sequences of one length, every token but the first predicted. */
export const drawSequences = (count: number, length: number, vocabSize: number): Sequence[] =>
  Array.from({ length: count }, (_, s) => ({
    ids: Array.from({ length }, (_, t) => (s * 31 + t * 7) % vocabSize),
    from: 1,
  }));
