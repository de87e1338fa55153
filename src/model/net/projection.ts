/** A linear map of a layer with the adapters on it: forward, and backward into input, weight, bias and adapters. */
import type { Recorder } from '../../gpu/recorder';
import type { Tensor } from '../../gpu/tensor';
import { biasBackward } from '../../kernels/bias/bias';
import { dropout } from '../../kernels/dropout/dropout';
import { linearBackward, linearForward, linearWeightBackward } from '../../kernels/matmul/linear';
import { matmul } from '../../kernels/matmul/matmul';
import type { Weight } from '../../kernels/weight-format/weight-format';

/** What all adapters of a model share. */
export interface LoraState {
  /** Off: the model computes as if there were no adapters. */
  on: boolean;
  /** The mask of the running pass; null where nothing is dropped. */
  dropout: { rate: number; seed: number; stream: number } | null;
}

/** One adapter: y[:, first … first + rows] += scale (x Aᵀ) Bᵀ. */
export interface LoraAdapter {
  readonly rank: number;
  readonly scale: number;
  readonly rows: number;
  readonly first: number;
  readonly columns: number;
  /** Tells its dropout mask from the others'. */
  readonly site: number;
  readonly a: Tensor; // (rank, columns)
  readonly b: Tensor; // (rows, rank)
  readonly h: Tensor; // (N, rank): x Aᵀ of the last forward pass
  /** Null where the adapter is not trained. */
  readonly gradients: { a: Tensor; b: Tensor; h: Tensor; dropped: Tensor | null } | null;
}

export interface ProjectionParts {
  readonly weight: Weight; // (out, in)
  readonly bias: Tensor | null;
  /** Null where the weight is frozen. */
  readonly gradient: { weight: Weight; bias: Tensor | null } | null;
  readonly adapters: readonly LoraAdapter[];
}

export class Projection {
  constructor(
    private readonly parts: ProjectionParts,
    private readonly state: LoraState,
  ) {}

  private get adapters(): readonly LoraAdapter[] {
    return this.state.on ? this.parts.adapters : [];
  }

  /** y (N, out) = x (N, in) Wᵀ + bias or addend, plus the adapters' part. */
  forward(r: Recorder, b: { x: Tensor; y: Tensor; addend?: Tensor }, N: number): void {
    const { weight: w, bias } = this.parts;
    linearForward(r, { ...b, w, bias: bias ?? undefined }, { M: N });
    for (const adapter of this.adapters) {
      const { rank, rows, first, columns, scale: alpha, a, b: up, h } = adapter;
      const x = this.dropped(r, adapter, b.x, N);
      matmul(r, { layout: 'NT', a: x, b: a, c: h, M: N, N: rank, K: columns });
      const cColumns = { from: first, width: w.rows };
      matmul(r, { layout: 'NT', a: h, b: up, c: b.y, M: N, N: rows, K: rank, accumulate: true, alpha, cColumns });
    }
  }

  /** What an adapter reads: x, or x with some values dropped. */
  private dropped(r: Recorder, { site, columns, gradients }: LoraAdapter, x: Tensor, N: number): Tensor {
    const mask = this.state.dropout;
    if (!mask || !gradients?.dropped) return x;
    dropout(r, { x, y: gradients.dropped }, { ...mask, site, n: N * columns, add: false });
    return gradients.dropped;
  }

  /**
   * Gradients of weight, bias and adapters are added up; dx (N, in) = or += (accumulate) that of x. x is the input of the
   * forward pass, dy (N, out) the gradient of its output, `partial` scratch for the bias.
   */
  backward(
    r: Recorder,
    b: { x: Tensor; dy: Tensor; dx: Tensor; partial: Tensor },
    N: number,
    accumulate = false,
  ): void {
    this.plainWeightBackward(r, b, N);
    linearBackward(r, { dy: b.dy, w: this.parts.weight, dx: b.dx }, { M: N, accumulate });
    for (const adapter of this.adapters) {
      this.hiddenBackward(r, adapter, b.dy, N);
      this.adapterBackward(r, adapter, b, N);
      this.adapterInputBackward(r, adapter, b.dx, N);
    }
  }

  /** The first half of `backward`, for a projection with one adapter at most: dx, which may lie where x was. */
  inputBackward(r: Recorder, { dy, dx }: { dy: Tensor; dx: Tensor }, N: number): void {
    linearBackward(r, { dy, w: this.parts.weight, dx }, { M: N });
    for (const adapter of this.adapters) {
      this.hiddenBackward(r, adapter, dy, N);
      this.adapterInputBackward(r, adapter, dx, N);
    }
  }

  /** The second half: gradients of weight, bias and adapter. */
  weightBackward(r: Recorder, b: { x: Tensor; dy: Tensor; partial: Tensor }, N: number): void {
    this.plainWeightBackward(r, b, N);
    for (const adapter of this.adapters) this.adapterBackward(r, adapter, b, N);
  }

  private plainWeightBackward(r: Recorder, b: { x: Tensor; dy: Tensor; partial: Tensor }, N: number): void {
    const { weight: w, gradient } = this.parts;
    const { x, dy, partial } = b;
    if (gradient) linearWeightBackward(r, { dy, x, dw: gradient.weight }, { M: N });
    if (gradient?.bias) biasBackward(r, { dy, db: gradient.bias, partial }, { N, C: w.rows });
  }

  /** The columns of dy that the adapter adds to. */
  private columnsOf({ first: from }: LoraAdapter) {
    return { from, width: this.parts.weight.rows };
  }

  /** The gradient of x Aᵀ, for the other two. */
  private hiddenBackward(r: Recorder, adapter: LoraAdapter, dy: Tensor, N: number): void {
    const { rank, rows, scale: alpha, b, gradients: g } = adapter;
    const aColumns = this.columnsOf(adapter);
    if (g) matmul(r, { layout: 'NN', a: dy, b, c: g.h, M: N, N: rank, K: rows, alpha, aColumns });
  }

  private adapterBackward(r: Recorder, adapter: LoraAdapter, { x, dy }: { x: Tensor; dy: Tensor }, N: number): void {
    const { rank, rows, columns, scale: alpha, h, gradients: g } = adapter;
    if (!g) return;
    const aColumns = this.columnsOf(adapter);
    matmul(r, { layout: 'TN', a: dy, b: h, c: g.b, M: rows, N: rank, K: N, alpha, aColumns, accumulate: true });
    const input = this.dropped(r, adapter, x, N);
    matmul(r, { layout: 'TN', a: g.h, b: input, c: g.a, M: rank, N: columns, K: N, accumulate: true });
  }

  private adapterInputBackward(
    r: Recorder,
    { rank, columns, a, gradients: g, site }: LoraAdapter,
    dx: Tensor,
    N: number,
  ) {
    if (!g) return;
    const mask = this.state.dropout;
    const scratch = mask && g.dropped;
    matmul(r, { layout: 'NN', a: g.h, b: a, c: scratch ?? dx, M: N, N: columns, K: rank, accumulate: !scratch });
    if (scratch) dropout(r, { x: scratch, y: dx }, { ...mask, site, n: N * columns, add: true });
  }
}
