/**
 * The language-model head: final norm, logits, and what is made of them. The vocabulary is walked in tiles, so that
 * memory is bounded whatever its size; the backward pass computes the tiles again.
 */
import type { Recorder } from '../../gpu/recorder';
import type { Tensor } from '../../gpu/tensor';
import {
  type DivergenceOptions,
  divergenceBackward,
  divergenceForward,
  divergenceMass,
} from '../../kernels/divergence/divergence';
import { gatherRows } from '../../kernels/embedding/embedding';
import { logprobBackward, logprobForward, type Tile, topK } from '../../kernels/logprob/logprob';
import { linearBackward, linearForward, linearFuses, linearWeightBackward } from '../../kernels/matmul/linear';
import { rmsNormBackward, rmsNormForward } from '../../kernels/rms-norm/rms-norm';
import { sliceRows, type Weight } from '../../kernels/weight-format/weight-format';
import {
  type BackwardScratch,
  type Capacity,
  type DistilLogits,
  type SharedActivations,
  TOP_K,
  vocabTile,
} from './activations';
import type { PackedBatch } from './batch';
import { type ModelConfig, paddedVocab } from './config';
import type { Weights } from './parameters';

/** A teacher whose distributions are compared with the student's. */
export interface Compared extends DivergenceOptions {
  readonly logits: DistilLogits;
  /** What makes logits of the teacher's rows. */
  readonly head: Weight;
}

export class Head {
  constructor(
    private readonly recorder: Recorder,
    private readonly config: ModelConfig,
    private readonly capacity: Capacity,
    private readonly weights: Weights,
    private readonly dWeights: Weights | null,
    private readonly shared: SharedActivations,
  ) {}

  /** Final norm of the rows in `selected` (M,C). */
  private norm(M: number): void {
    const { selected: x, normed: y, rstd } = this.shared;
    const { hiddenSize: C, rmsNormEps: eps } = this.config;
    rmsNormForward(this.recorder, { x, w: this.weights.norm, y, rstd }, { N: M, C, eps });
  }

  /** The rows of a layer's output (N,C) that predict a target, in `selected` (M,C), and their final norm in `normed`. */
  select(batch: PackedBatch, output: Tensor): void {
    const { recorder: r, shared: s } = this;
    const M = batch.targets.length;
    gatherRows(r, { x: output, ids: s.sources, y: s.selected }, { N: M, C: this.config.hiddenSize });
    this.norm(M);
  }

  /**
   * Over the rows that predict a target: result (M,4) = (logp, entropy, log-sum-exp, 0) of softmax(logits / τ), in nats. With
   * `alternatives`, shared.top gets the TOP_K largest logits / τ of each row. `output` is the last layer's, or another's.
   */
  forward(batch: PackedBatch, alternatives: boolean, output = this.shared.out): void {
    const { recorder: r, shared: s } = this;
    const M = batch.targets.length;
    this.select(batch, output);
    const tiles = this.tiles(M);
    tiles.forEach((tile, i) => {
      this.tileLogits(tile, batch);
      const columns = { z: s.logits, y: s.targets, running: s.running, result: s.result };
      logprobForward(r, columns, { ...tile, last: i === tiles.length - 1 });
      if (alternatives) topK(r, { z: s.logits, top: s.top }, { ...tile, K: TOP_K });
    });
  }

  /** All logits (B, V padded) of the B rows in `selected`, for sampling. */
  logits(B: number): void {
    const { recorder: r, weights } = this;
    const { selected, normed, logits: y } = this.shared;
    if (linearFuses(r, weights.head, B)) {
      const norm = { w: weights.norm, eps: this.config.rmsNormEps };
      linearForward(r, { x: selected, w: weights.head, y, norm }, { M: B });
      return;
    }
    this.norm(B);
    linearForward(r, { x: normed, w: weights.head, y }, { M: B });
  }

