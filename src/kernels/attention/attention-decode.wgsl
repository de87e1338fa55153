// attention-decode: attention of one new token a row over the row's cache.
//   out[b,h] = sum_{pos - window < t <= pos} softmax_t(q[b,h] . cacheK[row,t] / sqrt(D)) cacheV[row,t]
//   q (B,H,D) in | cacheK, cacheV (R,P,K,D) in | rows, positions (B) u32 in | out (B,H,D) out=
// One workgroup per (row, head); thread i takes the keys i, i + T, ... with an online softmax; the partial results are
// merged in thread order.
// Resources: 32 floats a thread; 2304 bytes of workgroup memory; 8 T bytes read an output (2 D floats)
const D4: u32 = 4u; // head dimension / 4: the host puts the model's value here
struct Params { H: u32, K: u32, P: u32, scale: f32, window: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> cacheK: array<vec4f>;
@group(0) @binding(3) var<storage, read> cacheV: array<vec4f>;
@group(0) @binding(4) var<storage, read> rows: array<u32>;
@group(0) @binding(5) var<storage, read> positions: array<u32>;
@group(0) @binding(6) var<storage, read_write> out: array<vec4f>;
override T: u32 = 32;
var<workgroup> maxima: array<f32, T>;
var<workgroup> sums: array<f32, T>;
var<workgroup> parts: array<vec4f, T * D4>;

@compute @workgroup_size(T)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let b = wg.y;
  let h = wg.x;
  let kv = h / (p.H / p.K);
  let mine = (b * p.H + h) * D4;
  var query: array<vec4f, D4>;
  var acc: array<vec4f, D4>;
  for (var d = 0u; d < D4; d += 1u) { query[d] = q[mine + d] * p.scale; }
  let base = rows[b] * p.P;
  let end = positions[b] + 1u;
  var m = -1e30;
  var sum = 0.0;
  for (var t = end - min(end, p.window) + id.x; t < end; t += T) {
    let at = ((base + t) * p.K + kv) * D4;
    var s = 0.0;
    for (var d = 0u; d < D4; d += 1u) { s += dot(query[d], cacheK[at + d]); }
    let m2 = max(m, s);
    let shrink = exp(m - m2);
    let e = exp(s - m2);
    m = m2;
    sum = sum * shrink + e;
    for (var d = 0u; d < D4; d += 1u) { acc[d] = acc[d] * shrink + e * cacheV[at + d]; }
  }
  maxima[id.x] = m;
  sums[id.x] = sum;
  for (var d = 0u; d < D4; d += 1u) { parts[id.x * D4 + d] = acc[d]; }
  workgroupBarrier();
  for (var d = id.x; d < D4; d += T) {
    var top = maxima[0];
    for (var i = 1u; i < T; i += 1u) { top = max(top, maxima[i]); }
    var total = 0.0;
    var mixed = vec4f();
    for (var i = 0u; i < T; i += 1u) {
      let e = exp(maxima[i] - top);
      total += e * sums[i];
      mixed += e * parts[i * D4 + d];
    }
    out[mine + d] = mixed / total;
  }
}
