// logprob-forward: log-probability of the target and entropy per row, over a vocabulary that arrives in tiles, so that
// (N,V) logits are never stored whole. Online log-sum-exp:
//   m = max_v z[v];   a = sum_v exp(z[v] - m);   b = sum_v exp(z[v] - m) (z[v] - m)
//   logp = z[y] - m - log a;   entropy = log a - b / a;   lse = m + log a
//   z (N,W) in: logits of the columns first .. first + width, rows W apart | y (N) u32 in
//   running (N) vec4f: m, a, b, z[y], carried from tile to tile |
//   result (N) vec4f out= at the last tile: logp, entropy, lse, 0 (nats)
// T threads share a row, R rows share a workgroup. Gradient: logprob-backward.wgsl
// Resources: 12 floats a thread; 1024 bytes of workgroup memory; 4 V bytes read an output
struct Params { N: u32, W: u32, first: u32, width: u32, last: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> z: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<u32>;
@group(0) @binding(3) var<storage, read_write> running: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> result: array<vec4f>;
override T: u32 = 64;
override R: u32 = 1;
// Columns a thread sums before it adds them to the row's sum: one by one, small terms would vanish in a large sum, and
// 50,000 of them are missed (1e-4 nats).
const CHUNK = 128u;
var<workgroup> partial: array<vec4f, T * R>;

// Two running sums over disjoint columns as one. exp(min(.)) guards the empty sum's m = -1e30.
fn merge(l: vec4f, r: vec4f) -> vec4f {
  let m = max(l.x, r.x);
  let el = exp(l.x - m);
  let er = exp(r.x - m);
  let moment = (l.z + l.y * max(l.x - m, -1e4)) * el + (r.z + r.y * max(r.x - m, -1e4)) * er;
  return vec4f(m, l.y * el + r.y * er, moment, l.w + r.w);
}

@compute @workgroup_size(T, R)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let n = (wg.x + wg.y * groups.x) * R + id.y;
  let alive = n < p.N;
  var mine = vec4f(-1e30, 0.0, 0.0, 0.0);
  if (alive) {
    let base = n * p.W;
    let target_ = y[n];
    for (var begin = id.x; begin < p.width; begin += T * CHUNK) {
      let end = min(begin + T * CHUNK, p.width);
      var part = vec4f(-1e30, 0.0, 0.0, 0.0);
      for (var v = begin; v < end; v += T) {
        let logit = z[base + v];
        let m = max(part.x, logit);
        let shrink = exp(part.x - m);
        let e = exp(logit - m);
        let moment = (part.z + part.y * max(part.x - m, -1e4)) * shrink + e * (logit - m);
        part = vec4f(m, part.y * shrink + e, moment, part.w);
        if (p.first + v == target_) { part.w = logit; }
      }
      mine = merge(mine, part);
    }
  }
  let slot = id.y * T + id.x;
  if (T > 1u) {
    partial[slot] = mine;
    for (var half = T / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (id.x < half) { partial[slot] = merge(partial[slot], partial[slot + half]); }
    }
    workgroupBarrier();
    mine = partial[id.y * T];
  }
  if (!alive || id.x != 0u) { return; }
  if (p.first > 0u) { mine = merge(running[n], mine); }
  running[n] = mine;
  if (p.last == 1u) {
    let logSum = log(mine.y);
    result[n] = vec4f(mine.w - mine.x - logSum, logSum - mine.z / mine.y, mine.x + logSum, 0.0);
  }
}
