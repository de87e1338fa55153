// kv-fill: after a prompt's forward pass, copies its keys and values into the cache of every row that continues it.
//   cacheK[r, t] = k[start[r] + t];   cacheV[r, t] = v[start[r] + t]   for t < length[r]
//   k (N,K,D) in | qkv (N,(H+2K)D) in | spans (R,2) u32 in: start, length |
//   cacheK, cacheV (R,P,K,D) out= at those places
// One thread per (position, channel of K*D); one layer of the grid per cache row.
// Resources: 2 floats a thread; 0 bytes of workgroup memory; 4 bytes read an output
struct Params { R: u32, P: u32, KD: u32, stride: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> qkv: array<f32>;
@group(0) @binding(3) var<storage, read> spans: array<u32>;
@group(0) @binding(4) var<storage, read_write> cacheK: array<f32>;
@group(0) @binding(5) var<storage, read_write> cacheV: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let r = wg.z;
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  let t = i / p.KD;
  if (r >= p.R || t >= spans[2u * r + 1u]) { return; }
  let c = i - t * p.KD;
  let n = spans[2u * r] + t;
  let to = (r * p.P + t) * p.KD + c;
  cacheK[to] = k[n * p.KD + c];
  cacheV[to] = qkv[(n + 1u) * p.stride - p.KD + c];
}
