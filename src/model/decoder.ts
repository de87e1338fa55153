/**
 * The transformer, forward and backward by hand: a Qwen3-style decoder (RMSNorm, QK-norm, rotary embedding, grouped-query
 * attention, SwiGLU). Packed sequences in, log-probabilities of chosen tokens out; gradients of sum_t w_t log p(y_t) back.
 * Derivatives follow the forward pass in reverse, line by line.
 */
import type { Gpu } from '../gpu/device';
import { Recorder } from '../gpu/recorder';
import { Arena, type Purpose, type Tensor, type TensorSpec } from '../gpu/tensor';
import { attentionBackward, attentionBlocks, attentionForward } from '../kernels/attention';
import { embeddingBackward, embeddingForward, scatterRows, sortIds } from '../kernels/embedding';
import { attentionBlock } from '../kernels/launch';
import { logprobBackward, logprobForward, type Tile, topK } from '../kernels/logprob';
import { matmul } from '../kernels/matmul';
import { qkNormRopeBackward, qkNormRopeForward, ropeTable } from '../kernels/qk-norm-rope';
import { rmsNormBackward, rmsNormForward } from '../kernels/rms-norm';
import { swigluBackward, swigluForward } from '../kernels/swiglu';
import {
  backwardSpecs,
  type Capacity,
  decodeSpecs,
  type LayerActivations,
  layerSpecs,
  sharedSpecs,
  TOP_K,
  vocabTile,
} from './activations';
import type { PackedBatch } from './batch';
import { type ModelConfig, paddedVocab } from './config';
import { createParameters, type LayerWeights, ParameterLayout, type ParameterSet } from './parameters';

type Shared = Record<keyof ReturnType<typeof sharedSpecs>, Tensor>;
type Backward = Record<keyof ReturnType<typeof backwardSpecs>, Tensor>;
type Layer = LayerActivations<Tensor>;

/** Bytes by purpose for a model and a capacity, before anything is allocated. */
export function planMemory(config: ModelConfig, cap: Capacity): Record<Purpose, number> & { total: number } {
  const layout = new ParameterLayout(config);
  const specs: TensorSpec[] = [
    ...Object.values(layout.specs(cap.training) as Record<string, TensorSpec>),
    ...layerSets(config, cap).flatMap((set) => Object.values(set)),
    ...Object.values(sharedSpecs(config, cap)),
    ...(cap.training ? Object.values(backwardSpecs(config, cap)) : []),
    ...Object.values(decodeSpecs(config, cap)),
  ];
  const bytes = Arena.plan(specs);
  return { ...bytes, total: Object.values(bytes).reduce((a, b) => a + b, 0) };
}

/** Specs of every distinct layer set: one a layer when the backward pass needs them all, else one and the inputs. */
function layerSets(config: ModelConfig, cap: Capacity): Partial<LayerActivations<TensorSpec>>[] {
  const sets = Array.from({ length: config.layers }, (_, l) => layerSpecs(config, cap.tokens, l));
  return keepsAll(cap) ? sets : sets.map((set, l) => (l === 0 ? set : { x: set.x }));
}

const keepsAll = (cap: Capacity): boolean => cap.training && !cap.recompute;

export class Decoder {
  private constructor(
    readonly gpu: Gpu,
    readonly recorder: Recorder,
    readonly config: ModelConfig,
    readonly capacity: Capacity,
    readonly parameters: ParameterSet,
    readonly memory: Arena,
    readonly layers: readonly Layer[],
    readonly shared: Shared,
    private readonly grads: Backward | null,
    readonly decode: Record<string, Tensor>,
  ) {}

  /** Allocates everything a run needs. Throws OutOfMemory; then nothing stays allocated. */
  static async create(
    gpu: Gpu,
    config: ModelConfig,
    cap: Capacity,
    packed: Float32Array<ArrayBuffer>,
  ): Promise<Decoder> {
    const arena = new Arena(gpu);
    const recorder = new Recorder(gpu);
    try {
      const parameters = await createParameters(arena, recorder, new ParameterLayout(config), packed, cap.training);
      const layers: Layer[] = [];
      for (const set of layerSets(config, cap)) {
        const own = (await arena.allocate(set as Record<string, TensorSpec>)) as Partial<Layer>;
        layers.push({ ...(layers[0] ?? {}), ...own } as Layer);
      }
      const shared = await arena.allocate(sharedSpecs(config, cap));
      const grads = cap.training ? await arena.allocate(backwardSpecs(config, cap)) : null;
      const decode = await arena.allocate(decodeSpecs(config, cap));
      recorder.write(shared.rope, ropeTable(cap.positions, config.headDim, config.ropeTheta));
      return new Decoder(gpu, recorder, config, cap, parameters, arena, layers, shared, grads, decode);
    } catch (error) {
      arena.destroy();
      recorder.destroy();
      throw error;
    }
  }

