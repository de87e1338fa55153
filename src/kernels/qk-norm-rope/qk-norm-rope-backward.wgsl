// qk-norm-rope-backward: gradient of qk-norm-rope-forward in its input, in place.
//   unturn: dz[i] = dy[i] cos + dy[i+D/2] sin;   dz[i+D/2] = dy[i+D/2] cos - dy[i] sin
//   g = dz w;   dx[d] = r (g[d] - x[d] r^2 mean_e(g[e] x[e]))
//   qkv (N,(H+2K)D) in | positions (N) u32 in | rope (P,D) in | w (2,D) in | rstd (N,H+K) in
//   dQkv (N,(H+2K)D) in: gradients of the turned heads; out=: of the raw heads (value heads stay as they are)
// L threads share a query or key head of a token, R heads share a workgroup; one adds up what they hold.
// The weight's gradient, which reads dQkv before this:
// qk-norm-weight-backward.wgsl
// Resources: 8 floats a thread; 4 bytes of workgroup memory; 24 bytes read an output (L above 1: 2 R D bytes)
struct Params { N: u32, H: u32, K: u32, D: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> positions: array<u32>;
@group(0) @binding(3) var<storage, read> rope: array<f32>;
@group(0) @binding(4) var<storage, read> w: array<f32>;
@group(0) @binding(5) var<storage, read> rstd: array<f32>;
@group(0) @binding(6) var<storage, read_write> dQkv: array<f32>;
override L: u32 = 1;
override R: u32 = 64;
override HELD: u32 = 1; // R D / 2 where L is above 1
var<workgroup> held: array<f32, HELD>; // (head, d < D/2)

@compute @workgroup_size(L, R)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * R + id.y;
  let heads = p.H + p.K;
  let alive = i < p.N * heads;
  let n = i / heads;
  let h = i - n * heads;
  let base = n * (p.H + 2u * p.K) * p.D + h * p.D;
  let half = p.D / 2u;
  let turn = positions[n] * p.D;
  let wBase = select(p.D, 0u, h < p.H);
  var sum = 0.0;
  if (alive) {
    for (var d = id.x; d < half; d += L) {
      let c = rope[turn + d];
      let s = rope[turn + half + d];
      let a = dQkv[base + d];
      let b = dQkv[base + d + half];
      let ga = (a * c + b * s) * w[wBase + d];
      let gb = (b * c - a * s) * w[wBase + d + half];
      let product = ga * qkv[base + d] + gb * qkv[base + d + half];
      if (L > 1u) { held[id.y * half + d] = product; } else { sum += product; }
      dQkv[base + d] = ga;
      dQkv[base + d + half] = gb;
    }
  }
  if (L > 1u) {
    workgroupBarrier();
    if (alive && id.x == 0u) {
      for (var d = 0u; d < half; d += 1u) { sum += held[id.y * half + d]; }
      held[id.y * half] = sum;
    }
    workgroupBarrier();
    sum = held[id.y * half];
  }
  if (!alive) { return; }
  let r = rstd[i];
  let pull = sum * r * r / f32(p.D);
  for (var d = id.x; d < half; d += L) {
    dQkv[base + d] = r * (dQkv[base + d] - qkv[base + d] * pull);
    dQkv[base + d + half] = r * (dQkv[base + d + half] - qkv[base + d + half] * pull);
  }
}
