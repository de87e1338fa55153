/** Writing the KV cache, and the first kernel of a decoding step. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { perElement } from '../launch';
import { formatKernel, rowBindings, type Weight } from '../weight-format/weight-format';
import beginSource from './decode-begin.wgsl?raw';
import appendSource from './kv-append.wgsl?raw';
import fillSource from './kv-fill.wgsl?raw';

const append = defineKernel('kv-append', appendSource);
const fill = defineKernel('kv-fill', fillSource);

/** Cache tensors are (R,P,K,D): R rows, P positions. KD = K D, stride = (H+2K) D of qkv. */
type CacheShape = {
  P: number;
  KD: number;
  stride: number;
};

/** Stores the key and value of the newest token of B active rows. */
export function kvAppend(
  r: Recorder,
  b: { k: Tensor; qkv: Tensor; rows: Tensor; positions: Tensor; cacheK: Tensor; cacheV: Tensor },
  p: CacheShape & { B: number },
): void {
  expectLength('kvAppend.k', b.k, p.B * p.KD);
  r.dispatch(append, b, p, perElement(p.B * p.KD));
}

/** Copies prompts' keys and values into the rows that continue them; spans (R,2): start in the packed batch, length. */
export function kvFill(
  r: Recorder,
  b: { k: Tensor; qkv: Tensor; spans: Tensor; cacheK: Tensor; cacheV: Tensor },
  p: CacheShape & { R: number; longest: number },
): void {
  expectLength('kvFill.cacheK', b.cacheK, p.R * p.P * p.KD);
  const [x, y] = perElement(p.longest * p.KD);
  r.dispatch(fill, b, p, [x, y, p.R]);
}

/** x (B,C) = embeddings of the newest tokens, positions (B) = where they stand. */
export function decodeBegin(
  r: Recorder,
  b: { table: Weight; rows: Tensor; state: Tensor; x: Tensor; positions: Tensor },
  { B, C }: { B: number; C: number },
): void {
  expectLength('decodeBegin.x', b.x, B * C);
  for (const piece of b.table.pieces) {
    const kernel = formatKernel('decode-begin', beginSource, piece.format);
    const { rows, state, x, positions } = b;
    const bindings = { ...rowBindings(piece), rows, state, x, positions };
    r.dispatch(kernel, bindings, { B, C, first: piece.first, rows: piece.rows }, perElement(B * C));
  }
}
