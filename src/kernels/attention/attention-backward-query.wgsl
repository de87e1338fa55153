// attention-backward-query: gradient of attention-forward in the queries.
//   P = exp(q . k[j] / sqrt(D) - lse);   dS = P (dOut . v[j] - delta);
//   dq = sum_j dS k[j] / sqrt(D), n - window < j <= n
//   q, k, qkv, blocks, lse as in attention-forward.wgsl | dOut (N,H,D) in | delta (N,H) in |
//   dQkv (N,(H+2K)D) out= (query heads)
// One workgroup per (block of queries, head), one thread per query.
// Resources: 48 floats a thread; 0 bytes of workgroup memory; 12 T bytes read an output (3 D floats)
const D4: u32 = 4u; // head dimension / 4: the host puts the model's value here
struct Params { H: u32, K: u32, scale: f32, window: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> k: array<vec4f>;
@group(0) @binding(3) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(4) var<storage, read> blocks: array<vec4u>;
@group(0) @binding(5) var<storage, read> lse: array<f32>;
@group(0) @binding(6) var<storage, read> dOut: array<vec4f>;
@group(0) @binding(7) var<storage, read> delta: array<f32>;
@group(0) @binding(8) var<storage, read_write> dQkv: array<vec4f>;
override WG: u32 = 32;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let block = blocks[wg.y];
  let h = wg.x;
  let kv = h / (p.H / p.K);
  let n = block.x + id.x;
  let safe = min(n, block.y - 1u);
  let mine = (safe * p.H + h) * D4;
  var query: array<vec4f, D4>;
  var up: array<vec4f, D4>;
  var acc: array<vec4f, D4>;
  for (var d = 0u; d < D4; d += 1u) { query[d] = q[mine + d] * p.scale; up[d] = dOut[mine + d]; }
  let norm = lse[safe * p.H + h];
  let pull = delta[safe * p.H + h];
  let stride = (p.H + 2u * p.K) * D4;
  let vBase = (p.H + p.K + kv) * D4;
  for (var j = max(block.z, block.x - min(block.x, p.window - 1u)); j < block.y; j += 1u) {
    let kAt = (j * p.K + kv) * D4;
    let vAt = j * stride + vBase;
    var s = 0.0;
    var dp = 0.0;
    for (var d = 0u; d < D4; d += 1u) {
      s += dot(query[d], k[kAt + d]);
      dp += dot(up[d], qkv[vAt + d]);
    }
    let ds = select(0.0, exp(min(s - norm, 0.0)) * (dp - pull), j <= n && n - j < p.window);
    for (var d = 0u; d < D4; d += 1u) { acc[d] += ds * k[kAt + d]; }
  }
  if (n >= block.y) { return; }
  for (var d = 0u; d < D4; d += 1u) { dQkv[n * stride + h * D4 + d] = acc[d] * p.scale; }
}
