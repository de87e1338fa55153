// scatter-rows: puts rows back where embedding-forward took them from; the ids are distinct.
//   y[ids[n],:] = x[n,:]
//   x (N,C) in | ids (N) u32 in, distinct | y out= at those rows, untouched elsewhere
// One thread per element.
// Resources: 1 floats a thread; 0 bytes of workgroup memory; 4 bytes read an output
struct Params { N: u32, C: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.N * p.C) { return; }
  let n = i / p.C;
  y[ids[n] * p.C + (i - n * p.C)] = x[i];
}
