// matvec: c = a bᵀ for a few rows of a, as decoding has them: all time goes into reading b, so neighbouring threads
// read neighbouring addresses and every value of b is read once.
//   a (M,K) in, M at most R | b (N,K) in: weight(i), weights8(i) of weight-format-*.wgsl | addend like c, or (ldc) in
//   c (M,N) out=, at row m, column c0 + n of ldc;  K a multiple of 4, read four at a time
//   v = alpha ab:  mode 0: c = v;  1: c += v;  2: c = v + addend;  3: c = v + addend[n] (a bias)
//   NORM 1: a's rows are normed first (matvec-norm.wgsl): a gain goes into them where they are loaded, 1 / rms into
//   the sums.   GATED 1: c (M,N/2) out=: silu(v[n]) v[N/2 + n] (swiglu-forward.wgsl), mode 0
// Resources: 88 floats a thread; 512 bytes of workgroup memory; 5 K bytes read an output (eight rows, a long K: 10240)
// One workgroup of T threads takes C rows of b; thread i takes the fours i, i + T, … of each, and the T sums are added
// in a tree whose order is fixed. A line with $i stands for R lines, one with $j for C (matmul-unroll.ts).
const R: u32 = 1u;
const C: u32 = 4u;
const EIGHTS: u32 = 0u; // 1: eight values of b at a time, for q4, whose words hold so many
const ADAPTERS: u32 = 0u; // 1: with matmul-adapters.wgsl
const NORM: u32 = 0u;
const GATED: u32 = 0u;
const W: u32 = C + NORM; // the squares of a row are a column of their own
struct Params { M: u32, N: u32, K: u32, mode: u32, ldc: u32, c0: u32, alpha: f32, eps: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;
override T: u32 = 32;
var<workgroup> sums: array<f32, T * R * W>; // (row, column, thread)

// The row of b that is column j of a block; of a gate and its unit, half a block of each.
fn rowOf(n0: u32, j: u32) -> u32 {
  if (GATED == 1u) { return n0 / 2u + j % (C / 2u) + j / (C / 2u) * (p.N / 2u); }
  return n0 + j;
}

fn value(row: u32, column: u32) -> f32 {
  var v = p.alpha * sums[(row * W + column) * T];
  if (NORM == 1u) { v *= 1.0 / sqrt(sums[(row * W + C) * T] / f32(p.K) + p.eps); }
  return v;
}

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
  let b$j = min(rowOf(n0, $ju), own.end - 1u) * K4;
  var sum$i_$j = 0.0;
  var square$i = 0.0;
  if (EIGHTS == 1u) {
    for (var k = lane; k < K4 / 2u; k += T) {
      let y$j = weights8(b$j / 2u + k);
      let raw$i = mat2x4f(a[a$i + 2u * k], a[a$i + 2u * k + 1u]);
      let x$i = mat2x4f(scaled(raw$i[0], 2u * k), scaled(raw$i[1], 2u * k + 1u));
      square$i += squared(raw$i[0]) + squared(raw$i[1]);
      sum$i_$j += dot(x$i[0], y$j[0]) + dot(x$i[1], y$j[1]);
    }
  } else {
    for (var k = lane; k < K4; k += T) {
      let y$j = weight(b$j + k);
      let raw$i = a[a$i + k];
      let x$i = scaled(raw$i, k);
      square$i += squared(raw$i);
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
  sums[($iu * W + $ju) * T + lane] = sum$i_$j;
  if (NORM == 1u) { sums[($iu * W + C) * T + lane] = square$i; }
  for (var half = T / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      sums[($iu * W + $ju) * T + lane] += sums[($iu * W + $ju) * T + lane + half];
      if (NORM == 1u) { sums[($iu * W + C) * T + lane] += sums[($iu * W + C) * T + lane + half]; }
    }
  }
  workgroupBarrier();
  if (GATED == 1u) {
    for (var q = lane; q < R * C / 2u; q += T) {
      let m = q / (C / 2u);
      let j = q % (C / 2u);
      let n = n0 / 2u + j;
      if (m >= p.M || n >= p.N / 2u) { continue; }
      let g = value(m, j);
      c[m * p.ldc + p.c0 + n] = g / (1.0 + exp(min(-g, 88.0))) * value(m, j + C / 2u);
    }
    return;
  }
  for (var q = lane; q < R * C; q += T) {
    let m = q / C;
    let n = n0 + q % C;
    if (m >= p.M || n >= own.end) { continue; }
    let at = m * p.ldc + p.c0 + n;
    var v = value(m, q % C);
    if (p.mode == 1u) { v += c[at]; }
    if (p.mode >= 2u) { v += addend[select(at, p.c0 + n, p.mode == 3u)]; }
    c[at] = v;
  }
}
