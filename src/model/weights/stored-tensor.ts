/** Weights as a checkpoint holds them, whatever the format: named tensors that are read piece by piece. */

import type { BlockType } from './gguf/blocks';

/** A tensor of a file. */
export interface StoredTensor {
  /** The Hugging Face name, e.g. model.layers.0.self_attn.q_proj.weight. */
  readonly name: string;
  /** Row-major, as PyTorch has it: (out, in). */
  readonly shape: readonly number[];
  /** How the file holds it: F32, F16, BF16, Q8_0, Q4_K … */
  readonly dtype: BlockType;
  /** Bytes it takes in the file. */
  readonly bytes: number;
  /** Rows first … end − 1 along the first axis as f32 (dequantised where need be). One-dimensional: elements. */
  rows(first: number, end: number): Promise<Float32Array<ArrayBuffer>>;
  /**
   * The same rows as the file holds them, whole blocks of `dtype`; they may lie in `room`, where it holds them. Absent
   * where rows are no whole blocks, or no file's.
   */
  raw?(first: number, end: number, room?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
}

/** The tensors of a checkpoint by name. */
export type TensorCatalog = ReadonlyMap<string, StoredTensor>;
