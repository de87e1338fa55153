/** Row gather and its two gradients: scatter-add for repeated ids, plain scatter for distinct ones. */
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { expectLength, type Tensor } from '../../gpu/tensor';
import { perElement } from '../launch';
import { formatKernel, rowBindings, type Weight, wholeWeight } from '../weight-format/weight-format';
import backwardSource from './embedding-backward.wgsl?raw';
import forwardSource from './embedding-forward.wgsl?raw';
import scatterSource from './scatter-rows.wgsl?raw';

const backward = defineKernel('embedding-backward', backwardSource);
const scatter = defineKernel('scatter-rows', scatterSource);

/** y[n] = table[ids[n]]; table is (V,C), y is (N,C). The caller has checked that every id is below V. */
export function embeddingForward(
  r: Recorder,
  b: { table: Weight; ids: Tensor; y: Tensor },
  { N, C }: { N: number; C: number },
): void {
  expectLength('embeddingForward.y', b.y, N * C);
  expectLength('embeddingForward.ids', b.ids, N);
  for (const piece of b.table.pieces) {
    const kernel = formatKernel('embedding-forward', forwardSource, piece.format);
    const bindings = { ...rowBindings(piece), ids: b.ids, y: b.y };
    r.dispatch(kernel, bindings, { N, C, first: piece.first, rows: piece.rows }, perElement(N * C));
  }
}

/** y[n] = x[ids[n]] for an f32 tensor of rows of C. */
export function gatherRows(
  r: Recorder,
  b: { x: Tensor; ids: Tensor; y: Tensor },
  { N, C }: { N: number; C: number },
): void {
  const rows = Math.floor(b.x.bytes / 4 / C);
  embeddingForward(r, { table: wholeWeight(b.x, rows, C), ids: b.ids, y: b.y }, { N, C });
}

/** dTable[id] += the sum of dy over the tokens with that id, in token order; order and runs come from `sortIds`. */
export function embeddingBackward(
  r: Recorder,
  b: { dy: Tensor; order: Tensor; runs: Tensor; dTable: Weight },
  { J, C }: { J: number; C: number },
): void {
  expectLength('embeddingBackward.runs', b.runs, J * 3);
  const { dy, order, runs } = b;
  for (const { data, first, rows } of b.dTable.pieces)
    r.dispatch(backward, { dy, order, runs, dTable: data }, { J, C, first, rows }, perElement(J * C));
}

/** y[ids[n]] = x[n] for distinct ids; x is (N,C). */
export function scatterRows(r: Recorder, b: { x: Tensor; ids: Tensor; y: Tensor }, p: { N: number; C: number }): void {
  expectLength('scatterRows.x', b.x, p.N * p.C);
  r.dispatch(scatter, b, p, perElement(p.N * p.C));
}

/** Token indices sorted by id (stable), and per distinct id its [id, first, end) in that order. */
export function sortIds(ids: Uint32Array): { order: Uint32Array<ArrayBuffer>; runs: Uint32Array<ArrayBuffer> } {
  const N = ids.length;
  const order = sorted(ids);
  const runs = new Uint32Array(3 * N);
  let at = 0;
  for (let k = 0; k < N; k++) {
    const id = ids[order[k]];
    if (at === 0 || runs[at - 3] !== id) {
      runs[at] = id;
      runs[at + 1] = k;
      at += 3;
    }
    runs[at - 1] = k + 1;
  }
  return { order, runs: runs.subarray(0, at) };
}

function sorted(ids: Uint32Array): Uint32Array<ArrayBuffer> {
  const N = ids.length;
  const order = new Uint32Array(N);
  let most = 0;
  for (const id of ids) most = Math.max(most, id);
  if (most > 16 * N) {
    const keys = new Float64Array(N); // id and place in one number: sorted without a call for each comparison
    for (let n = 0; n < N; n++) keys[n] = ids[n] * N + n;
    keys.sort();
    for (let k = 0; k < N; k++) order[k] = keys[k] % N;
    return order;
  }
  // where few ids are possible they are counted: `next` of an id is the place of its next token
  const next = new Uint32Array(most + 2);
  for (const id of ids) next[id + 1] += 1;
  for (let id = 0; id < most; id++) next[id + 1] += next[id];
  for (let n = 0; n < N; n++) order[next[ids[n]]++] = n;
  return order;
}
