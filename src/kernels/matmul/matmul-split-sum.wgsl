// matmul-split-sum: the second pass of a product whose K was split over workgroups.
//   partial (splits,M,N) in | addend like c, or (ldc) in | c (M,N) out=, at row m, column c0 + n of ldc
//   v = alpha sum_s partial[s], in the order of s:  mode 0: c = v;  1: c += v;  2: c = v + addend;  3: c = v +
//   addend[n]
// Resources: 2 floats a thread; 0 bytes of workgroup memory; 4 splits bytes read an output
// One thread an output.
struct Params { M: u32, N: u32, splits: u32, mode: u32, ldc: u32, c0: u32, alpha: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  let size = p.M * p.N;
  if (i >= size) { return; }
  var sum = partial[i];
  for (var s = 1u; s < p.splits; s += 1u) { sum += partial[s * size + i]; }
  let n = i % p.N;
  let at = i / p.N * p.ldc + p.c0 + n;
  var v = p.alpha * sum;
  if (p.mode == 1u) { v += c[at]; }
  if (p.mode >= 2u) { v += addend[select(at, p.c0 + n, p.mode == 3u)]; }
  c[at] = v;
}