  /** Writes a batch's tables to the device. */
  upload(batch: PackedBatch): void {
    const { recorder: r, shared: s } = this;
    r.write(s.ids, batch.ids);
    r.write(s.positions, batch.positions);
    r.write(s.blocks, attentionBlocks(batch.offsets, attentionBlock(this.gpu)));
    r.write(s.targets, batch.targets);
    r.write(s.sources, batch.sources);
    if (this.grads) {
      const { order, runs } = sortIds(batch.ids);
      r.write(this.grads.order, order as Uint32Array<ArrayBuffer>);
      r.write(this.grads.runs, runs as Uint32Array<ArrayBuffer>);
    }
  }

  /** Embedding and all layers over an uploaded batch; afterLayer sees each layer's keys and values (for the KV cache). */
  trunk(batch: PackedBatch, afterLayer?: (l: number, layer: Layer) => void): void {
    const { recorder: r, shared: s, config } = this;
    const N = batch.ids.length;
    const blocks = countBlocks(batch.offsets, attentionBlock(this.gpu));
    embeddingForward(
      r,
      { table: this.parameters.weights.embed, ids: s.ids, y: this.layers[0].x },
      { N, C: config.hiddenSize },
    );
    for (let l = 0; l < config.layers; l++) {
      this.attentionInput(l, N);
      this.attend(l, N, blocks);
      afterLayer?.(l, this.layers[l]);
      this.afterAttention(l, N, this.input(l + 1));
    }
  }

  /** The tensor a layer reads; past the last layer, the trunk's output. */
  input(l: number): Tensor {
    return l < this.config.layers ? this.layers[l].x : this.shared.out;
  }

  /** First norm, projections, QK-norm and rotary embedding of layer l over N rows. */
  attentionInput(l: number, N: number): void {
    const { recorder: r, config: c } = this;
    const a = this.layers[l];
    const w = this.parameters.weights.layers[l];
    rmsNormForward(r, { x: a.x, w: w.norm1, y: a.normed1, rstd: a.rstd1 }, { N, C: c.hiddenSize, eps: c.rmsNormEps });
    matmul(r, { layout: 'NT', a: a.normed1, b: w.qkv, c: a.qkv, M: N, N: this.qkvWidth, K: c.hiddenSize });
    const heads = {
      qkv: a.qkv,
      positions: this.shared.positions,
      rope: this.shared.rope,
      w: w.qkNorm,
      q: a.q,
      k: a.k,
      rstd: a.qkRstd,
    };
    qkNormRopeForward(r, heads, { ...this.heads(N), eps: c.rmsNormEps });
  }

  private attend(l: number, N: number, blocks: number): void {
    const a = this.layers[l];
    attentionForward(
      this.recorder,
      { q: a.q, k: a.k, qkv: a.qkv, blocks: this.shared.blocks, out: a.attended, lse: a.lse },
      { ...this.heads(N), blocks },
    );
  }

  /** Output projection with residual, second norm and the gated MLP with residual, into `out`. */
  afterAttention(l: number, N: number, out: Tensor): void {
    const { recorder: r, config: c } = this;
    const { hiddenSize: C, intermediateSize: F } = c;
    const a = this.layers[l];
    const w = this.parameters.weights.layers[l];
    matmul(r, { layout: 'NT', a: a.attended, b: w.o, c: a.middle, M: N, N: C, K: c.heads * c.headDim, addend: a.x });
    rmsNormForward(r, { x: a.middle, w: w.norm2, y: a.normed2, rstd: a.rstd2 }, { N, C, eps: c.rmsNormEps });
    matmul(r, { layout: 'NT', a: a.normed2, b: w.gateUp, c: a.gu, M: N, N: 2 * F, K: C });
    swigluForward(r, { gu: a.gu, y: a.act }, { N, F });
    matmul(r, { layout: 'NT', a: a.act, b: w.down, c: out, M: N, N: C, K: F, addend: a.middle });
  }

