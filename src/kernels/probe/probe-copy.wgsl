// probe-copy: how many bytes a second the adapter can read and write.
//   y = x + t, elementwise over n vec4s;  x (n) vec4f in | y (n) vec4f out=
// One thread per vec4; 32 bytes move per thread.
// Resources: 4 floats a thread; 0 bytes of workgroup memory; 16 bytes read an output
struct Params { n: u32, t: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i < p.n) { y[i] = x[i] + p.t; }
}