  /** Logits / τ of one vocabulary tile: (M, W) = normed · headᵀ / τ. */
  private tileLogits({ N: M, W, first }: Tile, { temperature }: PackedBatch): void {
    const { normed: x, logits: y } = this.shared;
    linearForward(this.recorder, { x, w: sliceRows(this.weights.head, first, W), y }, { M, alpha: 1 / temperature });
  }

  private tiles(M: number): Tile[] {
    const V = this.config.vocabSize;
    const padded = paddedVocab(this.config);
    const size = vocabTile(this.config, this.capacity);
    const tiles: Tile[] = [];
    for (let first = 0; first < V; first += size) {
      const W = Math.min(size, padded - first);
      tiles.push({ N: M, W, first, width: Math.min(W, V - first) });
    }
    return tiles;
  }

  /** Both sides' logits of a tile; those of a single one stay where they are. */
  private bothLogits(tile: Tile, batch: PackedBatch, { head, logits: { rows: x, t: y } }: Compared): void {
    const [M, alpha] = [tile.N, 1 / batch.temperature];
    this.tileLogits(tile, batch);
    linearForward(this.recorder, { x, w: sliceRows(head, tile.first, tile.W), y }, { M, alpha });
  }

  /** D of every row, in `found` of `compared`. */
  private compare(batch: PackedBatch, tiles: readonly Tile[], compared: Compared): void {
    const { recorder: r, shared: s } = this;
    const columns = { ...compared.logits, s: s.logits, result: s.result };
    const { K, support, alpha } = compared;
    if (tiles.length === 1) this.bothLogits(tiles[0], batch, compared);
    const pass = (work: (tile: Tile & { last: boolean }) => void): void =>
      tiles.forEach((tile, i) => {
        if (tiles.length > 1) this.bothLogits(tile, batch, compared);
        work({ ...tile, last: i === tiles.length - 1 });
      });
    if (support !== 'vocabulary') {
      pass(({ last: _, ...tile }) => topK(r, { z: s.logits, top: columns.top }, { ...tile, K }));
      pass((tile) => divergenceMass(r, columns, { ...tile, K }));
    }
    pass((tile) => divergenceForward(r, columns, { ...tile, K, support, alpha }));
  }

  /**
   * Gradient of sum_m w[m] logp[m], or with `compared` of sum_m w[m] logp[m] + b[m] D[m], in the rows of `selected`: dSelected
   * (M,C); the weights' gradients are added up.
   */
  backward(batch: PackedBatch, grads: BackwardScratch, compared: Compared | null = null): void {
    const { recorder: r, shared: s, weights, dWeights } = this;
    const M = batch.targets.length;
    const tiles = this.tiles(M);
    const alpha = 1 / batch.temperature; // of the logits in what was differentiated
    if (compared) this.compare(batch, tiles, compared);
    for (const tile of tiles) {
      const { W, first } = tile;
      const isThere = tiles.length === 1; // from the forward pass
      const { logits: z, targets: y, result } = s;
      if (compared) {
        if (!isThere) this.bothLogits(tile, batch, compared);
        const { K, support, alpha: order } = compared;
        divergenceBackward(r, { ...compared.logits, s: z, result, y }, { ...tile, K, support, alpha: order });
      } else {
        if (!isThere) this.tileLogits(tile, batch);
        logprobBackward(r, { z, y, result, w: grads.weights }, tile);
      }
      const w = sliceRows(weights.head, first, W);
      linearBackward(r, { dy: s.logits, w, dx: grads.dFinal }, { M, accumulate: first > 0, alpha });
      if (!dWeights) continue;
      linearWeightBackward(r, { dy: s.logits, x: s.normed, dw: sliceRows(dWeights.head, first, W) }, { M, alpha });
    }
    const { dFinal: dy, dSelected: dx, partial } = grads;
    const norm = { x: s.selected, w: weights.norm, rstd: s.rstd, dy, dx, dw: dWeights?.norm, partial };
    rmsNormBackward(r, norm, { N: M, C: this.config.hiddenSize, add: false });
  }
}
