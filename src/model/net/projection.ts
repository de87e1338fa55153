/** A linear map of a layer with the adapters on it: forward, and backward into input, weight, bias and adapters. */
import type { Recorder } from '../../gpu/recorder';
import type { Tensor } from '../../gpu/tensor';
import { biasBackward } from '../../kernels/bias/bias';
import { dropout } from '../../kernels/dropout/dropout';
import type { RowNorm } from '../../kernels/matmul/call';
import { linearBackward, linearForward, linearFuses, linearWeightBackward } from '../../kernels/matmul/linear';
import { type AdapterTerms, matmul } from '../../kernels/matmul/matmul';
import type { Weight } from '../../kernels/weight-format/weight-format';

/** What all adapters of a model share. */
export interface LoraState {
  /** Off: the model computes as if there were no adapters. */
  on: boolean;
  /** The mask of the running pass; null where nothing is dropped. */
  dropout: { rate: number; seed: number; stream: number } | null;
}

/** The adapters of one projection, which all read x: y[:, first … first + rows − 1] += scale (x Aᵀ) Bᵀ for each target. */
export interface ProjectionAdapters {
  readonly rank: number;
  readonly scale: number;
  readonly columns: number;
  readonly a: Tensor; // (targets × rank, columns)
  readonly b: Tensor; // (rows of all targets, rank)
  readonly h: Tensor; // (N, targets × rank): x Aᵀ of the last forward pass
  /** In the order of A and B: the rows of the weight, the first row in B, and what tells its dropout mask from others. */
  readonly targets: readonly { first: number; rows: number; row: number; site: number }[];
  /** Null where the adapters are not trained. */
  readonly gradients: { a: Tensor; b: Tensor; h: Tensor; dropped: Tensor | null } | null;
}

export interface ProjectionParts {
  readonly weight: Weight; // (out, in)
  readonly bias: Tensor | null;
  /** Null where the weight is frozen. */
  readonly gradient: { weight: Weight; bias: Tensor | null } | null;
  /** Null where there are none. */
  readonly adapters: ProjectionAdapters | null;
}

export class Projection {
  constructor(
    private readonly parts: ProjectionParts,
    private readonly state: LoraState,
  ) {}

  private get adapters(): ProjectionAdapters | null {
    return this.state.on ? this.parts.adapters : null;
  }

  /** Whether `forward` can norm x of N rows first. */
  norms(r: Recorder, N: number): boolean {
    return this.adapters === null && linearFuses(r, this.parts.weight, N);
  }

  /** Whether `forward` can gate y of N rows. */
  gates(r: Recorder, N: number): boolean {
    return this.norms(r, N) && this.parts.weight.pieces.length === 1;
  }

  /** y (N, out) = x (N, in) Wᵀ + bias or addend, plus the adapters' part; with `gated` y is (N, out / 2). */
  forward(
    r: Recorder,
    { x, y, addend, norm, gated }: { x: Tensor; y: Tensor; addend?: Tensor; norm?: RowNorm; gated?: boolean },
    N: number,
  ): void {
    const { weight: w } = this.parts;
    const bias = this.parts.bias ?? undefined;
    const adapters = this.adapters ? this.terms(r, this.adapters, x, N) : undefined;
    linearForward(r, { x, w, y, addend, bias, norm, adapters }, { M: N, gated });
  }

  /** Computes h = x Aᵀ of all targets; where values are dropped, of each its own. */
  private terms(r: Recorder, adapters: ProjectionAdapters, x: Tensor, N: number): AdapterTerms {
    const { rank, columns: K, scale, a: b, b: up, h: c, targets } = adapters;
    const width = rank * targets.length;
    if (this.masked(adapters)) {
      targets.forEach(({ site }, i) => {
        const a = this.dropped(r, adapters, site, x, N);
        const cColumns = { from: i * rank, width };
        matmul(r, { layout: 'NT', a, b, c, M: N, N: rank, K, bRow: i * rank, cColumns });
      });
    } else matmul(r, { layout: 'NT', a: x, b, c, M: N, N: width, K });
    return { h: c, width, up, scale, parts: this.columnParts(adapters) };
  }

  /** The columns of y in order, each with its target's adapter or none. */
  private columnParts({ rank, targets }: ProjectionAdapters): AdapterTerms['parts'] {
    const parts: AdapterTerms['parts'][number][] = [];
    const none = (end: number) => end > (parts.at(-1)?.end ?? 0) && parts.push({ end, rank: 0, column: 0, row: 0 });
    const placed = targets.map((target, i) => ({ ...target, column: i * rank })).sort((x, y) => x.first - y.first);
    for (const { first, rows, row, column } of placed) {
      none(first);
      parts.push({ end: first + rows, rank, column, row });
    }
    none(this.parts.weight.rows);
    return parts;
  }

