/** Products whose lanes share the loads of a: the variant for software adapters. */
import type { Gpu } from '../../gpu/device';
import type { Recorder } from '../../gpu/recorder';
import { adapterParams, allBindings, type FullCall, mode } from './call';
import narrowSource from './matmul-broadcast-narrow.wgsl?raw';
import nnSource from './matmul-broadcast-nn.wgsl?raw';
import ntSource from './matmul-broadcast-nt.wgsl?raw';
import { unrolled } from './matmul-unroll';

/** Lanes of a workgroup: those of a software adapter's vectors, where it says how many; 8 where not. */
const lanes = ({ adapter }: Gpu): number => {
  const [least, most] = adapter.subgroupSize;
  return adapter.software ? (least === most ? most : 8) : 32;
};

/** The kernels read four values at a time along the contiguous axes; of a narrow b, one. */
export function broadcastFits(gpu: Gpu, { layout, M, N, K, lda, a0, ldb, b0, ldc, c0 }: FullCall): boolean {
  if (K === 0) return false;
  if (layout === 'NT') return K % 4 === 0 && lda === K && a0 === 0 && ldb === K;
  const fours = [N, ldb, b0, ldc, c0].every((n) => n % 4 === 0);
  return (fours || isNarrow(N, lanes(gpu))) && lda % 4 === 0 && a0 % 4 === 0 && (layout === 'TN' ? M : K) % 4 === 0;
}

/** So few columns that lanes which own four each would mostly own none: an adapter's rank. */
const isNarrow = (N: number, S: number): boolean => N <= 2 * S;

export function broadcast(r: Recorder, call: FullCall): void {
  const S = lanes(r.gpu);
  const { layout, M, N, K, lda, a0, ldb, b0, ldc, c0, alpha = 1, adapters } = call;
  const { stem, source, knobs, width, perLane } = broadcastForm(call, S);
  const kernel = unrolled(stem, source, { knobs, format: call.b.format, width });
  const grid = [Math.ceil(N / (knobs.C * perLane * S)), Math.ceil(M / knobs.R), adapters?.parts.length ?? 1] as const;
  const transposed: Record<string, number> = layout === 'NT' ? {} : { AT: layout === 'TN' ? 1 : 0 };
  const constants = { S, MODE: mode(call), ...transposed };
  const params = { ...adapterParams(call), M, N, K, lda, a0, ldb, b0, ldc, c0, alpha };
  r.dispatch(kernel, allBindings(call), params, grid, constants);
}

/** The kernel for a shape, its block of R rows and C columns a lane (or C times `perLane`). */
function broadcastForm(call: FullCall, S: number) {
  const { layout, M, N, b } = call;
  const few = Math.min(8, 2 ** Math.ceil(Math.log2(M)));
  if (layout === 'NT') {
    const wide = M >= 64 && Math.ceil(N / (8 * S)) * 8 * S <= 1.1 * N; // where few lanes stay idle
    // Eights of q4 take twice the registers: eight rows of eight columns would spill (0.75 of the time with four rows).
    const R = wide && b.format === 'q4' ? 4 : few;
    const C = wide ? 8 : Math.min(4, Math.ceil(N / S));
    // A word of q4 holds eight values: read by fours it would be loaded twice.
    const knobs = { R, C, EIGHTS: b.format === 'q4' ? 1 : 0, ADAPTERS: call.adapters ? 1 : 0 };
    return { stem: 'matmul-broadcast-nt', source: ntSource, knobs, width: 'fours', perLane: 1 } as const;
  }
  const R = Math.max(4, few);
  if (isNarrow(N, S)) {
    const knobs = { R, C: Math.ceil(N / S) };
    return { stem: 'matmul-broadcast-narrow', source: narrowSource, knobs, width: 'single', perLane: 1 } as const;
  }
  const knobs = { R, C: Math.min(2, Math.ceil(N / (4 * S))) };
  return { stem: 'matmul-broadcast-nn', source: nnSource, knobs, width: 'fours', perLane: 4 } as const;
}
