// matmul-broadcast-nt: c = a bᵀ, for adapters on which a load whose address is the same for all lanes is cheap.
//   a (M,K) in | b (N,K) in, from value b0: weight(i), weights8(i) of weight-format-*.wgsl
//   addend like c, or (ldc) in | c (M,N) out=, at row m, column c0 + n of ldc
//   K a multiple of 4, read four at a time.  v = alpha ab:  MODE 0: c = v;  1: c += v;  2: c = v + addend;
//   3: c = v + addend[n] (a bias)
// Resources: 76 floats a thread; 0 bytes of workgroup memory; K bytes read an output
// One workgroup of S lanes takes R rows and C S columns; lane i owns the columns i, i + S, i + 2S … of the block.
// The rows of a are at uniform addresses (one scalar load and a broadcast); a load of b serves R rows.
// A line with $i stands for R lines, one with $j for C (matmul-unroll.ts): sums in named scalars stay in registers.
const R: u32 = 8u;
const C: u32 = 4u;
const EIGHTS: u32 = 0u; // 1: eight values of b at a time, for q4, whose words hold so many
const ADAPTERS: u32 = 0u; // 1: with matmul-adapters.wgsl
struct Params { M: u32, N: u32, K: u32, b0: u32, ldc: u32, c0: u32, alpha: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;
override S: u32 = 8;
override MODE: u32 = 0; // no run-time branch: the unrolled stores would take seconds to compile on software adapters

// What is added is read before the one branch, also where nobody needs it: a branch around a load compiles for seconds.
fn store(m: u32, n: u32, end: u32, product: f32) {
  let at = m * p.ldc + p.c0 + n;
  var v = p.alpha * product;
  if (MODE == 1u) { v += c[at]; }
  if (MODE >= 2u) { v += addend[select(at, p.c0 + n, MODE == 3u)]; }
  if (n < end) { c[at] = v; }
}

@compute @workgroup_size(S)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let m0 = wg.y * R;
  let own = part(wg.z);
  let n0 = own.first + wg.x * C * S + lane;
  let K4 = p.K / 4u;
  let a$i = min(m0 + $iu, p.M - 1u) * K4;
  let b$j = p.b0 / 4u + min(n0 + $ju * S, own.end - 1u) * K4;
  var sum$i_$j = 0.0;
  if (EIGHTS == 1u) {
    for (var k = 0u; k < K4 / 2u; k += 1u) {
      let y$j = weights8(b$j / 2u + k);
      let x$i = mat2x4f(a[a$i + 2u * k], a[a$i + 2u * k + 1u]);
      sum$i_$j += dot(x$i[0], y$j[0]) + dot(x$i[1], y$j[1]);
    }
  } else {
    for (var k = 0u; k < K4; k += 1u) {
      let y$j = weight(b$j + k);
      let x$i = a[a$i + k];
      sum$i_$j += dot(x$i, y$j);
    }
  }
  if (ADAPTERS == 1u) {
    for (var k = 0u; k < own.rank; k += 1u) {
      let u$j = up(own, n0 + $ju * S, k);
      let v$i = low(own, m0 + $iu, k);
      sum$i_$j += v$i * u$j;
    }
  }
  // One row a turn, and the next one's sums move up: written out, the stores take a compiler longer than all else.
  let rows = min(R, p.M - m0);
  for (var i = 0u; i < rows; i += 1u) {
    store(m0 + i, n0 + $ju * S, own.end, sum0_$j);
    sum$i_$j = sum$n_$j;
  }
}
