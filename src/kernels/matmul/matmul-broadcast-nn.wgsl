// matmul-broadcast-nn: c = a b, or aᵀ b where AT is 1, for adapters on which a load whose address is the same for all
// lanes is cheap.
//   AT 0: a (M,K) in, K a multiple of 4;  AT 1: a (K,M) in, M a multiple of 4;
//   both at column a0 of rows of lda, multiples of 4
//   b (K,N) in, N a multiple of 4: weight(i) of weight-format-*.wgsl, at column b0 of rows of ldb, multiples of 4
//   addend like c, or (ldc) in | c (M,N) out=, at row m, column c0 + n of ldc, multiples of 4
//   v = alpha ab:  MODE 0: c = v;  1: c += v;  2: c = v + addend;  3: c = v + addend[n] (a bias)
// Resources: 76 floats a thread; 0 bytes of workgroup memory; K bytes read an output
// One workgroup of S lanes takes R rows (a multiple of 4) and 4 C S columns; lane i owns C groups of 4 neighbours.
// A line with $i stands for R lines, one with $j for C (matmul-unroll.ts): sums in named vectors stay in registers.
const R: u32 = 8u;
const C: u32 = 2u;
struct Params { M: u32, N: u32, K: u32, lda: u32, a0: u32, ldb: u32, b0: u32, ldc: u32, c0: u32, alpha: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(3) var<storage, read> addend: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> c: array<vec4f>;
override S: u32 = 8;
override MODE: u32 = 0; // no run-time branch: the unrolled stores would take seconds to compile on software adapters
override AT: u32 = 0;

// What is added is read before the one branch: see matmul-broadcast-nt.wgsl.
fn store(m: u32, n4: u32, product: vec4f) {
  let own = p.c0 / 4u + n4;
  let at = m * (p.ldc / 4u) + own;
  var v = p.alpha * product;
  if (MODE == 1u) { v += c[at]; }
  if (MODE >= 2u) { v += addend[select(at, own, MODE == 3u)]; }
  if (m < p.M && n4 < p.N / 4u) { c[at] = v; }
}

@compute @workgroup_size(S)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let m0 = wg.y * R;
  let n0 = wg.x * C * S + lane;
  let N4 = p.ldb / 4u;
  let b$j = p.b0 / 4u + min(n0 + $ju * S, p.N / 4u - 1u);
  var sum$i_$j = vec4f();
  if (AT == 1u) {
    let a$i = p.a0 / 4u + min((m0 + $iu) / 4u, p.M / 4u - 1u);
    for (var k = 0u; k < p.K; k += 1u) {
      let y$j = weight(k * N4 + b$j);
      let x$i = a[k * (p.lda / 4u) + a$i][$iu % 4u];
      sum$i_$j += x$i * y$j;
    }
  } else {
    let K4 = p.K / 4u;
    let a$i = (min(m0 + $iu, p.M - 1u) * p.lda + p.a0) / 4u;
    for (var k = 0u; k < K4; k += 1u) {
      let y0_$j = weight(4u * k * N4 + b$j);
      let y1_$j = weight((4u * k + 1u) * N4 + b$j);
      let y2_$j = weight((4u * k + 2u) * N4 + b$j);
      let y3_$j = weight((4u * k + 3u) * N4 + b$j);
      let x$i = a[a$i + k];
      sum$i_$j += x$i.x * y0_$j + x$i.y * y1_$j + x$i.z * y2_$j + x$i.w * y3_$j;
    }
  }
  store(m0 + $iu, n0 + $ju * S, sum$i_$j);
}
