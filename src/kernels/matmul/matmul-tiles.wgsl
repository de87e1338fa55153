// matmul-tiles: c = a b in any layout and any size, through tiles in workgroup memory: the variant for GPUs.
//   a(m,k) at a0 + m am + k ak | b(k,n) at k bk + n bn: weightAt(i) of weight-format-*.wgsl
//   addend like c, or (ldc) in | c (M,N) out=, at row m, column c0 + n of ldc
//   v = alpha ab:  mode 0: c = v;  1: c += v;  2: c = v + addend;  3: c = v + addend[n] (a bias)
// A workgroup takes 4 TY R rows and 4 TX C columns. Its G groups of TX TY threads walk every G-th slice of K, BK deep,
// each through its own tiles; group 0 adds the others' sums in order, so small outputs with a long K fill the GPU too.
// Thread (x, y) of a group owns the rows 4 (y + i TY) + 0…3 and the columns 4 (x + j TX) + 0…3.
// A line with $i stands for R lines, one with $j for C (matmul-unroll.ts).
const R: u32 = 1u;
const C: u32 = 1u;
const TX: u32 = 16u;
const TY: u32 = 16u;
const G: u32 = 1u;
const BK: u32 = 16u;
struct Params {
  M: u32, N: u32, K: u32, mode: u32, a0: u32, am: u32, ak: u32, bk: u32, bn: u32, ldc: u32, c0: u32, alpha: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;

const T: u32 = TX * TY; // threads of a group
const M4: u32 = TY * R; // rows and columns of the tile, in fours
const N4: u32 = TX * C;
var<workgroup> tileA: array<vec4f, G * BK * M4>; // (group, k, m), four rows a value
var<workgroup> tileB: array<vec4f, G * BK * N4>; // (group, k, n), four columns a value
var<workgroup> others: array<vec4f, select(1u, 4u * T * R * C, G > 1u)>; // sums of one group on their way to group 0

// Outside the matrix both factors are 0: a value read by mistake may be NaN, and NaN times 0 is NaN.
fn loadA(m: u32, k: u32) -> f32 {
  if (m >= p.M || k >= p.K) { return 0.0; }
  return a[p.a0 + m * p.am + k * p.ak];
}

fn loadB(k: u32, n: u32) -> f32 {
  if (n >= p.N || k >= p.K) { return 0.0; }
  return weightAt(k * p.bk + n * p.bn);
}

fn store(m: u32, n0: u32, product: vec4f) {
  if (m >= p.M) { return; }
  for (var e = 0u; e < 4u; e += 1u) {
    let n = n0 + e;
    if (n >= p.N) { return; }
    let at = m * p.ldc + p.c0 + n;
    var v = p.alpha * product[e];
    if (p.mode == 1u) { v += c[at]; }
    if (p.mode >= 2u) { v += addend[select(at, p.c0 + n, p.mode == 3u)]; }
    c[at] = v;
  }
}

@compute @workgroup_size(T * G)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) index: u32) {
  let group = index / T;
  let t = index % T;
  let x = t % TX;
  let y = t / TX;
  let m0 = wg.y * 4u * M4;
  let n0 = wg.x * 4u * N4;
  let ownA = group * BK * M4;
  let ownB = group * BK * N4;
  var sum0_$i_$j = vec4f();
  var sum1_$i_$j = vec4f();
  var sum2_$i_$j = vec4f();
  var sum3_$i_$j = vec4f();
  for (var k0 = 0u; k0 < p.K; k0 += G * BK) {
    let kg = k0 + group * BK;
    // neighbouring threads read neighbouring addresses: along k where that is the contiguous axis, else along m or n
    for (var q = t; q < BK * M4; q += T) {
      let k = select(q / M4, q % BK, p.ak == 1u);
      let m4 = select(q % M4, q / BK, p.ak == 1u);
      let m = m0 + 4u * m4;
      let at = kg + k;
      tileA[ownA + k * M4 + m4] = vec4f(loadA(m, at), loadA(m + 1u, at), loadA(m + 2u, at), loadA(m + 3u, at));
    }
    for (var q = t; q < BK * N4; q += T) {
      let k = select(q / N4, q % BK, p.bk == 1u);
      let n4 = select(q % N4, q / BK, p.bk == 1u);
      let n = n0 + 4u * n4;
      let at = kg + k;
      tileB[ownB + k * N4 + n4] = vec4f(loadB(at, n), loadB(at, n + 1u), loadB(at, n + 2u), loadB(at, n + 3u));
    }
    workgroupBarrier();
    for (var k = 0u; k < BK; k += 1u) {
      let b$j = tileB[ownB + k * N4 + x + $ju * TX];
      let a$i = tileA[ownA + k * M4 + y + $iu * TY];
      sum0_$i_$j += a$i.x * b$j;
      sum1_$i_$j += a$i.y * b$j;
      sum2_$i_$j += a$i.z * b$j;
      sum3_$i_$j += a$i.w * b$j;
    }
    workgroupBarrier();
  }
  for (var g = 1u; g < G; g += 1u) {
    if (group == g) {
      others[(($iu * C + $ju) * 4u) * T + t] = sum0_$i_$j;
      others[(($iu * C + $ju) * 4u + 1u) * T + t] = sum1_$i_$j;
      others[(($iu * C + $ju) * 4u + 2u) * T + t] = sum2_$i_$j;
      others[(($iu * C + $ju) * 4u + 3u) * T + t] = sum3_$i_$j;
    }
    workgroupBarrier();
    if (group == 0u) {
      sum0_$i_$j += others[(($iu * C + $ju) * 4u) * T + t];
      sum1_$i_$j += others[(($iu * C + $ju) * 4u + 1u) * T + t];
      sum2_$i_$j += others[(($iu * C + $ju) * 4u + 2u) * T + t];
      sum3_$i_$j += others[(($iu * C + $ju) * 4u + 3u) * T + t];
    }
    workgroupBarrier();
  }
  if (group > 0u) { return; }
  store(m0 + 4u * (y + $iu * TY), n0 + 4u * (x + $ju * TX), sum0_$i_$j);
  store(m0 + 4u * (y + $iu * TY) + 1u, n0 + 4u * (x + $ju * TX), sum1_$i_$j);
  store(m0 + 4u * (y + $iu * TY) + 2u, n0 + 4u * (x + $ju * TX), sum2_$i_$j);
  store(m0 + 4u * (y + $iu * TY) + 3u, n0 + 4u * (x + $ju * TX), sum3_$i_$j);
}
