/**
 * The benchmark's models in TensorFlow.js on WebGPU: a training step (forward, cross-entropy, backward, Adam) and greedy
 * decoding with a KV cache. Weights lie (in, out), as its products like them best.
 */
import '@tensorflow/tfjs-backend-webgpu/dist/flags_webgpu';
import '@tensorflow/tfjs-backend-webgpu/dist/register_all_kernels';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';

/** The first losses, and times as `timed` gives them. */
export async function measure(device, info, matrices, { config, ids, batches, newTokens, timed }) {
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, info));
  await tf.setBackend('webgpu');
  await tf.ready();
  const model = makeModel(matrices, config);
  const adam = tf.train.adam(1e-4, 0.9, 0.95, 1e-8);
  const losses = [];
  const step = async () => {
    const { value, grads } = tf.variableGrads(() => loss(model, ids));
    adam.applyGradients(grads);
    for (const g of Object.values(grads)) g.dispose();
    losses.push((await value.data())[0]);
    await model.norm.data(); // the update is done, too
    value.dispose();
  };
  const training = await timed(step, 3);
  const decoding = {};
  for (const batch of batches) decoding[batch] = await timed(() => decode(model, batch, newTokens), 2);
  return { losses: losses.slice(0, 3), training, decoding };
}

function makeModel({ layers, ...ends }, config) {
  const variable = ({ data, shape }) => tf.variable(tf.tensor(data, shape));
  const variables = (named) => Object.fromEntries(Object.entries(named).map(([name, m]) => [name, variable(m)]));
  return { config, ...variables(ends), layers: layers.map(variables) };
}

const rms = (x, w) => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-6))), w);

/** Rotary embedding of (S,H,T,D), positions first … first + T − 1. */
function turned(x, first) {
  const [, , T, D] = x.shape;
  const angle = tf.matMul(
    tf.reshape(tf.range(first, first + T), [T, 1]),
    tf.reshape(tf.pow(10_000, tf.div(tf.range(0, D / 2), -D / 2)), [1, D / 2]),
  );
  const [cos, sin] = [tf.cos(angle), tf.sin(angle)];
  const [a, b] = tf.split(x, 2, -1);
  return tf.concat([tf.sub(tf.mul(a, cos), tf.mul(b, sin)), tf.add(tf.mul(b, cos), tf.mul(a, sin))], -1);
}

/** One layer over x (S,T,C); `cache` holds keys and values before it, and takes the new ones. */
function block({ C, H }, w, x, first, mask, cache) {
  const [S, T] = x.shape;
  const D = C / H;
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
  const { C } = model.config;
  const mask = T > 1 ? tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([T, T]), -1, 0)), -1e30) : null;
  let x = tf.reshape(tf.gather(model.embed, tf.tensor1d(ids.flat(), 'int32')), [S, T, C]);
  model.layers.forEach((w, l) => {
    x = block(model.config, w, x, first, mask, caches?.[l]);
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
    model.config.V,
  );
  return tf.neg(tf.mean(tf.sum(tf.mul(logp, targets), -1)));
}

async function decode(model, batch, newTokens) {
  const { V } = model.config;
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
