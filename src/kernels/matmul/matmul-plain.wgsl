// matmul-plain: c = a b in any layout and any size: the variant that needs nothing of the adapter or the shapes.
//   a(m,k) at a0 + m am + k ak | b(k,n) at b0 + k bk + n bn: weightAt(i) of weight-format-*.wgsl
//   addend like c, or (ldc) in | c (M,N) out=, at row m, column c0 + n of ldc
//   v = alpha ab:  mode 0: c = v;  1: c += v;  2: c = v + addend;  3: c = v + addend[n] (a bias)
// Resources: 9 floats a thread; 0 bytes of workgroup memory; 5 K bytes read an output
// One thread per 4 neighbouring columns of a row.
const ADAPTERS: u32 = 0u; // 1: with matmul-adapters.wgsl
struct Params {
  M: u32, N: u32, K: u32, mode: u32, a0: u32, am: u32, ak: u32, b0: u32, bk: u32, bn: u32, ldc: u32, c0: u32,
  alpha: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
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
  let own = part(wg.z);
  let blocks = (own.end - own.first + 3u) / 4u;
  if (i >= p.M * blocks) { return; }
  let m = i / blocks;
  let n0 = own.first + (i - m * blocks) * 4u;
  let columns = p.b0 + min(vec4u(n0, n0 + 1u, n0 + 2u, n0 + 3u), vec4u(own.end - 1u)) * p.bn;
  var acc = vec4f();
  for (var k = 0u; k < p.K; k += 1u) {
    let at = columns + k * p.bk;
    acc += a[p.a0 + m * p.am + k * p.ak] * vec4f(weightAt(at.x), weightAt(at.y), weightAt(at.z), weightAt(at.w));
  }
  if (ADAPTERS == 1u) {
    for (var k = 0u; k < own.rank; k += 1u) {
      acc += low(own, m, k) * vec4f(up(own, n0, k), up(own, n0 + 1u, k), up(own, n0 + 2u, k), up(own, n0 + 3u, k));
    }
  }
  for (var j = 0u; j < 4u; j += 1u) {
    let n = n0 + j;
    if (n < own.end) {
      let at = m * p.ldc + p.c0 + n;
      var v = p.alpha * acc[j];
      if (p.mode == 1u) { v += c[at]; }
      if (p.mode == 2u) { v += addend[at]; }
      if (p.mode == 3u) { v += addend[p.c0 + n]; }
      c[at] = v;
    }
  }
}
