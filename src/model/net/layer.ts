/**
 * One layer of the decoder, forward and backward by hand. Derivatives follow the forward pass in reverse, line by line.
 *   pre-norm (Qwen, Llama):  middle = x + o(attention(norm1(x)));        out = middle + mlp(norm2(middle))
 *   post-norm (OLMo):        middle = x + norm1(o(attention(x)));        out = middle + norm2(mlp(middle))
 *   mlp(z) = down(silu(gate(z)) up(z))
 */
import type { Recorder } from '../../gpu/recorder';
import type { Tensor } from '../../gpu/tensor';
import { attentionBackward, attentionForward } from '../../kernels/attention/attention';
import { kvAppend } from '../../kernels/kv-cache/kv-cache';
import { qkNormRopeBackward, qkNormRopeDecode, qkNormRopeForward } from '../../kernels/qk-norm-rope/qk-norm-rope';
import { rmsNormBackward, rmsNormForward } from '../../kernels/rms-norm/rms-norm';
import type { CachePlace } from '../../kernels/rope/keys';
import { ropeBackward, ropeDecode, ropeForward } from '../../kernels/rope/rope';
import { swigluBackward, swigluForward } from '../../kernels/swiglu/swiglu';
import { type BackwardScratch, guHoldsQkv, type LayerActivations } from './activations';
import { type ModelConfig, switches } from './config';
import type { ProjectionName } from './lora';
import type { LayerWeights } from './parameters';
import type { Projection } from './projection';

/** What all layers share. */
export interface LayerContext {
  readonly recorder: Recorder;
  readonly config: ModelConfig;
  readonly positions: Tensor;
  readonly blocks: Tensor;
  /** Normed queries and keys before their turn (N,(H+K)D); null where no family member norms whole projections. */
  readonly normedHeads: Tensor | null;
  readonly grads: BackwardScratch | null;
}

export class Layer {
  constructor(
    private readonly context: LayerContext,
    readonly activations: LayerActivations<Tensor>,
    private readonly weights: LayerWeights,
    /** Null where the parameters are frozen. */
    private readonly dWeights: LayerWeights | null,
    private readonly projections: Record<ProjectionName, Projection>,
    /** Cosines and sines of this layer's rotary embedding. */
    private readonly rope: Tensor,
    /** Keys a query sees, or null for all. */
    readonly window: number | null,
  ) {}

  private get recorder(): Recorder {
    return this.context.recorder;
  }

  private get post(): boolean {
    return switches(this.context.config).norms === 'post';
  }

  private heads(N: number): { N: number; H: number; K: number; D: number } {
    const { heads: H, kvHeads: K, headDim: D } = this.context.config;
    return { N, H, K, D };
  }

  /** Columns of the query and of the key heads within qkv. */
  private get columns() {
    const { H, K, D } = this.heads(0);
    const width = (H + 2 * K) * D;
    return { width, q: { from: 0, width }, k: { from: H * D, width } };
  }

  /**
   * Queries, keys and values of N rows: first norm, projections, QK norm and rotary embedding. While decoding, keys and
   * values go into a cache of P positions.
   */
  attentionInput(N: number, cache?: CachePlace & { P: number }): void {
    const { recorder: r, activations: a, weights: w } = this;
    const { hiddenSize: C, rmsNormEps: eps } = this.context.config;
    const { qkv } = this.projections;
    if (this.post) qkv.forward(r, { x: a.x, y: a.qkv }, N);
    else if (cache && qkv.norms(r, N)) qkv.forward(r, { x: a.x, y: a.qkv, norm: { w: w.norm1, eps } }, N);
    else {
      rmsNormForward(r, { x: a.x, w: w.norm1, y: a.normed1, rstd: a.rstd1 }, { N, C, eps });
      qkv.forward(r, { x: a.normed1, y: a.qkv }, N);
    }
    this.turn(N, cache);
  }

