// policy-weight: the objective per token and its gradient in the token's log-probability (PPO's clip, Schulman's k3).
//   rho = e^(s - sOld);   A = columns[n].w;   clipped where clamp(rho, 1 - eps, 1 + eps) A < rho A
//   d = sRef - s;   k3 = e^d - 1 - d
//   loss = -a min(rho A, clamp(rho) A) + beta a k3;   gradient = dloss/ds = -a rho A (0 where clipped) - beta a (e^d - 1)
//   columns (N) in: token-advantage.wgsl's | s, sOld, sRef (N,stride) in: nats, first of each row; sRef is not read
//   where ref is 0 | a (N) in: aggregation weights | gradient (N) out= | terms (N) out=: (loss, clipped 0/1, k3, rho)
// One thread per token. Functions: expm1.wgsl. The gradient is what logprob-backward.wgsl takes as w.
struct Params { N: u32, stride: u32, ref_: u32, clip: f32, kl: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> columns: array<vec4f>;
@group(0) @binding(2) var<storage, read> s: array<f32>;
@group(0) @binding(3) var<storage, read> sOld: array<f32>;
@group(0) @binding(4) var<storage, read> sRef: array<f32>;
@group(0) @binding(5) var<storage, read> a: array<f32>;
@group(0) @binding(6) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(7) var<storage, read_write> terms: array<vec4f>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let n = (wg.x + wg.y * groups.x) * WG + id.x;
  if (n >= p.N) { return; }
  let now = s[n * p.stride];
  let A = columns[n].w;
  let rho = expOf(now - sOld[n * p.stride]);
  let bounded = clamp(rho, 1.0 - p.clip, 1.0 + p.clip);
  let isClipped = bounded * A < rho * A;
  var loss = -a[n] * select(rho, bounded, isClipped) * A;
  var g = select(-a[n] * rho * A, 0.0, isClipped);
  var k3 = 0.0;
  if (p.ref_ == 1u) {
    let d = sRef[n * p.stride] - now;
    k3 = expm1MinusX(d);
    loss += p.kl * a[n] * k3;
    g -= p.kl * a[n] * expm1(d);
  }
  gradient[n] = g;
  terms[n] = vec4f(loss, select(0.0, 1.0, isClipped), k3, rho);
}
