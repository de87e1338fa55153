// global-norm: squared length of one slice of the gradients, first stage of two.
//   partial[first + k] = sum of g[i]^2 over slice k
//   g (n) in | partial (slices) out=
// One workgroup per slice of `slice` elements; its threads stride, then add up as a tree. Second stage:
// global-norm-finish.wgsl
// Resources: 1 floats a thread; 256 bytes of workgroup memory; 4 slice bytes read an output
struct Params { n: u32, slice: u32, first: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
override WG: u32 = 64;
var<workgroup> sums: array<f32, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let end = min(p.n, (wg.x + 1u) * p.slice);
  var sum = 0.0;
  for (var i = wg.x * p.slice + id.x; i < end; i += WG) { sum += g[i] * g[i]; }
  sums[id.x] = sum;
  for (var half = WG / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (id.x < half) { sums[id.x] += sums[id.x + half]; }
  }
  if (id.x == 0u) { partial[p.first + wg.x] = sums[0]; }
}
