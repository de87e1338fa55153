// matmul-matrix: c = a b on an adapter's matrix units (WGSL's chromium_experimental_subgroup_matrix), f16 operands,
// f32 sums.
//   a: rows of lda, from column a0;  AM 0: (M,K);  1: (K,M) | b: weight(i) of weight-format-*.wgsl, rows of ldb, from
//   column b0;  BN 0: (N,K);  1: (K,N) | addend like c, or (ldc) in | c (M,N) out=, at row m, column c0 + n of ldc
//   lda, a0, ldb, b0 and the axis that is contiguous (K, or M or N) are multiples of 4
//   v = alpha ab:  mode 0: c = v;  1: c += v;  2: c = v + addend;  3: c = v + addend[n] (a bias)
// Resources: 48 floats a thread; 9216 bytes of workgroup memory; K / 8 bytes read an output (units of 16: 12288)
// The adapter multiplies (CM,CK) by (CK,CN). A workgroup is 4 subgroups of S lanes; each takes R CM rows and C CN
// columns, 64 × 64 outputs together, and walks K by 32 through f16 tiles in workgroup memory. Results leave the units
// one matrix a subgroup at a time. A line with $i stands for R lines, one with $j for C (matmul-unroll.ts).
enable f16;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity); // places are the same in a subgroup: not seen by the check
const R: u32 = 2u;
const C: u32 = 8u;
const CM: u32 = 8u;
const CN: u32 = 8u;
const CK: u32 = 8u;
const S: u32 = 32u;
const AM: u32 = 0u;
const BN: u32 = 0u;
const ADAPTERS: u32 = 0u;
struct Params {
  M: u32, N: u32, K: u32, mode: u32, lda: u32, a0: u32, ldb: u32, b0: u32, ldc: u32, c0: u32, alpha: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;

alias Left = subgroup_matrix_left<f16, CK, CM>;
alias Right = subgroup_matrix_right<f16, CN, CK>;
const BK: u32 = 32u;
const TM: u32 = 4u * R * CM;
const TN: u32 = C * CN;
var<workgroup> tileA: array<f16, TM * BK>; // (m, k)
var<workgroup> tileB: array<f16, BK * TN>; // (k, n)
var<workgroup> results: array<f32, 4u * CM * CN>; // (subgroup, m, n)

// One matrix of results of each subgroup, from m and n on.
fn spread(own: Part, m0: u32, n0: u32, t: u32) {
  workgroupBarrier();
  for (var e = t % S; e < CM * CN; e += S) {
    let m = m0 + e / CN;
    let n = n0 + e % CN;
    if (m >= p.M || n >= own.end) { continue; }
    let at = m * p.ldc + p.c0 + n;
    var v = p.alpha * results[t / S * CM * CN + e] + adapted(own, m, n);
    if (p.mode == 1u) { v += c[at]; }
    if (p.mode >= 2u) { v += addend[select(at, p.c0 + n, p.mode == 3u)]; }
    c[at] = v;
  }
  workgroupBarrier();
}

fn adapted(own: Part, m: u32, n: u32) -> f32 {
  var sum = 0.0;
  if (ADAPTERS == 1u) {
    for (var k = 0u; k < own.rank; k += 1u) { sum += low(own, m, k) * up(own, n, k); }
  }
  return sum;
}

@compute @workgroup_size(4u * S)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) t: u32) {
  let own = part(wg.z);
  let m0 = wg.y * TM;
  let n0 = own.first + wg.x * TN;
  if (n0 >= own.end) { return; }
  let strip = t / S * R * CM;
  var sum$i_$j = subgroup_matrix_result<f32, CN, CM>();
  for (var k0 = 0u; k0 < p.K; k0 += BK) {
    let last = k0 + BK > p.K;
    for (var q = t; q < BK / 4u * (TM + TN) / 4u; q += 4u * S) {
      let isA = q < BK / 4u * TM / 4u;
      let each = q - select(BK / 4u * TM / 4u, 0u, isA);
      let fours = select(TN, TM, isA) / 4u;
      let along = select(BN, AM, isA) == 1u;
      let other = 4u * select(each / (BK / 4u), each % fours, along);
      let k = 4u * select(each % (BK / 4u), each / fours, along);
      if (isA) {
        let v = block(placeA(m0 + other), k0 + k, true, last);
        for (var e = 0u; e < 4u; e += 1u) {
          for (var f = 0u; f < 4u; f += 1u) { tileA[(other + f) * BK + k + e] = f16(v[e][f]); }
        }
      } else {
        let v = block(placeB(n0 + other, own.end), k0 + k, false, last);
        for (var e = 0u; e < 4u; e += 1u) {
          for (var f = 0u; f < 4u; f += 1u) { tileB[(k + e) * TN + other + f] = f16(v[e][f]); }
        }
      }
    }
    workgroupBarrier();
    for (var k = 0u; k < BK; k += CK) {
      let right$j = subgroupMatrixLoad<Right>(&tileB, k * TN + $ju * CN, false, TN);
      let left$i = subgroupMatrixLoad<Left>(&tileA, (strip + $iu * CM) * BK + k, false, BK);
      sum$i_$j = subgroupMatrixMultiplyAccumulate(left$i, right$j, sum$i_$j);
    }
    workgroupBarrier();
  }
  let at = t / S * CM * CN;
  let row = m0 + strip;
  // on one line, for they belong together
  subgroupMatrixStore(&results, at, sum$i_$j, false, CN); spread(own, row + $iu * CM, n0 + $ju * CN, t);
}
