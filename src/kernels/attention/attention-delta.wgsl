// attention-delta: the row sums that the softmax's gradient needs (Dao et al. 2022, algorithm 4).
//   delta[n,h] = sum_d out[n,h,d] dOut[n,h,d]
//   out, dOut (N,H,D) in | delta (N,H) out=
// One thread per (token, head).
// Resources: 1 floats a thread; 0 bytes of workgroup memory; 8 D bytes read an output
struct Params { rows: u32, D: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> out: array<f32>;
@group(0) @binding(2) var<storage, read> dOut: array<f32>;
@group(0) @binding(3) var<storage, read_write> delta: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.rows) { return; }
  var sum = 0.0;
  for (var d = 0u; d < p.D; d += 1u) { sum += out[i * p.D + d] * dOut[i * p.D + d]; }
  delta[i] = sum;
}
