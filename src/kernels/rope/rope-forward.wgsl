// rope-forward: rotary embedding of query and key heads (Su et al. 2021), in the rotate-half convention of
// transformers: channel i < D/2 turns with channel i + D/2.
//   y[i] = x[i] cos - x[i+D/2] sin;   y[i+D/2] = x[i+D/2] cos + x[i] sin
//   x (N,stride) in: query heads, key heads, whatever follows | positions (N) u32 in |
//   rope (P,D) in: D/2 cosines, D/2 sines
//   q (N,H,D) out= | keys, and values while decoding: where keys-rows.wgsl or keys-cache.wgsl puts them
// L threads share a head, R heads share a workgroup. Gradient: rope-backward.wgsl
// Resources: 4 floats a thread; 0 bytes of workgroup memory; 8 bytes read an output
struct Params { N: u32, H: u32, K: u32, D: u32, stride: u32, P: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> positions: array<u32>;
@group(0) @binding(3) var<storage, read> rope: array<f32>;
@group(0) @binding(4) var<storage, read_write> q: array<f32>;
override L: u32 = 1;
override R: u32 = 64;

@compute @workgroup_size(L, R)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * R + id.y;
  let heads = p.H + p.K + VALUES * p.K;
  if (i >= p.N * heads) { return; }
  let n = i / heads;
  let h = i - n * heads;
  let base = n * p.stride + h * p.D;
  if (h >= p.H + p.K) {
    let to = keyPlace(n, h - p.H - p.K);
    for (var d = id.x; d < p.D; d += L) { putValue(to + d, x[base + d]); }
    return;
  }
  let half = p.D / 2u;
  let turn = positions[n] * p.D;
  for (var d = id.x; d < half; d += L) {
    let c = rope[turn + d];
    let s = rope[turn + half + d];
    let a = x[base + d];
    let b = x[base + d + half];
    if (h < p.H) {
      let to = (n * p.H + h) * p.D + d;
      q[to] = a * c - b * s;
      q[to + half] = b * c + a * s;
    } else {
      let to = keyPlace(n, h - p.H) + d;
      putKey(to, a * c - b * s);
      putKey(to + half, b * c + a * s);
    }
  }
}
