// matmul-broadcast-nn: c = a b, or aᵀ b where AT is 1, for adapters on which a load whose address is the same for all
// lanes is cheap.
//   AT 0: a (M,K) in, K a multiple of 4;  AT 1: a (K,M) in, M a multiple of 4 | b (K,N) in, N a multiple of 4
//   addend (M,N) or (N) in | c (M,N) out=
//   MODE 0: c = ab;  1: c += ab;  2: c = ab + addend;  3: c = ab + addend[n] (a bias)
// One workgroup of S lanes takes R rows (a multiple of 4) and 4 C S columns; lane i owns C groups of 4 neighbours.
// A line with $i stands for R lines, one with $j for C (matmul-unroll.ts): sums in named vectors stay in registers.
const R: u32 = 8u;
const C: u32 = 2u;
struct Params { M: u32, N: u32, K: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> addend: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> c: array<vec4f>;
override S: u32 = 8;
override MODE: u32 = 0; // no run-time branch: the unrolled stores would take seconds to compile on software adapters
override AT: u32 = 0;

fn store(m: u32, n4: u32, product: vec4f) {
  let N4 = p.N / 4u;
  if (m >= p.M || n4 >= N4) { return; }
  let at = m * N4 + n4;
  var v = product;
  if (MODE == 1u) { v += c[at]; }
  if (MODE >= 2u) { v += addend[select(at, n4, MODE == 3u)]; }
  c[at] = v;
}

@compute @workgroup_size(S)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let m0 = wg.y * R;
  let n0 = wg.x * C * S + lane;
  let N4 = p.N / 4u;
  let b$j = min(n0 + $ju * S, N4 - 1u);
  var sum$i_$j = vec4f();
  if (AT == 1u) {
    let M4 = p.M / 4u;
    let a$i = min((m0 + $iu) / 4u, M4 - 1u);
    for (var k = 0u; k < p.K; k += 1u) {
      let y$j = b[k * N4 + b$j];
      let x$i = a[k * M4 + a$i][$iu % 4u];
      sum$i_$j += x$i * y$j;
    }
  } else {
    let K4 = p.K / 4u;
    let a$i = min(m0 + $iu, p.M - 1u) * K4;
    for (var k = 0u; k < K4; k += 1u) {
      let y0_$j = b[4u * k * N4 + b$j];
      let y1_$j = b[(4u * k + 1u) * N4 + b$j];
      let y2_$j = b[(4u * k + 2u) * N4 + b$j];
      let y3_$j = b[(4u * k + 3u) * N4 + b$j];
      let x$i = a[a$i + k];
      sum$i_$j += x$i.x * y0_$j + x$i.y * y1_$j + x$i.z * y2_$j + x$i.w * y3_$j;
    }
  }
  store(m0 + $iu, n0 + $ju * S, sum$i_$j);
}
