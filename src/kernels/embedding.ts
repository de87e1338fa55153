/** Row gather and its two gradients: scatter-add for repeated ids, plain scatter for distinct ones. */
import { defineKernel } from '../gpu/kernel';
import type { Recorder } from '../gpu/recorder';
import { expectLength, type Tensor } from '../gpu/tensor';
import backwardSource from './embedding-backward.wgsl?raw';
import forwardSource from './embedding-forward.wgsl?raw';
import { perElement } from './launch';
import scatterSource from './scatter-rows.wgsl?raw';

const forward = defineKernel('embedding-forward', forwardSource);
const backward = defineKernel('embedding-backward', backwardSource);
const scatter = defineKernel('scatter-rows', scatterSource);

/** y[n] = table[ids[n]]; table is (V,C), y is (N,C). The caller has checked that every id is below V. */
export function embeddingForward(
  r: Recorder,
  b: { table: Tensor; ids: Tensor; y: Tensor },
  p: { N: number; C: number },
): void {
  expectLength('embeddingForward.y', b.y, p.N * p.C);
  expectLength('embeddingForward.ids', b.ids, p.N);
  r.dispatch(forward, b, p, perElement(p.N * p.C));
}

/** dTable[id] += the sum of dy over the tokens with that id, in token order; order and runs come from `sortIds`. */
export function embeddingBackward(
  r: Recorder,
  b: { dy: Tensor; order: Tensor; runs: Tensor; dTable: Tensor },
  p: { J: number; C: number },
): void {
  expectLength('embeddingBackward.runs', b.runs, p.J * 3);
  r.dispatch(backward, b, p, perElement(p.J * p.C));
}

/** y[ids[n]] = x[n] for distinct ids; x is (N,C). */
export function scatterRows(r: Recorder, b: { x: Tensor; ids: Tensor; y: Tensor }, p: { N: number; C: number }): void {
  expectLength('scatterRows.x', b.x, p.N * p.C);
  r.dispatch(scatter, b, p, perElement(p.N * p.C));
}

/** Token indices sorted by id (stable), and per distinct id its [id, first, end) in that order. */
export function sortIds(ids: Uint32Array): { order: Uint32Array; runs: Uint32Array } {
  const order = Uint32Array.from(ids, (_, n) => n).sort((a, b) => ids[a] - ids[b] || a - b);
  const runs: number[] = [];
  for (let k = 0; k < order.length; k++) {
    const id = ids[order[k]];
    if (k === 0 || id !== ids[order[k - 1]]) runs.push(id, k, k + 1);
    else runs[runs.length - 1] = k + 1;
  }
  return { order, runs: Uint32Array.from(runs) };
}
