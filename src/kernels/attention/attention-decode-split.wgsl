// attention-decode-split: attention of one new token a row over one of `parts` equal stretches of the row's cache;
// attention-decode-merge puts them together. With x[t] = q[b,h] . cacheK[row,t] / sqrt(D) and the keys t of part s,
//   m = max_t x[t];  stats[b,h,s] = (m, l = sum_t exp(x[t] - m));  partial[b,h,s] = sum_t exp(x[t] - m) cacheV[row,t]
// and where there is but one part, partial = out[b,h] = … / l (flash-decoding, Dao et al. 2023).
//   q (B,H,D) in | cacheK, cacheV (R,P,K,D) in | rows, positions (B) u32 in | partial (B,H,parts,D) out= |
//   stats (B,H,parts) vec2f out=
// One workgroup per (G query heads of a key head, row, part): its heads read keys and values together. Of T keys at a
// time each thread scores one; then D/4 threads side by side add up their values, T/(D/4) keys at once.
// Resources: 32 floats a thread; 3328 bytes of workgroup memory; 8 T / G bytes read an output (8 G floats; D = 64)
const D4: u32 = 16u; // head dimension / 4; this and the next are the host's choice
const G: u32 = 4u; // heads together, a divisor of H/K
// width = D4, lanes = T: loops over what a compiler does not know stay rolled; unrolled, some take minutes for them.
struct Params { H: u32, K: u32, P: u32, scale: f32, window: u32, parts: u32, width: u32, lanes: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> cacheK: array<vec4f>;
@group(0) @binding(3) var<storage, read> cacheV: array<vec4f>;
@group(0) @binding(4) var<storage, read> rows: array<u32>;
@group(0) @binding(5) var<storage, read> positions: array<u32>;
@group(0) @binding(6) var<storage, read_write> partial: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> stats: array<vec2f>;
override T: u32 = 64;
var<workgroup> query: array<vec4f, G * D4>;
var<workgroup> scores: array<f32, G * T>;
var<workgroup> sums: array<f32, T>;
var<workgroup> mixed: array<vec4f, T>;

@compute @workgroup_size(T)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) i: u32) {
  let b = wg.y;
  let kv = wg.x * G / (p.H / p.K);
  let head = b * p.H + wg.x * G;
  let end = positions[b] + 1u;
  let first = end - min(end, p.window);
  let stretch = (end - first + p.parts - 1u) / p.parts;
  let start = min(first + wg.z * stretch, end);
  let to = min(start + stretch, end);
  let base = rows[b] * p.P;
  for (var d = i; d < G * D4; d += T) { query[d] = q[head * D4 + d] * p.scale; }
  let groups = p.lanes / D4;
  let g = i / D4;
  let mine = i % D4;
  var m: array<f32, G>;
  var sum: array<f32, G>;
  var acc: array<vec4f, G>;
  var x: array<f32, G>;
  var top: array<f32, G>;
  for (var h = 0u; h < G; h += 1u) { m[h] = -1e30; }
  for (var tile = start; tile < to; tile += T) {
    let count = min(T, to - tile);
    workgroupBarrier();
    for (var h = 0u; h < G; h += 1u) { x[h] = 0.0; }
    if (i < count) {
      let at = ((base + tile + i) * p.K + kv) * D4;
      for (var d = 0u; d < p.width; d += 1u) {
        let key = cacheK[at + d];
        for (var h = 0u; h < G; h += 1u) { x[h] += dot(query[h * D4 + d], key); }
      }
    }
    for (var h = 0u; h < G; h += 1u) { scores[h * T + i] = x[h]; }
    workgroupBarrier();
    for (var h = 0u; h < G; h += 1u) {
      top[h] = m[h];
      for (var j = 0u; j < count; j += 1u) { top[h] = max(top[h], scores[h * T + j]); }
    }
    workgroupBarrier();
    for (var h = 0u; h < G; h += 1u) {
      let e = select(0.0, exp(x[h] - top[h]), i < count);
      scores[h * T + i] = e;
      let shrink = exp(m[h] - top[h]);
      sum[h] = sum[h] * shrink + e;
      acc[h] *= shrink;
      m[h] = top[h];
    }
    workgroupBarrier();
    if (g < groups) {
      for (var j = g; j < count; j += groups) {
        let value = cacheV[((base + tile + j) * p.K + kv) * D4 + mine];
        for (var h = 0u; h < G; h += 1u) { acc[h] += scores[h * T + j] * value; }
      }
    }
  }
  for (var h = 0u; h < G; h += 1u) {
    workgroupBarrier();
    sums[i] = sum[h];
    mixed[i] = acc[h];
    workgroupBarrier();
    if (i < D4) {
      var l = 0.0;
      for (var j = 0u; j < p.lanes; j += 1u) { l += sums[j]; }
      var all = vec4f();
      for (var j = 0u; j < groups; j += 1u) { all += mixed[j * D4 + i]; }
      let part = (head + h) * p.parts + wg.z;
      partial[part * D4 + i] = select(all, all / l, p.parts == 1u);
      if (i == 0u) { stats[part] = vec2f(m[h], l); }
    }
  }
}
