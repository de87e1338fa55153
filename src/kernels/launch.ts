/** How kernels are spread over workgroups, by adapter. Measured on llvmpipe and SwiftShader; GPUs take the wide form. */
import type { Gpu } from '../gpu/device';
import { rows, type Workgroups } from '../gpu/recorder';

/** Threads of a one-thread-per-element kernel's workgroup. */
export const ELEMENT_WG = 64;

/** Grid of a one-thread-per-element kernel. */
export const perElement = (count: number): Workgroups => rows(Math.ceil(count / ELEMENT_WG));

/**
 * Threads that share a row (T) and rows that share a workgroup (R) in row reductions. On a software adapter a barrier
 * costs more than the reduction, so one thread takes a whole row.
 */
export function rowShape(gpu: Gpu): { T: number; R: number } {
  return gpu.adapter.software ? { T: 1, R: 16 } : { T: 32, R: 4 };
}

/** Grid of a row reduction over n rows. */
export const perRow = (n: number, { R }: { R: number }): Workgroups => rows(Math.ceil(n / R));

/** Rows a chunk of a two-stage column sum takes, and the number of chunks. */
export function chunks(n: number, atMost: number): { chunk: number; count: number } {
  const chunk = Math.max(16, Math.ceil(n / atMost));
  return { chunk, count: Math.ceil(n / chunk) };
}
