/**
 * The head on a vocabulary of 151,936: log-probability and entropy of N tokens and their gradients, by the engine's tiles
 * and by keeping all logits, their probabilities and their gradient as (N,V) arrays, as automatic differentiation does.
 */
import type { Gpu } from '../../gpu/device';
import { defineKernel } from '../../gpu/kernel';
import type { Recorder } from '../../gpu/recorder';
import { Arena, type Tensor } from '../../gpu/tensor';
import { matmul } from '../../kernels/matmul/matmul';
import { wholeWeight } from '../../kernels/weight-format/weight-format';
import { backwardSpecs, sharedSpecs, vocabTile } from '../../model/net/activations';
import { packSequences } from '../../model/net/batch';
import { Head } from '../../model/net/head';
import type { Weights } from '../../model/net/parameters';
import { DEFAULT_CONFIG } from '../../settings/config';
import { fastestSubmit, type Group, type Timed } from './group';
import { drawSequences, plainShape } from './models';
import { megabytes } from './row';
import softmaxSource from './softmax-whole.wgsl?raw';

const softmaxWhole = defineKernel('softmax-whole', softmaxSource);

const V = 151_936;
const C = 128;
const REPEATS = 2;

export const head: Group = async ({ gpu, r, quick, peak, deviceMs, add }) => {
  const config = { ...plainShape(C, 0, 1, C, V), tiedEmbeddings: true };
  for (const N of quick ? [32] : [64, 192]) {
    const weights = new Arena(gpu);
    const rows = (label: string) => weights.tensor({ label, shape: [V * C], purpose: 'weights' });
    const vector = (label: string) => weights.tensor({ label, shape: [C], purpose: 'weights' });
    const set = (kind: string): Weights => {
      const embed = wholeWeight(rows(`${kind}.head`), V, C);
      return { embed, layers: [], norm: vector(`${kind}.norm`), head: embed };
    };
    const [values, gradients] = [set('values'), set('gradients')];
    r.write(values.norm, new Float32Array(C).fill(1));
    r.write(values.head.pieces[0].data, smallNumbers(V * C));
    const capacity = {
      tokens: N,
      targets: N,
      positions: N,
      rows: 1,
      maxNewTokens: 1,
      training: true,
      recompute: false,
      logitBytes: DEFAULT_CONFIG.logitMemory * 1024 * 1024,
    };
    const shape = { gpu, r, N, values, gradients };
    const tiled = await tiledHead(shape, config, capacity);
    const whole = await wholeHead(shape);
    const difference = Math.max(...tiled.result.map((x, i) => Math.abs(x - whole.result[i])));
    const flop = 2 * N * V * C;
    const row = (name: string, m: Measured, products: number, more: string) => {
      const gflops = (products * flop) / deviceMs(m.time) / 1e6;
      const name_ = `${N} tokens, ${name}`;
      const note = `${megabytes(m.bytes)} beside weights and their gradients${more}`;
      add({ group: 'head', name: name_, ...m.time, gflops, share: gflops / peak, note });
    };
    row('logits kept', whole, 3, '');
    const tile = vocabTile(config, capacity);
    const ratio = `${(deviceMs(tiled.time) / deviceMs(whole.time)).toFixed(2)} of the time, ${(tiled.bytes / whole.bytes).toFixed(2)} of the memory`;
    const products = tile < V ? 4 : 3; // tiles are computed again for the backward pass
    row(`tiles of ${tile}`, tiled, products, `; ${ratio}; results differ by ${difference.toExponential(0)} at most`);
    weights.destroy();
  }
};

interface Shape {
  gpu: Gpu;
  r: Recorder;
  N: number;
  values: Weights;
  gradients: Weights;
}

interface Measured {
  time: Timed;
  bytes: number;
  /** (logp, entropy, log-sum-exp, 0) of the N tokens. */
  result: Float32Array;
}

async function tiledHead(
  { gpu, r, N, values, gradients }: Shape,
  config: Parameters<typeof sharedSpecs>[0],
  capacity: Parameters<typeof sharedSpecs>[1],
): Promise<Measured> {
  const arena = new Arena(gpu);
  const shared = await arena.allocate(sharedSpecs(config, capacity));
  const grads = await arena.allocate(backwardSpecs(config, capacity));
  const batch = packSequences(drawSequences(1, N + 1, V), V);
  const pass = new Head(r, config, capacity, values, gradients, shared);
  fillInputs(r, shared.out, grads.weights, shared.targets, N);
  r.write(
    shared.sources,
    Uint32Array.from({ length: N }, (_, n) => n),
  );
  const time = await fastestSubmit(
    r,
    () => {
      pass.forward(batch, false);
      pass.backward(batch, grads);
    },
    REPEATS,
  );
  const result = await readResult(r, shared.result, N);
  // What the head uses of them: the logits' tile, its own columns, and rows of C.
  const used = [shared.logits, shared.selected, shared.normed, shared.rstd, shared.running, shared.result];
  const bytes = [...used, grads.dFinal, grads.dSelected, grads.partial].reduce((n, t) => n + t.bytes, 0);
  arena.destroy();
  return { time, bytes, result };
}

/** The norm is left out here: against three products with the vocabulary it is nothing. */
async function wholeHead({ gpu, r, N, values, gradients }: Shape): Promise<Measured> {
  const arena = new Arena(gpu);
  const t = (label: string, n: number) => arena.tensor({ label, shape: [n], purpose: 'scratch' });
  const [z, probabilities, dz] = ['logits', 'probabilities', 'dLogits'].map((label) => t(label, N * V));
  const b = { z, probabilities, dz, y: t('targets', N), w: t('weights', N), result: t('result', N * 4) };
  const [x, dx] = [t('x', N * C), t('dx', N * C)];
  const bytes = Object.values(arena.bytes).reduce((a, n) => a + n, 0);
  fillInputs(r, x, b.w, b.y, N, true);
  const [{ data: w }] = values.head.pieces;
  const [{ data: dw }] = gradients.head.pieces;
  const time = await fastestSubmit(
    r,
    () => {
      matmul(r, { layout: 'NT', a: x, b: w, c: z, M: N, N: V, K: C });
      r.dispatch(softmaxWhole, b, { N, V }, [N], { T: gpu.adapter.software ? 8 : 64 });
      matmul(r, { layout: 'NN', a: dz, b: w, c: dx, M: N, N: C, K: V });
      matmul(r, { layout: 'TN', a: dz, b: x, c: dw, M: V, N: C, K: N, accumulate: true });
    },
    REPEATS,
  );
  const result = await readResult(r, b.result, N);
  arena.destroy();
  return { time, bytes, result };
}

/** The same inputs for both: x with rows of root mean square 1 (the tiled head's norm then changes nothing), w = 1, y. */
function fillInputs(r: Recorder, x: Tensor, w: Tensor, y: Tensor, N: number, normed = false): void {
  const values = smallNumbers(N * C);
  for (let n = 0; normed && n < N; n++) {
    const row = values.subarray(n * C, (n + 1) * C);
    const scale = 1 / Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / C + 1e-6);
    for (let c = 0; c < C; c++) row[c] *= scale;
  }
  r.write(x, values);
  r.write(w, new Float32Array(N).fill(1));
  r.write(
    y,
    Uint32Array.from({ length: N }, (_, n) => (n * 7919) % V),
  );
}

const smallNumbers = (n: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: n }, (_, i) => ((Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32 - 0.5) * 0.5);

async function readResult(r: Recorder, t: Tensor, N: number): Promise<Float32Array> {
  const read = r.readF32(t, N * 4);
  r.submit();
  return read;
}
