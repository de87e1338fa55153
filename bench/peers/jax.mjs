/**
 * The benchmark's models in jax-js on WebGPU: a training step (forward, cross-entropy, backward, Adam) under one jit, and
 * greedy decoding with a KV cache of fixed length. Weights lie (in, out). An array is used up by whatever takes it: what is
 * needed again goes in as `.ref`.
 */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';

const BETA1 = 0.9;
const BETA2 = 0.95;

/** Opens the library on `navigator.gpu`, or on its WebAssembly where `device` says so. */
export async function open(device = 'webgpu') {
  await init(device);
  defaultDevice(device);
}

/** The first losses, and times as `timed` gives them; `matrices` as weights.ts makes them. */
export async function measure(matrices, { config, ids, batches, newTokens, timed }) {
  const model = arrays(matrices);
  const step = training(config, ids);
  let state = { model, m: zerosLike(model), v: zerosLike(model), t: np.array(0) };
  const losses = [];
  const once = async () => {
    const [loss, next] = step(state);
    state = next;
    losses.push((await loss.data())[0]);
    await blockUntilReady(state);
  };
  const trained = await timed(once, 3);
  tree.dispose(state);
  const decoding = {};
  for (const batch of batches) {
    const next = jit((weights, caches, token, at) => decodeOne(config, weights, caches, token, at));
    const weights = arrays(matrices);
    decoding[batch] = await timed(() => decode(config, next, weights, batch, newTokens), 2);
    tree.dispose(weights);
  }
  return { losses: losses.slice(0, 3), training: trained, decoding };
}

const array = ({ data, shape }) => np.array(data).reshape(shape);
const arrays = ({ layers, ...ends }) => ({
  ...mapped(ends),
  layers: layers.map(mapped),
});
const mapped = (named) => Object.fromEntries(Object.entries(named).map(([name, matrix]) => [name, array(matrix)]));
const zerosLike = (model) => tree.map((x) => np.zeros(x.shape), model);

function training(config, ids) {
  const inputs = ids.map((row) => row.slice(0, -1));
  const targets = ids.flatMap((row) => row.slice(1));
  const loss = (model) => {
    const logp = nn.logSoftmax(logits(config, model, inputs), -1);
    return np.mean(np.sum(logp.mul(nn.oneHot(np.array(targets, { dtype: np.int32 }), config.V)), -1)).mul(-1);
  };
  return jit(({ model, m, v, t }) => {
    const [value, gradient] = valueAndGrad(loss)(tree.ref(model));
    const now = t.add(1);
    const [c1, c2] = [BETA1, BETA2].map((b) => np.power(b, now.ref).mul(-1).add(1));
    const m2 = tree.map((a, g) => a.mul(BETA1).add(g.mul(1 - BETA1)), m, tree.ref(gradient));
    const v2 = tree.map((a, g) => a.mul(BETA2).add(np.square(g).mul(1 - BETA2)), v, gradient);
    const moved = tree.map(
      (x, a, b) =>
        x.sub(
          a
            .div(c1.ref)
            .div(np.sqrt(b.div(c2.ref)).add(1e-8))
            .mul(1e-4),
        ),
      ...[model, tree.ref(m2), tree.ref(v2)],
    );
    for (const used of [c1, c2]) used.dispose();
    return [value, { model: moved, m: m2, v: v2, t: now }];
  });
}

const rms = (x, w) => {
  const mean = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.div(np.sqrt(mean.add(1e-6))).mul(w);
};

/** Cosines and sines (T, D/2) of positions. */
function angles(positions, D) {
  const rates = np.array(Array.from({ length: D / 2 }, (_, i) => 10_000 ** ((-2 * i) / D)));
  const angle = positions.reshape([-1, 1]).mul(rates.reshape([1, D / 2]));
  return [np.cos(angle.ref), np.sin(angle)];
}

/** Rotary embedding of (S,H,T,D). */
function turned(x, positions) {
  const [S, H, T, D] = x.shape;
  const [cos, sin] = angles(positions, D);
  const [a, b] = [x.ref.slice([], [], [], [0, D / 2]), x.slice([], [], [], [D / 2, D])].map((p) =>
    p.reshape([S, H, T, D / 2]),
  );
  const low = a.ref.mul(cos.ref).sub(b.ref.mul(sin.ref));
  return np.concatenate([low, b.mul(cos).add(a.mul(sin))], -1);
}

