// kv-append: stores the newest token's key and value of every active row in the cache.
//   cacheK[row, pos] = k[b];   cacheV[row, pos] = v[b]   with row = rows[b], pos = positions[b]
//   k (B,K,D) in | qkv (B,(H+2K)D) in: value heads are its last K | rows, positions (B) u32 in
//   cacheK, cacheV (R,P,K,D) out= at those places
// One thread per (active row, channel of K*D).
// Resources: 2 floats a thread; 0 bytes of workgroup memory; 4 bytes read an output
struct Params { B: u32, P: u32, KD: u32, stride: u32 } // stride = (H+2K)D
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> qkv: array<f32>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;
@group(0) @binding(4) var<storage, read> positions: array<u32>;
@group(0) @binding(5) var<storage, read_write> cacheK: array<f32>;
@group(0) @binding(6) var<storage, read_write> cacheV: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.B * p.KD) { return; }
  let b = i / p.KD;
  let c = i - b * p.KD;
  let to = (rows[b] * p.P + positions[b]) * p.KD + c;
  cacheK[to] = k[i];
  cacheV[to] = qkv[(b + 1u) * p.stride - p.KD + c];
}
