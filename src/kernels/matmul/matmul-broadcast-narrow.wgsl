// matmul-broadcast-narrow: c = a b, or aᵀ b where AT is 1, for a b of few columns, such as an adapter's rank: a lane
// owns single columns where matmul-broadcast-nn would leave most lanes without any.
//   AT 0: a (M,K) in, K a multiple of 4;  AT 1: a (K,M) in, M a multiple of 4;
//   both at column a0 of rows of lda, multiples of 4
//   b (K,N) in: weightAt(i) of weight-format-*.wgsl, at column b0 of rows of ldb
//   addend like c, or (ldc) in | c (M,N) out=, at row m, column c0 + n of ldc
//   v = alpha ab:  MODE 0: c = v;  1: c += v;  2: c = v + addend;  3: c = v + addend[n] (a bias)
// Resources: 24 floats a thread; 0 bytes of workgroup memory; 2.5 K bytes read an output
// One workgroup of S lanes takes R rows (a multiple of 4) and C S columns; lane i owns the columns i, i + S …
// A line with $i stands for R lines, one with $j for C (matmul-unroll.ts): sums in named scalars stay in registers.
const R: u32 = 8u;
const C: u32 = 1u;
struct Params { M: u32, N: u32, K: u32, lda: u32, a0: u32, ldb: u32, b0: u32, ldc: u32, c0: u32, alpha: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;
override S: u32 = 8;
override MODE: u32 = 0; // no run-time branch: the unrolled stores would take seconds to compile on software adapters
override AT: u32 = 0;

fn store(m: u32, n: u32, product: f32) {
  if (m >= p.M || n >= p.N) { return; }
  let at = m * p.ldc + p.c0 + n;
  var v = p.alpha * product;
  if (MODE == 1u) { v += c[at]; }
  if (MODE >= 2u) { v += addend[select(at, p.c0 + n, MODE == 3u)]; }
  c[at] = v;
}

@compute @workgroup_size(S)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let m0 = wg.y * R;
  let n0 = wg.x * C * S + lane;
  let b$j = p.b0 + min(n0 + $ju * S, p.N - 1u);
  var sum$i_$j = 0.0;
  if (AT == 1u) {
    let a$i = p.a0 / 4u + min((m0 + $iu) / 4u, p.M / 4u - 1u);
    for (var k = 0u; k < p.K; k += 1u) {
      let y$j = weightAt(k * p.ldb + b$j);
      let x$i = a[k * (p.lda / 4u) + a$i][$iu % 4u];
      sum$i_$j += x$i * y$j;
    }
  } else {
    let K4 = p.K / 4u;
    let a$i = (min(m0 + $iu, p.M - 1u) * p.lda + p.a0) / 4u;
    for (var k = 0u; k < K4; k += 1u) {
      let k$j = 4u * k * p.ldb + b$j;
      let y$j = vec4f(weightAt(k$j), weightAt(k$j + p.ldb), weightAt(k$j + 2u * p.ldb), weightAt(k$j + 3u * p.ldb));
      let x$i = a[a$i + k];
      sum$i_$j += dot(x$i, y$j);
    }
  }
  store(m0 + $iu, n0 + $ju * S, sum$i_$j);
}
