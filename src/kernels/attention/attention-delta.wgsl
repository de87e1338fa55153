// attention-delta: the row sums that the softmax's gradient needs (Dao et al. 2022, algorithm 4).
//   delta[n,h] = sum_d out[n,h,d] dOut[n,h,d]
//   out, dOut (N,H,D) in | delta (N,H) out=
// L threads share a head of a token, R heads share a workgroup; one adds up the products.
// Resources: 1 floats a thread; 4 bytes of workgroup memory; 8 D bytes read an output (L above 1: 4 R D bytes)
struct Params { rows: u32, D: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> out: array<f32>;
@group(0) @binding(2) var<storage, read> dOut: array<f32>;
@group(0) @binding(3) var<storage, read_write> delta: array<f32>;
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
  let alive = i < p.rows;
  if (L > 1u) {
    if (alive) {
      for (var d = id.x; d < p.D; d += L) { held[id.y * p.D + d] = out[i * p.D + d] * dOut[i * p.D + d]; }
    }
    workgroupBarrier();
  }
  if (!alive || id.x != 0u) { return; }
  var sum = 0.0;
  for (var d = 0u; d < p.D; d += 1u) {
    if (L > 1u) { sum += held[id.y * p.D + d]; } else { sum += out[i * p.D + d] * dOut[i * p.D + d]; }
  }
  delta[i] = sum;
}
