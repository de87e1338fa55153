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

/**
 * Threads that share a head of D values (L), heads that share a workgroup (R), and the values that they hold in its memory: on a
 * GPU neighbouring threads read neighbouring values, on a software adapter a thread has a head to itself.
 */
export function headShape(gpu: Gpu, D: number): { L: number; R: number } {
  return gpu.adapter.software ? { L: 1, R: ELEMENT_WG } : { L: 32, R: Math.max(1, Math.min(4, Math.floor(4096 / D))) };
}

/** The same with the values held of each head, for sums over a head. */
export function summedHead(gpu: Gpu, D: number, values = D): { L: number; R: number; HELD: number } {
  const shape = headShape(gpu, D);
  return { ...shape, HELD: shape.L > 1 ? shape.R * values : 1 };
}

/** Grid of a row reduction over n rows. */
export const perRow = (n: number, { R }: { R: number }): Workgroups => rows(Math.ceil(n / R));

/** Rows a chunk of a two-stage column sum takes, and the number of chunks. */
export function chunks(n: number, atMost: number): { chunk: number; count: number } {
  const chunk = Math.max(16, Math.ceil(n / atMost));
  return { chunk, count: Math.ceil(n / chunk) };
}
