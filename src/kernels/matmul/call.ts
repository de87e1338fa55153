/** A product as it is asked for and with its defaults filled in, and what all kernels of products bind. */
import type { Tensor } from '../../gpu/tensor';
import type { StoredRows } from '../weight-format/weight-format';

/**
 * NT: c (M,N) = a (M,K) · b (N,K)ᵀ — y = x Wᵀ.  NN: c = a (M,K) · b (K,N) — dx = dy W.
 * TN: c = a (K,M)ᵀ · b (K,N) — dW = dyᵀ x. Row-major f32.
 */
export interface MatmulCall {
  layout: 'NT' | 'NN' | 'TN';
  a: Tensor;
  /** f32, or rows of a stored weight matrix (NT and NN). */
  b: Tensor | StoredRows;
  c: Tensor;
  M: number;
  N: number;
  K: number;
  /** c += the product. At most one of accumulate, addend and bias. */
  accumulate?: boolean;
  /** Like c, added to the product. */
  addend?: Tensor;
  /** One value a column of c, added to every row. */
  bias?: Tensor;
  /** The product is multiplied by this first. */
  alpha?: number;
  /** NN, TN: a is the columns `from` … of a matrix of `width` columns. */
  aColumns?: Columns;
  /** NN, TN: b is f32 and the columns `from` … of a matrix of `width` columns. */
  bColumns?: Columns;
  /** b is f32 and begins with this row of its tensor. */
  bRow?: number;
  /** c (and addend, bias) is the columns `from` … of a matrix of `width` columns. */
  cColumns?: Columns;
  /** c begins with this row of its tensor; without addend and bias. */
  cRow?: number;
  /** NT, of a few rows (`fuses`): a (M,K) is normed first, y = w a / rms(a) as in rms-norm-forward.wgsl. */
  norm?: RowNorm;
  /** NT, of a few rows (`fuses`): b has a gate's rows, then as many of its unit; c (M,N/2) = silu(gate) unit. */
  gated?: boolean;
  /** NT, without alpha: what low-rank adapters add (matmul-adapters.wgsl). */
  adapters?: AdapterTerms;
}

export interface RowNorm {
  readonly w: Tensor; // (K)
  readonly eps: number;
}

export interface Columns {
  readonly from: number;
  readonly width: number;
}

/** c += scale h Bᵀ, part by part of the columns. */
export interface AdapterTerms {
  readonly h: Tensor; // (M, width): x Aᵀ of all adapters side by side
  readonly width: number;
  readonly up: Tensor; // their B (rows, rank), one below the other
  readonly scale: number;
  /** At most three, in order, up to N: the column behind the last, and where its adapter begins in h and up (rank 0: none). */
  readonly parts: readonly { end: number; rank: number; column: number; row: number }[];
}

/** a, b and c are the columns a0, b0, c0 … of matrices of lda, ldb, ldc columns. */
export type FullCall = MatmulCall & {
  b: StoredRows;
  a0: number;
  lda: number;
  b0: number;
  ldb: number;
  c0: number;
  ldc: number;
};

/** b where the mode reads no addend, because a workgroup may not read what it writes (c). */
export const addendOf = ({ b, addend, bias }: FullCall): Tensor => addend ?? bias ?? b.data;

/** What a product binds; `c` where its sums go elsewhere. */
export function bindings(call: FullCall, c = call.c): Record<string, Tensor> {
  const { a, b } = call;
  const addend = addendOf(call);
  return b.scales ? { a, b: b.data, scales: b.scales, c, addend } : { a, b: b.data, c, addend };
}

export const mode = (call: MatmulCall): number => (call.accumulate ? 1 : call.addend ? 2 : call.bias ? 3 : 0);

/** The same with what adapters bind. */
export const allBindings = (call: FullCall): Record<string, Tensor> =>
  call.adapters ? { ...bindings(call), h: call.adapters.h, ups: call.adapters.up } : bindings(call);

/** The fields that matmul-adapters.wgsl adds to a kernel's parameters. */
export function adapterParams({ adapters }: MatmulCall): Record<string, number> | undefined {
  if (!adapters) return undefined;
  const { width: ldh, scale, parts } = adapters;
  const params: Record<string, number> = { ldh, scale };
  for (let z = 0; z < MOST_PARTS; z++) {
    const { end = 0, rank = 0, column = 0, row = 0 } = parts[z] ?? {};
    Object.assign(params, { [`end${z}`]: end, [`rank${z}`]: rank, [`column${z}`]: column, [`row${z}`]: row });
  }
  return params;
}

/** q, k and v. */
const MOST_PARTS = 3;
