/** Matrix products in the three layouts that training needs, with the variant picked by adapter and shape. */
import type { Gpu } from '../../gpu/device';
import { type Recorder, rows } from '../../gpu/recorder';
import { expectLength } from '../../gpu/tensor';
import { plainRows, QUANT_GROUP } from '../weight-format/weight-format';
import { adapterParams, allBindings, type FullCall, type MatmulCall, mode } from './call';
import { broadcast, broadcastFits } from './matmul-broadcast';
import plainSource from './matmul-plain.wgsl?raw';
import { FEW_ROWS, matrix, matrixFits, tiled, tilesFit } from './matmul-tiles';
import { unrolled } from './matmul-unroll';
import { type MatmulVariant, type ProductShape, variantFor } from './variants';

export type { AdapterTerms, MatmulCall } from './call';

/** Whether y = x Wᵀ of this shape takes a kernel that can norm x first and gate y (`norm` and `gated` of a call). */
export const fuses = (gpu: Gpu, { M, K, ...shape }: Omit<ProductShape, 'layout'>): boolean =>
  M <= FEW_ROWS && K > 0 && K % 4 === 0 && variantFor(gpu, { ...shape, layout: 'NT', M, K }) === 'tiles';

/**
 * Records one product. Throws RangeError for a tensor that is too small, for quantised rows that are no multiple of 32, and
 * for a norm or a gate where the product does not take them.
 */
export function matmul(r: Recorder, call: MatmulCall): void {
  const { layout, a, c, M, N, K } = call;
  const b = 'format' in call.b ? call.b : plainRows(call.b);
  const contiguous = layout === 'NT' ? K : N;
  const { bRow = 0, cRow = 0 } = call;
  const [ldb, ldc] = [call.bColumns?.width ?? contiguous, call.cColumns?.width ?? N];
  // one shape of object whoever calls: what follows reads its fields a hundred times a step
  const { accumulate, addend, bias, alpha, adapters, norm, gated } = call;
  const full: FullCall = {
    layout,
    a,
    b,
    c,
    M,
    N,
    K,
    accumulate,
    addend,
    bias,
    alpha,
    adapters,
    norm,
    gated,
    a0: call.aColumns?.from ?? 0,
    lda: call.aColumns?.width ?? (layout === 'TN' ? M : K),
    b0: bRow * ldb + (call.bColumns?.from ?? 0),
    ldb,
    c0: cRow * ldc + (call.cColumns?.from ?? 0),
    ldc,
  };
  const { lda } = full;
  expectLength('matmul.a', a, (layout === 'TN' ? K : M) * lda);
  if (b.format === 'f32') expectLength('matmul.b', b.data, (bRow + (layout === 'NT' ? N : K)) * ldb);
  else if (contiguous % (b.scales ? QUANT_GROUP : 4) !== 0)
    throw new RangeError(`matmul.b: rows of ${contiguous} values cannot be stored as ${b.format}`);
  expectLength('matmul.c', c, (cRow + M) * ldc);
  if (call.addend) expectLength('matmul.addend', call.addend, M * ldc);
  if (call.bias) expectLength('matmul.bias', call.bias, ldc);
  if (call.adapters) expectLength('matmul.h', call.adapters.h, M * call.adapters.width);
  if (call.norm) expectLength('matmul.norm', call.norm.w, K);
  const shape: ProductShape = { layout, M, N, K, format: b.format, half: r.allowsHalf };
  if ((call.norm || call.gated) && !fuses(r.gpu, shape)) throw new RangeError('This product norms and gates nothing');
  if (M === 0 || N === 0) return;
  record(r, full, variantFor(r.gpu, shape));
}

function record(r: Recorder, call: FullCall, variant: MatmulVariant): void {
  if (variant === 'broadcast' && broadcastFits(r.gpu, call)) broadcast(r, call);
  else if (variant === 'matrix' && matrixFits(r, call)) matrix(r, call);
  else if (variant !== 'plain' && variant !== 'broadcast' && tilesFit(call)) tiled(r, call, variant);
  else plain(r, call);
}

function plain(r: Recorder, call: FullCall): void {
  const { layout, M, N, K, a0, lda, b0, ldb, c0, ldc, alpha = 1, adapters } = call;
  const [am, ak] = layout === 'TN' ? [1, lda] : [lda, 1];
  const [bk, bn] = layout === 'NT' ? [1, ldb] : [ldb, 1];
  const strides = { a0, am, ak, b0, bk, bn, ldc, c0, alpha };
  const knobs = { R: 1, C: 1, ADAPTERS: adapters ? 1 : 0 };
  const kernel = unrolled('matmul-plain', plainSource, { knobs, format: call.b.format, width: 'single' });
  const [x, y = 1] = rows(Math.ceil((M * Math.ceil(N / 4)) / 64));
  const params = { ...adapterParams(call), M, N, K, mode: mode(call), ...strides };
  r.dispatch(kernel, allBindings(call), params, [x, y, adapters?.parts.length ?? 1]);
}