  /**
   * The head over the rows that predict a target: result (M,4) = (logp, entropy, log-sum-exp, 0), in nats. The
   * vocabulary is walked in tiles; with `alternatives`, shared.top gets the TOP_K largest logits of each row.
   */
  head(batch: PackedBatch, alternatives: boolean): void {
    const { recorder: r, shared: s, config: c } = this;
    const M = batch.targets.length;
    const C = c.hiddenSize;
    embeddingForward(r, { table: s.out, ids: s.sources, y: s.selected }, { N: M, C });
    rmsNormForward(
      r,
      { x: s.selected, w: this.parameters.weights.norm, y: s.normed, rstd: s.rstd },
      { N: M, C, eps: c.rmsNormEps },
    );
    const tiles = this.tiles(M);
    tiles.forEach((tile, i) => {
      this.tileLogits(tile);
      logprobForward(
        r,
        { z: s.logits, y: s.targets, running: s.running, result: s.result },
        { ...tile, last: i === tiles.length - 1 },
      );
      if (alternatives) topK(r, { z: s.logits, top: s.top }, { ...tile, K: TOP_K });
    });
  }

  /** Logits of one vocabulary tile: (M, W) = normed · headᵀ. */
  private tileLogits({ N: M, W, first }: Tile): void {
    const { shared: s, config: c } = this;
    matmul(this.recorder, {
      layout: 'NT',
      a: s.normed,
      b: this.headRows(this.parameters.weights.head, first, W),
      c: s.logits,
      M,
      N: W,
      K: c.hiddenSize,
    });
  }

  private headRows(head: Tensor, first: number, rows: number): Tensor {
    const C = this.config.hiddenSize;
    return first === 0 ? head : { ...head, offset: head.offset + first * C * 4, bytes: rows * C * 4, shape: [rows, C] };
  }

  private tiles(M: number): Tile[] {
    const V = this.config.vocabSize;
    const padded = paddedVocab(this.config);
    const size = vocabTile(this.config, this.capacity.targets);
    const tiles: Tile[] = [];
    for (let first = 0; first < V; first += size) {
      const W = Math.min(size, padded - first);
      tiles.push({ N: M, W, first, width: Math.min(W, V - first) });
    }
    return tiles;
  }

  /** Forward pass of an uploaded batch; activations stay for `backward`. */
  forward(batch: PackedBatch, alternatives = false): void {
    this.trunk(batch);
    this.head(batch, alternatives);
  }

  /** Where `backward` reads dLoss/dlogp (M) from. */
  get logpGradient(): Tensor {
    return this.trainable.grads.weights;
  }

  /** Adds the gradients of sum_m w[m] logp[m], w = logpGradient, for the batch whose forward pass was the last one. */
  backward(batch: PackedBatch): void {
    const { recorder: r, config: c } = this;
    const { grads: g, dWeights } = this.trainable;
    const N = batch.ids.length;
    const C = c.hiddenSize;
    this.headBackward(batch);
    r.clear(g.dStream);
    scatterRows(r, { x: g.dSelected, ids: this.shared.sources, y: g.dStream }, { N: batch.targets.length, C });
    const blocks = countBlocks(batch.offsets, attentionBlock(this.gpu));
    for (let l = c.layers - 1; l >= 0; l--) {
      if (this.capacity.recompute) {
        this.attentionInput(l, N);
        this.attend(l, N, blocks);
        this.afterAttention(l, N, g.dNormed); // the output is known already; dNormed is free here
      }
      this.layerBackward(l, N, blocks, dWeights.layers[l]);
    }
    const distinct = new Set(batch.ids).size;
    embeddingBackward(r, { dy: g.dStream, order: g.order, runs: g.runs, dTable: dWeights.embed }, { J: distinct, C });
  }

  /** Through logits, head and final norm: dSelected (M,C). */
  private headBackward(batch: PackedBatch): void {
    const { recorder: r, shared: s, config: c } = this;
    const { grads: g, dWeights } = this.trainable;
    const M = batch.targets.length;
    const C = c.hiddenSize;
    const tiles = this.tiles(M);
    for (const tile of tiles) {
      const { W, first } = tile;
      if (tiles.length > 1) this.tileLogits(tile); // a single tile is still there from the forward pass
      logprobBackward(r, { z: s.logits, y: s.targets, result: s.result, w: g.weights }, tile);
      const head = this.headRows(this.parameters.weights.head, first, W);
      matmul(r, { layout: 'NN', a: s.logits, b: head, c: g.dFinal, M, N: C, K: W, accumulate: first > 0 });
      matmul(r, {
        layout: 'TN',
        a: s.logits,
        b: s.normed,
        c: this.headRows(dWeights.head, first, W),
        M: W,
        N: C,
        K: M,
        accumulate: true,
      });
    }
    const norm = {
      x: s.selected,
      w: this.parameters.weights.norm,
      rstd: s.rstd,
      dy: g.dFinal,
      dx: g.dSelected,
      dw: dWeights.norm,
      partial: g.partial,
    };
    rmsNormBackward(r, norm, { N: M, C, add: false });
  }

