// qk-norm-rope-forward: RMSNorm of each query and key head (Qwen3's QK-norm), then rotary embedding (Su et al. 2021),
// in the rotate-half convention of transformers: channel i < D/2 turns with channel i + D/2.
//   z = w * head * rstd;   y[i] = z[i] cos - z[i+D/2] sin;   y[i+D/2] = z[i+D/2] cos + z[i] sin
//   qkv (N,(H+2K)D) in: query heads, key heads, value heads | positions (N) u32 in |
//   rope (P,D) in: D/2 cosines, D/2 sines
//   w (2,D) in: query weight, key weight | q (N,H,D) out= | rstd (N,H+K) out=, not while decoding |
//   keys, and values while decoding: where keys-rows.wgsl or keys-cache.wgsl puts them
// L threads share a head, R heads share a workgroup; one adds up the squares of a head that all have loaded.
// Gradient: qk-norm-rope-backward.wgsl
// Resources: 6 floats a thread; 4 bytes of workgroup memory; 16 bytes read an output (L above 1: 4 R D bytes)
struct Params { N: u32, H: u32, K: u32, D: u32, eps: f32, P: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> positions: array<u32>;
@group(0) @binding(3) var<storage, read> rope: array<f32>;
@group(0) @binding(4) var<storage, read> w: array<f32>;
@group(0) @binding(5) var<storage, read_write> q: array<f32>;
@group(0) @binding(7) var<storage, read_write> rstd: array<f32>;
override L: u32 = 1;
override R: u32 = 64;
override HELD: u32 = 1; // R D where L is above 1
var<workgroup> held: array<f32, HELD>; // (head, d)

@compute @workgroup_size(L, R)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * R + id.y;
  let heads = p.H + p.K + VALUES * p.K;
  let alive = i < p.N * heads;
  let n = i / heads;
  let h = i - n * heads;
  let base = n * (p.H + 2u * p.K) * p.D + h * p.D;
  let isNormed = alive && h < p.H + p.K;
  var sum = 0.0;
  if (L > 1u) {
    if (isNormed) {
      for (var d = id.x; d < p.D; d += L) { held[id.y * p.D + d] = qkv[base + d]; }
    }
    workgroupBarrier();
    if (isNormed && id.x == 0u) {
      for (var d = 0u; d < p.D; d += 1u) { let v = held[id.y * p.D + d]; sum += v * v; }
      held[id.y * p.D] = sum;
    }
    workgroupBarrier();
    sum = held[id.y * p.D];
  } else if (isNormed) {
    for (var d = 0u; d < p.D; d += 1u) { let v = qkv[base + d]; sum += v * v; }
  }
  if (!alive) { return; }
  if (!isNormed) {
    let to = keyPlace(n, h - p.H - p.K);
    for (var d = id.x; d < p.D; d += L) { putValue(to + d, qkv[base + d]); }
    return;
  }
  let r = 1.0 / sqrt(sum / f32(p.D) + p.eps);
  if (id.x == 0u) { rstd[i] = r; }
  let half = p.D / 2u;
  let turn = positions[n] * p.D;
  let isQuery = h < p.H;
  let wBase = select(p.D, 0u, isQuery);
  for (var d = id.x; d < half; d += L) {
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
