// qk-norm-rope-forward: RMSNorm of each query and key head (Qwen3's QK-norm), then rotary embedding (Su et al. 2021),
// in the rotate-half convention of transformers: channel i < D/2 turns with channel i + D/2.
//   z = w * head * rstd;   y[i] = z[i] cos - z[i+D/2] sin;   y[i+D/2] = z[i+D/2] cos + z[i] sin
//   qkv (N,(H+2K)D) in: query heads, key heads, value heads | positions (N) u32 in |
//   rope (P,D) in: D/2 cosines, D/2 sines
//   w (2,D) in: query weight, key weight | q (N,H,D) out= | rstd (N,H+K) out=, not while decoding |
//   keys, and values while decoding: where keys-rows.wgsl or keys-cache.wgsl puts them
// One thread per (token, head). Gradient: qk-norm-rope-backward.wgsl
// Resources: 6 floats a thread; 0 bytes of workgroup memory; 16 bytes read an output
struct Params { N: u32, H: u32, K: u32, D: u32, eps: f32, P: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> positions: array<u32>;
@group(0) @binding(3) var<storage, read> rope: array<f32>;
@group(0) @binding(4) var<storage, read> w: array<f32>;
@group(0) @binding(5) var<storage, read_write> q: array<f32>;
@group(0) @binding(7) var<storage, read_write> rstd: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  let heads = p.H + p.K + VALUES * p.K;
  if (i >= p.N * heads) { return; }
  let n = i / heads;
  let h = i - n * heads;
  let base = n * (p.H + 2u * p.K) * p.D + h * p.D;
  if (h >= p.H + p.K) {
    let to = keyPlace(n, h - p.H - p.K);
    for (var d = 0u; d < p.D; d += 1u) { putValue(to + d, qkv[base + d]); }
    return;
  }
  var sum = 0.0;
  for (var d = 0u; d < p.D; d += 1u) { let v = qkv[base + d]; sum += v * v; }
  let r = 1.0 / sqrt(sum / f32(p.D) + p.eps);
  rstd[i] = r;
  let half = p.D / 2u;
  let turn = positions[n] * p.D;
  let isQuery = h < p.H;
  let wBase = select(p.D, 0u, isQuery);
  for (var d = 0u; d < half; d += 1u) {
    let c = rope[turn + d];
    let s = rope[turn + half + d];
    let a = w[wBase + d] * qkv[base + d] * r;
    let b = w[wBase + d + half] * qkv[base + d + half] * r;
    if (isQuery) {
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
