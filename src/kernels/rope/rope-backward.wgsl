// rope-backward: gradient of rope-forward, in place: turns the gradients of query and key heads back.
//   dx[i] = dy[i] cos + dy[i+D/2] sin;   dx[i+D/2] = dy[i+D/2] cos - dy[i] sin
//   positions (N) u32 in | rope (P,D) in |
//   dQkv (N,(H+2K)D) in: gradients of the turned heads; out=: of the heads before
// L threads share a query or key head of a token, R heads share a workgroup.
// Resources: 4 floats a thread; 0 bytes of workgroup memory; 8 bytes read an output
struct Params { N: u32, H: u32, K: u32, D: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> positions: array<u32>;
@group(0) @binding(2) var<storage, read> rope: array<f32>;
@group(0) @binding(3) var<storage, read_write> dQkv: array<f32>;
override L: u32 = 1;
override R: u32 = 64;

@compute @workgroup_size(L, R)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * R + id.y;
  let heads = p.H + p.K;
  if (i >= p.N * heads) { return; }
  let n = i / heads;
  let base = n * (p.H + 2u * p.K) * p.D + (i - n * heads) * p.D;
  let half = p.D / 2u;
  let turn = positions[n] * p.D;
  for (var d = id.x; d < half; d += L) {
    let c = rope[turn + d];
    let s = rope[turn + half + d];
    let a = dQkv[base + d];
    let b = dQkv[base + d + half];
    dQkv[base + d] = a * c + b * s;
    dQkv[base + d + half] = b * c - a * s;
  }
}