/** One layer over x (S,T,C): `mix` makes keys and values and the mask of queries (T) on keys out of the new ones. */
function block({ H, C, F }, w, x, positions, mix) {
  const [S, T] = x.shape;
  const D = C / H;
  const part = (y, from, to) => y.ref.slice([], [], [from, to]);
  const heads = (y) => y.reshape([S, T, H, D]).transpose([0, 2, 1, 3]);
  const qkv = np.matmul(rms(x.ref, w.norm1), w.qkv);
  const q = turned(rms(heads(part(qkv, 0, C)), w.qNorm), positions.ref);
  const k = turned(rms(heads(part(qkv, C, 2 * C)), w.kNorm), positions);
  const v = heads(qkv.slice([], [], [2 * C, 3 * C]));
  const seen = mix(k, v);
  const scores = np.matmul(q, seen.k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(D));
  const p = nn.softmax(scores.add(seen.mask), -1);
  const mixed = np.matmul(p, seen.v).transpose([0, 2, 1, 3]).reshape([S, T, C]);
  const middle = x.add(np.matmul(mixed, w.o));
  const gu = np.matmul(rms(middle.ref, w.norm2), w.gateUp);
  const act = nn.silu(part(gu, 0, F)).mul(gu.slice([], [], [F, 2 * F]));
  return { x: middle.add(np.matmul(act, w.down)), kept: seen.kept };
}

const embed = ({ V }, table, ids) => np.matmul(nn.oneHot(np.array(ids, { dtype: np.int32 }), V), table);

/** Logits (S,T,V) of ids (S,T) from their beginning. */
function logits(config, model, ids) {
  const T = ids[0].length;
  const after = np.array(Array.from({ length: T }, (_, i) => Array.from({ length: T }, (_, j) => (j > i ? -1e30 : 0))));
  const positions = np.arange(T).astype(np.float32);
  let x = embed(config, model.embed, ids);
  for (const w of model.layers) x = block(config, w, x, positions.ref, (k, v) => ({ k, v, mask: after.ref })).x;
  for (const used of [after, positions]) used.dispose();
  return np.matmul(rms(x, model.norm), model.head).reshape([ids.length * T, config.V]);
}

/** Room for every token of a response: one shape, one compilation. */
const POSITIONS = 32;

/** [caches with the new token's keys and values, the likeliest next token (S)] at position `at`. */
function decodeOne(config, model, caches, token, at) {
  const { C, H, V } = config;
  const [S] = token.shape;
  const places = np.arange(POSITIONS).astype(np.float32);
  const isHere = np.equal(places.ref, at.ref).astype(np.float32).reshape([1, 1, POSITIONS, 1]);
  const mask = np.greater(places, at.ref).astype(np.float32).mul(-1e30);
  let x = np.matmul(nn.oneHot(token, V), model.embed).reshape([S, 1, C]);
  const kept = model.layers.map((w, l) => {
    const put = (cache, one) => cache.add(one.mul(isHere.ref));
    const done = block(config, w, x, at.ref.reshape([1]), (k, v) => {
      const [allK, allV] = [put(caches[l].k, k), put(caches[l].v, v)];
      return { k: allK.ref, v: allV.ref, mask: mask.ref, kept: { k: allK, v: allV } };
    });
    x = done.x;
    return done.kept;
  });
  for (const used of [isHere, mask, at]) used.dispose();
  const z = np.matmul(rms(x, model.norm), model.head).reshape([S, V]);
  return [kept, np.argmax(z, -1), H];
}

async function decode({ C, H, L }, next, weights, batch, newTokens) {
  const empty = () => np.zeros([batch, H, POSITIONS, C / H]);
  let caches = Array.from({ length: L }, () => ({ k: empty(), v: empty() }));
  const prompt = [1, 2, 3, 4];
  let token = null;
  for (let at = 0; at < prompt.length - 1 + newTokens; at++) {
    const given = at < prompt.length ? np.array(new Array(batch).fill(prompt[at]), { dtype: np.int32 }) : token;
    if (at < prompt.length) token?.dispose();
    [caches, token] = next(tree.ref(weights), caches, given, np.array(at));
    await token.blockUntilReady();
  }
  tree.dispose([caches, token]);
}
