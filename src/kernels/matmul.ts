/** Matrix products in the three layouts that training needs, with the variant picked by adapter and shape. */
import type { Gpu } from '../gpu/device';
import { defineKernel, type Kernel } from '../gpu/kernel';
import { type Recorder, rows } from '../gpu/recorder';
import { expectLength, type Tensor } from '../gpu/tensor';
import nnSource from './matmul-broadcast-nn.wgsl?raw';
import ntSource from './matmul-broadcast-nt.wgsl?raw';
import plainSource from './matmul-plain.wgsl?raw';

/**
 * NT: c (M,N) = a (M,K) · b (N,K)ᵀ — y = x Wᵀ.  NN: c = a (M,K) · b (K,N) — dx = dy W.
 * TN: c = a (K,M)ᵀ · b (K,N) — dW = dyᵀ x. Row-major f32.
 */
export interface MatmulCall {
  layout: 'NT' | 'NN' | 'TN';
  a: Tensor;
  b: Tensor;
  c: Tensor;
  M: number;
  N: number;
  K: number;
  /** c += the product. At most one of accumulate, addend and bias. */
  accumulate?: boolean;
  /** (M,N), added to the product. */
  addend?: Tensor;
  /** (N), added to every row. */
  bias?: Tensor;
}

/** Adapters on which the broadcast variant gave wrong numbers in the self-test. */
const avoided = new WeakSet<Gpu>();

/** From now on this adapter takes the plain variant. */
export function avoidBroadcast(gpu: Gpu): void {
  avoided.add(gpu);
}

const plain = defineKernel('matmul-plain', plainSource);
const sized = new Map<string, Kernel>();

function withRows(stem: string, source: string, R: number): Kernel {
  const name = `${stem}-r${R}`;
  let kernel = sized.get(name);
  if (!kernel) {
    kernel = defineKernel(name, source.replace('const R: u32 = 8u;', `const R: u32 = ${R}u;`));
    sized.set(name, kernel);
  }
  return kernel;
}

/** Records one product. Throws RangeError for a tensor that is too small. */
export function matmul(r: Recorder, call: MatmulCall): void {
  const { layout, a, b, c, M, N, K } = call;
  expectLength('matmul.a', a, M * K);
  expectLength('matmul.b', b, N * K);
  expectLength('matmul.c', c, M * N);
  const mode = call.accumulate ? 1 : call.addend ? 2 : call.bias ? 3 : 0;
  const bindings = { a, b, c, addend: call.addend ?? call.bias ?? a };
  if (K > 0 && !avoided.has(r.gpu) && fitsBroadcast(layout, M, N, K)) {
    const S = broadcastLanes(r.gpu);
    const R = M < 8 ? 4 : 8;
    const grid = [Math.ceil(N / (4 * S)), Math.ceil(M / R)] as const;
    if (layout === 'NT')
      r.dispatch(withRows('matmul-broadcast-nt', ntSource, R), bindings, { M, N, K, mode }, grid, { S });
    else
      r.dispatch(withRows('matmul-broadcast-nn', nnSource, R), bindings, { M, N, K, mode }, grid, {
        S,
        AT: layout === 'TN' ? 1 : 0,
      });
    return;
  }
  const [am, ak] = layout === 'TN' ? [1, M] : [K, 1];
  const [bk, bn] = layout === 'NT' ? [1, K] : [N, 1];
  r.dispatch(plain, bindings, { M, N, K, mode, am, ak, bk, bn }, rows(Math.ceil((M * Math.ceil(N / 4)) / 64)));
}

/** The broadcast kernels read four values at a time along the contiguous axes. */
function fitsBroadcast(layout: MatmulCall['layout'], M: number, N: number, K: number): boolean {
  if (layout === 'NT') return K % 4 === 0;
  return N % 4 === 0 && (layout === 'NN' ? K : M) % 4 === 0;
}

const broadcastLanes = (gpu: Gpu): number => (gpu.adapter.software ? gpu.adapter.subgroupSize[1] : 32);

/** The variant that well-shaped products take on this adapter, for display and for the run's record. */
export const matmulVariant = (gpu: Gpu): string =>
  avoided.has(gpu) ? 'plain' : `broadcast, ${broadcastLanes(gpu)} lanes`;
