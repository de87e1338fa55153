// sum-rows: adds the K rows of a partial result into a gradient, in order.
//   out[c] += sum_k partial[k,c]
//   partial (K,C) in | out (C) out+=
// One thread per column.
// Resources: 1 floats a thread; 0 bytes of workgroup memory; 4 K bytes read an output
struct Params { K: u32, C: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let c = (wg.x + wg.y * groups.x) * WG + id.x;
  if (c >= p.C) { return; }
  var sum = 0.0;
  for (var k = 0u; k < p.K; k += 1u) { sum += partial[k * p.C + c]; }
  out[c] += sum;
}
