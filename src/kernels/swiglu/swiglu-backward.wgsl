// swiglu-backward: gradient of swiglu-forward.
//   s = 1 / (1 + exp(-g));   dg = dy u s (1 + g (1 - s));   du = dy g s
//   gu (N,2F) in | dy (N,F) in | dGu (N,2F) out=
// One thread per element of dy.
// Resources: 4 floats a thread; 0 bytes of workgroup memory; 6 bytes read an output
struct Params { N: u32, F: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> gu: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dGu: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.N * p.F) { return; }
  let n = i / p.F;
  let at = i + n * p.F;
  let g = gu[at];
  let s = 1.0 / (1.0 + exp(-g));
  let d = dy[i];
  dGu[at] = d * gu[at + p.F] * s * (1.0 + g * (1.0 - s));
  dGu[at + p.F] = d * g * s;
}