  /** Gradients of layer l; dStream goes in as the gradient of its output and comes out as that of its input. */
  private layerBackward(l: number, N: number, blocks: number, dw: LayerWeights): void {
    const { recorder: r, config: c, shared: s } = this;
    const { grads: g } = this.trainable;
    const { hiddenSize: C, intermediateSize: F } = c;
    const HD = c.heads * c.headDim;
    const a = this.layers[l];
    const w = this.parameters.weights.layers[l];
    // out = middle + down(swiglu(gateUp(norm2(middle))))
    matmul(r, { layout: 'TN', a: g.dStream, b: a.act, c: dw.down, M: C, N: F, K: N, accumulate: true });
    matmul(r, { layout: 'NN', a: g.dStream, b: w.down, c: g.dAct, M: N, N: F, K: C });
    swigluBackward(r, { gu: a.gu, dy: g.dAct, dGu: g.dGu }, { N, F });
    matmul(r, { layout: 'TN', a: g.dGu, b: a.normed2, c: dw.gateUp, M: 2 * F, N: C, K: N, accumulate: true });
    matmul(r, { layout: 'NN', a: g.dGu, b: w.gateUp, c: g.dNormed, M: N, N: C, K: 2 * F });
    rmsNormBackward(
      r,
      { x: a.middle, w: w.norm2, rstd: a.rstd2, dy: g.dNormed, dx: g.dStream, dw: dw.norm2, partial: g.partial },
      { N, C, add: true },
    );
    // middle = x + o(attention(rope(qkNorm(qkv(norm1(x))))))
    matmul(r, { layout: 'TN', a: g.dStream, b: a.attended, c: dw.o, M: C, N: HD, K: N, accumulate: true });
    matmul(r, { layout: 'NN', a: g.dStream, b: w.o, c: g.dAttended, M: N, N: HD, K: C });
    const attention = {
      q: a.q,
      k: a.k,
      qkv: a.qkv,
      blocks: s.blocks,
      out: a.attended,
      lse: a.lse,
      dOut: g.dAttended,
      delta: g.delta,
      dQkv: g.dQkv,
    };
    attentionBackward(r, attention, { ...this.heads(N), blocks });
    const heads = {
      qkv: a.qkv,
      positions: s.positions,
      rope: s.rope,
      w: w.qkNorm,
      rstd: a.qkRstd,
      dQkv: g.dQkv,
      dw: dw.qkNorm,
      partial: g.partial,
    };
    qkNormRopeBackward(r, heads, this.heads(N));
    matmul(r, { layout: 'TN', a: g.dQkv, b: a.normed1, c: dw.qkv, M: this.qkvWidth, N: C, K: N, accumulate: true });
    matmul(r, { layout: 'NN', a: g.dQkv, b: w.qkv, c: g.dNormed, M: N, N: C, K: this.qkvWidth });
    rmsNormBackward(
      r,
      { x: a.x, w: w.norm1, rstd: a.rstd1, dy: g.dNormed, dx: g.dStream, dw: dw.norm1, partial: g.partial },
      { N, C, add: true },
    );
  }

  get qkvWidth(): number {
    const { heads, kvHeads, headDim } = this.config;
    return (heads + 2 * kvHeads) * headDim;
  }

  heads(N: number): { N: number; H: number; K: number; D: number } {
    return { N, H: this.config.heads, K: this.config.kvHeads, D: this.config.headDim };
  }

  private get trainable(): { grads: Backward } & NonNullable<ParameterSet['training']> {
    if (!this.grads || !this.parameters.training)
      throw new Error('This model was opened for inference only; open it with training: true.');
    return { grads: this.grads, ...this.parameters.training };
  }

  /** Gives all memory back. */
  destroy(): void {
    this.memory.destroy();
    this.recorder.destroy();
  }
}

function countBlocks(offsets: ArrayLike<number>, size: number): number {
  let blocks = 0;
  for (let s = 0; s + 1 < offsets.length; s++) blocks += Math.ceil((offsets[s + 1] - offsets[s]) / size);
  return blocks;
}
