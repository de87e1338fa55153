// swiglu-backward: gradient of swiglu-forward, in place, and its output again: nobody has to keep it.
//   s = 1 / (1 + exp(-g));   dg = dy u s (1 + g (1 - s));   du = dy g s;   y = g / (1 + exp(-g)) u
//   gu (N,2F) in, its gradient out= | act (N,F) dy in, y out=: the bits of the forward pass
// One thread per element of dy.
// Resources: 4 floats a thread; 0 bytes of workgroup memory; 6 bytes read an output
struct Params { N: u32, F: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> gu: array<f32>;
@group(0) @binding(2) var<storage, read_write> act: array<f32>;
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
  let u = gu[at + p.F];
  let s = 1.0 / (1.0 + exp(min(-g, 88.0)));
  let d = act[i];
  act[i] = g / (1.0 + exp(min(-g, 88.0))) * u;
  gu[at] = d * u * s * (1.0 + g * (1.0 - s));
  gu[at + p.F] = d * g * s;
}