  private masked({ gradients }: ProjectionAdapters): boolean {
    return this.state.dropout !== null && gradients?.dropped != null;
  }

  /** What a target's adapter reads: x with some values dropped. */
  private dropped(r: Recorder, adapters: ProjectionAdapters, site: number, x: Tensor, N: number): Tensor {
    const { dropout: mask } = this.state;
    const y = adapters.gradients?.dropped;
    if (!mask || !y) return x;
    dropout(r, { x, y }, { ...mask, site, n: N * adapters.columns, add: false });
    return y;
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
    const { adapters } = this;
    if (!adapters) return;
    this.hiddenBackward(r, adapters, b.dy, N);
    this.adapterBackward(r, adapters, b, N);
    this.adapterInputBackward(r, adapters, b.dx, N);
  }

  /** The first half of `backward`, for a projection with one adapter at most: dx, which may lie where x was. */
  inputBackward(r: Recorder, { dy, dx }: { dy: Tensor; dx: Tensor }, N: number): void {
    linearBackward(r, { dy, w: this.parts.weight, dx }, { M: N });
    const { adapters } = this;
    if (!adapters) return;
    this.hiddenBackward(r, adapters, dy, N);
    this.adapterInputBackward(r, adapters, dx, N);
  }

  /** The second half: gradients of weight, bias and adapter. */
  weightBackward(r: Recorder, b: { x: Tensor; dy: Tensor; partial: Tensor }, N: number): void {
    this.plainWeightBackward(r, b, N);
    if (this.adapters) this.adapterBackward(r, this.adapters, b, N);
  }

  private plainWeightBackward(r: Recorder, b: { x: Tensor; dy: Tensor; partial: Tensor }, N: number): void {
    const { weight: w, gradient } = this.parts;
    const { x, dy, partial } = b;
    if (gradient) linearWeightBackward(r, { dy, x, dw: gradient.weight }, { M: N });
    if (gradient?.bias) biasBackward(r, { dy, db: gradient.bias, partial }, { N, C: w.rows });
  }

  /** The gradient of h = x Aᵀ, target by target, for the other two. */
  private hiddenBackward(r: Recorder, adapters: ProjectionAdapters, dy: Tensor, N: number): void {
    const { rank, scale: alpha, b, gradients: g, targets } = adapters;
    if (!g) return;
    const width = rank * targets.length;
    targets.forEach(({ first, rows: K, row: bRow }, i) => {
      const aColumns = { from: first, width: this.parts.weight.rows };
      const cColumns = { from: i * rank, width };
      matmul(r, { layout: 'NN', a: dy, b, c: g.h, M: N, N: rank, K, alpha, aColumns, bRow, cColumns });
    });
  }

  /** dB of each target, and dA: of all at once where they read the same x. */
  private adapterBackward(
    r: Recorder,
    adapters: ProjectionAdapters,
    { x, dy }: { x: Tensor; dy: Tensor },
    N: number,
  ): void {
    const { rank, columns, scale: alpha, h, gradients: g, targets } = adapters;
    if (!g) return;
    const width = rank * targets.length;
    const sums = { layout: 'TN', K: N, accumulate: true } as const;
    targets.forEach(({ first, rows: M, row: cRow }, i) => {
      const aColumns = { from: first, width: this.parts.weight.rows };
      const bColumns = { from: i * rank, width };
      matmul(r, { ...sums, a: dy, b: h, c: g.b, M, N: rank, alpha, aColumns, bColumns, cRow });
    });
    if (!this.masked(adapters)) {
      matmul(r, { ...sums, a: g.h, b: x, c: g.a, M: width, N: columns });
      return;
    }
    targets.forEach(({ site }, i) => {
      const b = this.dropped(r, adapters, site, x, N);
      const aColumns = { from: i * rank, width };
      matmul(r, { ...sums, a: g.h, b, c: g.a, M: rank, N: columns, aColumns, cRow: i * rank });
    });
  }

  /** dx += dh A: of all targets at once where they read the same x. */
  private adapterInputBackward(r: Recorder, adapters: ProjectionAdapters, dx: Tensor, N: number): void {
    const { rank, columns, a: b, gradients: g, targets } = adapters;
    if (!g) return;
    const width = rank * targets.length;
    const { dropout: mask } = this.state;
    const scratch = g.dropped;
    if (!mask || !scratch) {
      matmul(r, { layout: 'NN', a: g.h, b, c: dx, M: N, N: columns, K: width, accumulate: true });
      return;
    }
    targets.forEach(({ site }, i) => {
      const aColumns = { from: i * rank, width };
      matmul(r, { layout: 'NN', a: g.h, b, c: scratch, M: N, N: columns, K: rank, aColumns, bRow: i * rank });
      dropout(r, { x: scratch, y: dx }, { ...mask, site, n: N * columns, add: true });
    });
  }
}
