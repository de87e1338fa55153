// attention-forward: causal grouped-query attention over packed sequences, flash style (Dao et al. 2022): online
// softmax, so no (T,T) matrix is stored.
//   s[j] = q . k[j] / sqrt(D) for the keys n - window < j <= n of the same sequence;
//   out = sum_j softmax(s)[j] v[j];   lse = log sum_j exp s[j]
//   q (N,H,D) in | k (N,K,D) in | qkv (N,(H+2K)D) in: value heads are its last K |
//   blocks (B) vec4u in: first query, end, start of its sequence, end of its sequence |
//   out (N,H,D) out= | lse (N,H) out=, nats
// One workgroup per (block of at most WG queries, head), one thread per query. All threads walk the same keys, so that
// their addresses are uniform: one broadcast load on a GPU, one scalar load on a software adapter.
// Gradient: attention-backward-query.wgsl, attention-backward-key-value.wgsl
// Resources: 32 floats a thread; 0 bytes of workgroup memory; 8 T bytes read an output (2 D floats)
const D4: u32 = 4u; // head dimension / 4: the host puts the model's value here
struct Params { H: u32, K: u32, scale: f32, window: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> k: array<vec4f>;
@group(0) @binding(3) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(4) var<storage, read> blocks: array<vec4u>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> lse: array<f32>;
override WG: u32 = 32;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let block = blocks[wg.y];
  let h = wg.x;
  let kv = h / (p.H / p.K);
  let n = block.x + id.x;
  let mine = (min(n, block.y - 1u) * p.H + h) * D4;
  var query: array<vec4f, D4>;
  var acc: array<vec4f, D4>;
  for (var d = 0u; d < D4; d += 1u) { query[d] = q[mine + d] * p.scale; }
  var m = -1e30;
  var sum = 0.0;
  let vStride = (p.H + 2u * p.K) * D4;
  let vBase = (p.H + p.K + kv) * D4;
  for (var j = max(block.z, block.x - min(block.x, p.window - 1u)); j < block.y; j += 1u) {
    let kAt = (j * p.K + kv) * D4;
    var s = 0.0;
    for (var d = 0u; d < D4; d += 1u) { s += dot(query[d], k[kAt + d]); }
    s = select(-1e30, s, j <= n && n - j < p.window);
    let m2 = max(m, s);
    let shrink = exp(m - m2);
    let e = exp(s - m2);
    m = m2;
    sum = sum * shrink + e;
    let vAt = j * vStride + vBase;
    for (var d = 0u; d < D4; d += 1u) { acc[d] = acc[d] * shrink + e * qkv[vAt + d]; }
  }
  if (n >= block.y) { return; }
  for (var d = 0u; d < D4; d += 1u) { out[mine + d] = acc[d] / sum; }
  lse[n * p.H + h] = m + log(sum);
}
