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

/** The shape of a Qwen3 model: 8 key heads of 128, a vocabulary of 151,936, tied embeddings. */
export const qwen3Shape = (C: number, layers: number, heads: number, F: number): ModelConfig => ({
  ...plainShape(C, layers, heads, F, 151_936),
  kvHeads: 8,
  headDim: 128,
  tiedEmbeddings: true,
  rope: { theta: 1_000_000, scaling: null },
  maxPositions: 40_960,
});

/** Values of the matrices that a token goes through: the embedding counts once, as the head. */
export const matrixValues = (config: ModelConfig): number =>
  new ParameterLayout(config).slots.reduce((n, s) => n + (s.vector ? 0 : s.rows * s.columns), 0);

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