  /** q and k, normed as the family has it, and turned. */
  private turn(N: number, cache?: CachePlace & { P: number }): void {
    const { recorder: r, activations: a, weights: w, rope } = this;
    const { positions, normedHeads } = this.context;
    const { rmsNormEps: eps } = this.context.config;
    const shape = this.heads(N);
    const { H, K, D } = shape;
    const { P = 0, ...place } = cache ?? {};
    const stride = this.columns.width;
    if (w.qkNorm) {
      const { qkv, q, k, qkRstd: rstd } = a;
      const heads = { qkv, positions, rope, w: w.qkNorm, q };
      if (cache) qkNormRopeDecode(r, { ...heads, ...(place as CachePlace) }, { ...shape, eps, P });
      else qkNormRopeForward(r, { ...heads, k, rstd }, { ...shape, eps });
    } else if (w.qNorm && w.kNorm && normedHeads) {
      const width = (H + K) * D;
      const y = normedHeads;
      const norm = (weight: Tensor, rstd: Tensor, C: number, from: number) =>
        rmsNormForward(
          r,
          { x: a.qkv, w: weight, y, rstd },
          { N, C, eps, xColumns: { from, width: stride }, yColumns: { from, width } },
        );
      norm(w.qNorm, a.qkRstd, H * D, 0);
      norm(w.kNorm, a.kRstd, K * D, H * D);
      ropeForward(r, { x: y, positions, rope, q: a.q, k: a.k }, { ...shape, stride: width });
      const append = { k: a.k, qkv: a.qkv, positions };
      if (cache) kvAppend(r, { ...append, ...(place as CachePlace) }, { B: N, P, KD: K * D, stride });
    } else {
      const heads = { x: a.qkv, positions, rope, q: a.q };
      if (cache) ropeDecode(r, { ...heads, ...(place as CachePlace) }, { ...shape, stride, P });
      else ropeForward(r, { ...heads, k: a.k }, { ...shape, stride });
    }
  }

  attend(N: number, blocks: number): void {
    const { q, k, qkv, attended: out, lse } = this.activations;
    const table = this.context.blocks;
    attentionForward(
      this.recorder,
      { q, k, qkv, blocks: table, out, lse },
      { ...this.heads(N), blocks, window: this.window },
    );
  }

  /** Output projection and MLP with their norms and residuals, into `out`. What `decoding` computes is not kept for `backward`. */
  afterAttention(N: number, out: Tensor, decoding = false): void {
    const { recorder: r, activations: a, weights: w, projections: p } = this;
    const { hiddenSize: C, rmsNormEps: eps } = this.context.config;
    if (this.post) {
      p.o.forward(r, { x: a.attended, y: a.normed1 }, N);
      const first = { x: a.normed1, w: w.norm1, y: a.middle, rstd: a.rstd1, residual: a.x };
      rmsNormForward(r, first, { N, C, eps });
    } else {
      p.o.forward(r, { x: a.attended, y: a.middle, addend: a.x }, N);
    }
    this.gatedUnit(N, decoding);
    if (this.post) {
      p.down.forward(r, { x: a.act, y: a.normed2 }, N);
      rmsNormForward(r, { x: a.normed2, w: w.norm2, y: out, rstd: a.rstd2, residual: a.middle }, { N, C, eps });
    } else {
      p.down.forward(r, { x: a.act, y: out, addend: a.middle }, N);
    }
  }

  /** silu(gate(z)) up(z) of the middle, normed where norms come first. */
  private gatedUnit(N: number, decoding: boolean): void {
    const { recorder: r, activations: a, weights: w, post } = this;
    const { gateUp } = this.projections;
    const { hiddenSize: C, intermediateSize: F, rmsNormEps: eps } = this.context.config;
    const norms = decoding && !post && gateUp.norms(r, N);
    if (!post && !norms) rmsNormForward(r, { x: a.middle, w: w.norm2, y: a.normed2, rstd: a.rstd2 }, { N, C, eps });
    const from = { x: post || norms ? a.middle : a.normed2, norm: norms ? { w: w.norm2, eps } : undefined };
    if (decoding && gateUp.gates(r, N)) {
      gateUp.forward(r, { ...from, y: a.act, gated: true }, N);
      return;
    }
    gateUp.forward(r, { ...from, y: a.gu }, N);
    swigluForward(r, { gu: a.gu, y: a.act }, { N, F });
  }

