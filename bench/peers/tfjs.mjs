/**
 * The benchmark's nano model in TensorFlow.js on WebGPU: a training step (forward, cross-entropy, backward, Adam) of
 * 32 × 64 tokens, and greedy decoding with a KV cache. Weights lie (in, out), as its products like them best.
 */
import '@tensorflow/tfjs-backend-webgpu/dist/flags_webgpu';
import '@tensorflow/tfjs-backend-webgpu/dist/register_all_kernels';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';

const [C, L, H, F, V] = [96, 3, 3, 256, 126];
const D = C / H;

/** Times of the model on a device, in seconds: the fastest of `repeats` after one that warms up. */
export async function measure(device, info, { sequences, length, batches, newTokens, repeats }) {
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, info));
  await tf.setBackend('webgpu');
  await tf.ready();
  const model = makeModel();
  const ids = Array.from({ length: sequences }, (_, s) => Array.from({ length }, (_, t) => (s * 31 + t * 7) % V));
  const adam = tf.train.adam(1e-4, 0.9, 0.95);
  const step = async () => {
    const { value, grads } = tf.variableGrads(() => loss(model, ids));
    adam.applyGradients(grads);
    for (const g of Object.values(grads)) g.dispose();
    const read = await value.data();
    await model.norm.data(); // the update is done, too
    value.dispose();
    return read[0];
  };
  const training = await best(step, repeats);
  const decoding = {};
  for (const batch of batches) decoding[batch] = await best(() => decode(model, batch, newTokens), repeats);
  return { training, decoding };
}

async function best(work, repeats) {
  const cold = performance.now();
  await work();
  const first = (performance.now() - cold) / 1000;
  let seconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const started = performance.now();
    await work();
    seconds = Math.min(seconds, (performance.now() - started) / 1000);
  }
  return { first, seconds };
}

function makeModel() {
  const matrix = (rows, columns) => tf.variable(tf.randomNormal([rows, columns], 0, 1 / Math.sqrt(rows)));
  const ones = (n) => tf.variable(tf.ones([n]));
  const layer = () => ({
    norm1: ones(C),
    qkv: matrix(C, 3 * C),
    qNorm: ones(D),
    kNorm: ones(D),
    o: matrix(C, C),
    norm2: ones(C),
    gateUp: matrix(C, 2 * F),
    down: matrix(F, C),
  });
  return { embed: matrix(V, C), layers: Array.from({ length: L }, layer), norm: ones(C), head: matrix(C, V) };
}

const rms = (x, w) => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-6))), w);

/** Rotary embedding of (S,H,T,D), positions first … first + T − 1. */
function turned(x, first) {
  const T = x.shape[2];
  const angle = tf.matMul(
    tf.reshape(tf.range(first, first + T), [T, 1]),
    tf.reshape(tf.pow(10_000, tf.div(tf.range(0, D / 2), -D / 2)), [1, D / 2]),
  );
  const [cos, sin] = [tf.cos(angle), tf.sin(angle)];
  const [a, b] = tf.split(x, 2, -1);
  return tf.concat([tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(b, cos), tf.mul(a, sin))], -1);
}

/** One layer over x (S,T,C); `cache` holds keys and values before it, and takes the new ones. */
function block(w, x, first, mask, cache) {
  const [S, T] = x.shape;
  const flat = (t, width) => tf.reshape(t, [S * T, width]);
  const heads = (t) => tf.transpose(tf.reshape(t, [S, T, H, D]), [0, 2, 1, 3]);
  const [q0, k0, v0] = tf.split(tf.matMul(flat(rms(x, w.norm1), C), w.qkv), 3, -1);
  const q = turned(rms(heads(q0), w.qNorm), first);
  let k = turned(rms(heads(k0), w.kNorm), first);
  let v = heads(v0);
  if (cache) {
    if (cache.k) [k, v] = [tf.concat([cache.k, k], 2), tf.concat([cache.v, v], 2)];
    Object.assign(cache, { k, v });
  }
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(D));
  const p = tf.softmax(mask ? tf.add(scores, mask) : scores);
  const mixed = tf.transpose(tf.matMul(p, v), [0, 2, 1, 3]);
  const middle = tf.add(x, tf.reshape(tf.matMul(flat(mixed, C), w.o), [S, T, C]));
  const [gate, up] = tf.split(tf.matMul(flat(rms(middle, w.norm2), C), w.gateUp), 2, -1);
  const act = tf.mul(tf.mul(gate, tf.sigmoid(gate)), up);
  return tf.add(middle, tf.reshape(tf.matMul(act, w.down), [S, T, C]));
}

/** Logits (S T, V) of ids (S,T) at positions first … */
function logits(model, ids, first, caches) {
  const [S, T] = [ids.length, ids[0].length];
  const mask = T > 1 ? tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([T, T]), -1, 0)), -1e30) : null;
  let x = tf.reshape(tf.gather(model.embed, tf.tensor1d(ids.flat(), 'int32')), [S, T, C]);
  model.layers.forEach((w, l) => {
    x = block(w, x, first, mask, caches?.[l]);
  });
  return tf.matMul(tf.reshape(rms(x, model.norm), [S * T, C]), model.head);
}

/** Mean cross-entropy of every token but the first. */
function loss(model, ids) {
  const logp = tf.logSoftmax(
    logits(
      model,
      ids.map((row) => row.slice(0, -1)),
      0,
    ),
  );
  const targets = tf.oneHot(
    tf.tensor1d(
      ids.flatMap((row) => row.slice(1)),
      'int32',
    ),
    V,
  );
  return tf.neg(tf.mean(tf.sum(tf.mul(logp, targets), -1)));
}

async function decode(model, batch, newTokens) {
  let caches = model.layers.map(() => ({}));
  let ids = Array.from({ length: batch }, () => [1, 2, 3, 4]);
  let first = 0;
  for (let i = 0; i < newTokens; i++) {
    const T = ids[0].length;
    const kept = tf.tidy(() => {
      const next = caches.map((c) => ({ ...c }));
      const z = tf.reshape(logits(model, ids, first, next), [batch, T, V]);
      const last = tf.reshape(tf.slice(z, [0, T - 1, 0], [batch, 1, V]), [batch, V]);
      return { next, token: tf.argMax(last, -1) };
    });
    for (const { k, v } of caches) tf.dispose([k, v].filter(Boolean));
    caches = kept.next;
    ids = Array.from(await kept.token.data(), (id) => [id]);
    kept.token.dispose();
    first += T;
  }
  for (const { k, v } of caches) tf.dispose([k, v]);
}
