// matvec: c = a bᵀ for a few rows of a, as decoding has them: all time goes into reading b, so neighbouring threads
// read neighbouring addresses and every value of b is read once.
//   a (M,K) in, M at most R | b (N,K) in: weight(i), weights8(i) of weight-format-*.wgsl | addend like c, or (ldc) in
//   c (M,N) out=, at row m, column c0 + n of ldc;  K a multiple of 4, read four at a time
//   v = alpha ab:  mode 0: c = v;  1: c += v;  2: c = v + addend;  3: c = v + addend[n] (a bias)
// Resources: 80 floats a thread; 512 bytes of workgroup memory; 5 K bytes read an output (eight rows, a long K: 8192)
// One workgroup of T threads takes C rows of b; thread i takes the fours i, i + T, … of each, and the T sums are added
// in a tree whose order is fixed. A line with $i stands for R lines, one with $j for C (matmul-unroll.ts).
const R: u32 = 1u;
const C: u32 = 4u;
const EIGHTS: u32 = 0u; // 1: eight values of b at a time, for q4, whose words hold so many
const ADAPTERS: u32 = 0u; // 1: with matmul-adapters.wgsl
struct Params { M: u32, N: u32, K: u32, mode: u32, ldc: u32, c0: u32, alpha: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;
override T: u32 = 32;
var<workgroup> sums: array<f32, T * R * C>; // (row, column, thread)

@compute @workgroup_size(T)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let own = part(wg.z);
  let n0 = own.first + (wg.x + wg.y * groups.x) * C;
  let K4 = p.K / 4u;
  let a$i = min($iu, p.M - 1u) * K4;
  let b$j = min(n0 + $ju, own.end - 1u) * K4;
  var sum$i_$j = 0.0;
  if (EIGHTS == 1u) {
    for (var k = lane; k < K4 / 2u; k += T) {
      let y$j = weights8(b$j / 2u + k);
      let x$i = mat2x4f(a[a$i + 2u * k], a[a$i + 2u * k + 1u]);
      sum$i_$j += dot(x$i[0], y$j[0]) + dot(x$i[1], y$j[1]);
    }
  } else {
    for (var k = lane; k < K4; k += T) {
      let y$j = weight(b$j + k);
      let x$i = a[a$i + k];
      sum$i_$j += dot(x$i, y$j);
    }
  }
  if (ADAPTERS == 1u) {
    for (var k = lane; k < own.rank; k += T) {
      let u$j = up(own, n0 + $ju, k);
      let v$i = low(own, $iu, k);
      sum$i_$j += v$i * u$j;
    }
  }
  sums[($iu * C + $ju) * T + lane] = sum$i_$j;
  for (var half = T / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      sums[($iu * C + $ju) * T + lane] += sums[($iu * C + $ju) * T + lane + half];
    }
  }
  workgroupBarrier();
  for (var q = lane; q < R * C; q += T) {
    let m = q / C;
    let n = n0 + q % C;
    if (m >= p.M || n >= own.end) { continue; }
    let at = m * p.ldc + p.c0 + n;
    var v = p.alpha * sums[q * T];
    if (p.mode == 1u) { v += c[at]; }
    if (p.mode >= 2u) { v += addend[select(at, p.c0 + n, p.mode == 3u)]; }
    c[at] = v;
  }
}