  /** Adds the layer's gradients; dStream goes in as the gradient of its output and comes out as that of its input. */
  backward(N: number, blocks: number): void {
    const { recorder: r, activations: a, projections: p, post } = this;
    const { intermediateSize: F } = this.context.config;
    const g = this.scratch;
    const { dStream, partial } = g;
    const { act, gu } = a;
    // out = middle + down(swiglu(gateUp(middle))), with norm2 before or after
    if (post) this.norm2Backward(N, { dy: dStream, dx: g.dNormed, add: false });
    const dOut = post ? g.dNormed : dStream;
    p.down.inputBackward(r, { dy: dOut, dx: act }, N);
    swigluBackward(r, { gu, act }, { N, F });
    p.down.weightBackward(r, { x: act, dy: dOut, partial }, N);
    if (post) p.gateUp.backward(r, { x: a.middle, dy: gu, dx: dStream, partial }, N, true);
    else {
      p.gateUp.backward(r, { x: a.normed2, dy: gu, dx: g.dNormed, partial }, N);
      this.norm2Backward(N, { dy: g.dNormed, dx: dStream, add: true });
    }
    // middle = x + o(attention(rope(qkNorm(qkv(x))))), with norm1 before or after
    if (post) this.norm1Backward(N, { dy: dStream, dx: g.dNormed, add: false });
    p.o.backward(r, { x: a.attended, dy: post ? g.dNormed : dStream, dx: g.dAttended, partial }, N);
    const { q, k, qkv, attended: out, lse } = a;
    const { dQkv } = this;
    const attention = { q, k, qkv, blocks: this.context.blocks, out, lse, dOut: g.dAttended, delta: g.delta, dQkv };
    attentionBackward(r, attention, { ...this.heads(N), blocks, window: this.window });
    this.turnBackward(N);
    if (post) p.qkv.backward(r, { x: a.x, dy: dQkv, dx: dStream, partial }, N, true);
    else {
      p.qkv.backward(r, { x: a.normed1, dy: dQkv, dx: g.dNormed, partial }, N);
      this.norm1Backward(N, { dy: g.dNormed, dx: dStream, add: true });
    }
  }

  /** The gradient of qkv: gu is not needed any more then. */
  private get dQkv(): Tensor {
    return guHoldsQkv(this.context.config) ? this.activations.gu : this.scratch.dQkv;
  }

  /** norm1 reads the layer's input (pre) or the output projection's result (post). */
  private norm1Backward(N: number, b: { dy: Tensor; dx: Tensor; add: boolean }): void {
    const { activations: a, weights: w } = this;
    this.normBackward(N, { ...b, x: this.post ? a.normed1 : a.x, w: w.norm1, rstd: a.rstd1, dw: this.dWeights?.norm1 });
  }

  /** norm2 reads the middle (pre) or the MLP's result (post). */
  private norm2Backward(N: number, b: { dy: Tensor; dx: Tensor; add: boolean }): void {
    const { activations: a, weights: w } = this;
    const x = this.post ? a.normed2 : a.middle;
    this.normBackward(N, { ...b, x, w: w.norm2, rstd: a.rstd2, dw: this.dWeights?.norm2 });
  }

  private normBackward(
    N: number,
    { add, ...b }: { x: Tensor; w: Tensor; rstd: Tensor; dy: Tensor; dx: Tensor; dw?: Tensor; add: boolean },
  ): void {
    const { partial } = this.scratch;
    rmsNormBackward(this.recorder, { ...b, partial }, { N, C: this.context.config.hiddenSize, add });
  }

  /** dQkv, in place: from the gradients of turned and normed heads to those of the projections. */
  private turnBackward(N: number): void {
    const { recorder: r, activations: a, weights: w, dWeights: d, rope } = this;
    const { positions } = this.context;
    const { dQkv } = this;
    const { partial } = this.scratch;
    const shape = this.heads(N);
    if (w.qkNorm) {
      const dw = d?.qkNorm ?? undefined;
      const heads = { qkv: a.qkv, positions, rope, w: w.qkNorm, rstd: a.qkRstd, dQkv, dw, partial };
      qkNormRopeBackward(r, heads, shape);
      return;
    }
    ropeBackward(r, { positions, rope, dQkv }, shape);
    if (!w.qNorm || !w.kNorm) return;
    const { H, K, D } = shape;
    const { q, k } = this.columns;
    const query = { x: a.qkv, w: w.qNorm, rstd: a.qkRstd, dx: dQkv, dw: d?.qNorm ?? undefined, partial };
    rmsNormBackward(r, query, { N, C: H * D, add: false, columns: q });
    const key = { x: a.qkv, w: w.kNorm, rstd: a.kRstd, dx: dQkv, dw: d?.kNorm ?? undefined, partial };
    rmsNormBackward(r, key, { N, C: K * D, add: false, columns: k });
  }

  private get scratch(): BackwardScratch {
    const { grads } = this.context;
    if (!grads) throw new Error('This model was opened for inference only; open it with training: true.');
    return grads;
  }
}
