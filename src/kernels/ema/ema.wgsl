// ema: a moving average one step further.
//   y = (1 - rate) y + rate x          x (n) in | y (n) in/out
// One thread per element.
// Resources: 2 floats a thread; 0 bytes of workgroup memory; 8 bytes read an output
struct Params { n: u32, rate: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.n) { return; }
  y[i] = (1.0 - p.rate) * y[i] + p.rate * x[i];
}
