/**
 * How weight matrices are stored on the device, and how kernels read them: the weight-format-*.wgsl file is put into the
 * kernel.
 */
import { defineKernel, type Kernel } from '../../gpu/kernel';
import type { Tensor } from '../../gpu/tensor';
import bf16 from './weight-format-bf16.wgsl?raw';
import f16 from './weight-format-f16.wgsl?raw';
import f32 from './weight-format-f32.wgsl?raw';
import f32Single from './weight-format-f32-single.wgsl?raw';
import q4 from './weight-format-q4.wgsl?raw';
import q8 from './weight-format-q8.wgsl?raw';

/** f32: exact.  bf16, f16: two values a u32.  q8, q4: integers with a scale for every 32 neighbours of a row. */
export const WEIGHT_FORMATS = ['f32', 'bf16', 'f16', 'q8', 'q4'] as const;
export type WeightFormat = (typeof WEIGHT_FORMATS)[number];

/** Neighbours of a row that share a scale in q8 and q4. */
export const QUANT_GROUP = 32;

/** Bytes of `count` values, without and with their scales. */
export function storedBytes(format: WeightFormat, count: number): { data: number; scales: number } {
  const groups = count / QUANT_GROUP;
  switch (format) {
    case 'f32':
      return { data: count * 4, scales: 0 };
    case 'bf16':
    case 'f16':
      return { data: count * 2, scales: 0 };
    case 'q8':
      return { data: count, scales: groups * 4 };
    case 'q4':
      return { data: count / 2, scales: groups * 4 };
  }
  return format satisfies never;
}

/** What a kernel binds to read rows of a matrix; `scales` only where the format has them. */
export interface StoredRows {
  readonly format: WeightFormat;
  readonly data: Tensor;
  readonly scales: Tensor | null;
}

/** Consecutive rows of a weight matrix, small enough to be bound at once. */
export interface WeightPiece extends StoredRows {
  readonly first: number;
  readonly rows: number;
}

/** A weight matrix (rows, columns) on the device, row-major, in one piece or several. */
export interface Weight {
  readonly rows: number;
  readonly columns: number;
  readonly pieces: readonly WeightPiece[];
}

/** An f32 tensor as stored rows. */
export const plainRows = (data: Tensor): StoredRows => ({ format: 'f32', data, scales: null });

/** An f32 tensor as a weight matrix in one piece. */
export const wholeWeight = (data: Tensor, rows: number, columns: number): Weight => ({
  rows,
  columns,
  pieces: [{ ...plainRows(data), first: 0, rows }],
});

/** Rows first … first + rows − 1 of a matrix; `first` and every piece's start are multiples of 64 (or `first` is 0). */
export function sliceRows(w: Weight, first: number, rows: number): Weight {
  const pieces: WeightPiece[] = [];
  for (const piece of w.pieces) {
    const from = Math.max(first, piece.first);
    const end = Math.min(first + rows, piece.first + piece.rows);
    if (from >= end) continue;
    const skipped = storedBytes(piece.format, (from - piece.first) * w.columns);
    const taken = storedBytes(piece.format, (end - from) * w.columns);
    const part = (t: Tensor, offset: number, bytes: number): Tensor => ({ ...t, offset: t.offset + offset, bytes });
    pieces.push({
      format: piece.format,
      first: from - first,
      rows: end - from,
      data: part(piece.data, skipped.data, taken.data),
      scales: piece.scales && part(piece.scales, skipped.scales, taken.scales),
    });
  }
  return { rows, columns: w.columns, pieces };
}

/** The bindings of stored rows. */
export const rowBindings = ({ data, scales }: StoredRows): Record<string, Tensor> =>
  scales ? { b: data, scales } : { b: data };

const SOURCES: Record<WeightFormat, string> = { f32, bf16, f16, q8, q4 };

/** For formats whose words hold fewer than eight values. */
const TWO_FOURS = 'fn weights8(i: u32) -> mat2x4f { return mat2x4f(weight(2u * i), weight(2u * i + 1u)); }';

/** The code with weight(i) for four values at a time and weights8(i) for eight, or weightAt(i) for one. */
export function withFormat(code: string, format: WeightFormat, width: 'fours' | 'single'): string {
  if (width === 'single') return `${code}\n${format === 'f32' ? f32Single : SOURCES[format]}`;
  return `${code}\n${SOURCES[format]}${format === 'q4' ? '' : TWO_FOURS}\n`;
}

const made = new Map<string, Kernel>();

/** The kernel of `stem`.wgsl, which calls weightAt(i), for a format. */
export function formatKernel(stem: string, code: string, format: WeightFormat): Kernel {
  const name = format === 'f32' ? stem : `${stem}-${format}`;
  let kernel = made.get(name);
  if (!kernel) {
    kernel = defineKernel(name, withFormat(code, format, 'single'));
    made.set(name, kernel);
  }
  return kernel;
}
