// attention-backward-key-value: gradient of attention-forward in the keys and values.
//   P = exp(q[n] . k / sqrt(D) - lse[n]);   dv = sum_n P dOut[n];
//   dk = sum_n P (dOut[n] . v - delta[n]) q[n] / sqrt(D)
//   over the queries j <= n < j + window of the same sequence and the query heads that share this key head
//   q, k, qkv, blocks (here: blocks of keys), lse, dOut, delta as in attention-backward-query.wgsl
//   dQkv (N,(H+2K)D) out= (key and value heads)
// One workgroup per (block of keys, key head), one thread per key; all threads walk the same queries.
// Resources: 64 floats a thread; 0 bytes of workgroup memory; 16 T bytes read an output (4 D floats)
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
  let kv = wg.x;
  let share = p.H / p.K;
  let j = block.x + id.x;
  let safe = min(j, block.y - 1u);
  let stride = (p.H + 2u * p.K) * D4;
  var key: array<vec4f, D4>;
  var value: array<vec4f, D4>;
  var dKey: array<vec4f, D4>;
  var dValue: array<vec4f, D4>;
  for (var d = 0u; d < D4; d += 1u) {
    key[d] = k[(safe * p.K + kv) * D4 + d] * p.scale;
    value[d] = qkv[safe * stride + (p.H + p.K + kv) * D4 + d];
  }
  let last = min(block.w, block.y + min(p.window, block.w) - 1u);
  for (var n = block.x; n < last; n += 1u) {
    for (var h = kv * share; h < (kv + 1u) * share; h += 1u) {
      let at = (n * p.H + h) * D4;
      var s = 0.0;
      var dp = 0.0;
      for (var d = 0u; d < D4; d += 1u) {
        s += dot(key[d], q[at + d]);
        dp += dot(value[d], dOut[at + d]);
      }
      let e = select(0.0, exp(min(s - lse[n * p.H + h], 0.0)), n >= j && n - j < p.window);
      let ds = e * (dp - delta[n * p.H + h]);
      for (var d = 0u; d < D4; d += 1u) {
        dValue[d] += e * dOut[at + d];
        dKey[d] += ds * q[at + d];
      }
    }
  }
  if (j >= block.y) { return; }
  for (var d = 0u; d < D4; d += 1u) {
    dQkv[j * stride + (p.H + kv) * D4 + d] = dKey[d] * p.scale;
    dQkv[j * stride + (p.H + p.K + kv) * D4 + d] = dValue[d];
  }
}
