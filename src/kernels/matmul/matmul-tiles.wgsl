// matmul-tiles: c = a b through tiles in workgroup memory: the variant for GPUs.
//   a: rows of lda, from column a0;  AM 0: (M,K);  1: (K,M) | b: weight(i) of weight-format-*.wgsl, rows of ldb, from
//   column b0;  BN 0: (N,K);  1: (K,N) | addend like c, or (ldc) in | c (M,N) out=, at row m, column c0 + n of ldc
//   lda, a0, ldb, b0 and the axis that is contiguous (K, or M or N) are multiples of 4
//   v = alpha ab:  mode 0: c = v;  1: c += v;  2: c = v + addend;  3: c = v + addend[n] (a bias)
//   mode 4: c (splits,M,N) out= the sums over one slice of K each, which matmul-split-sum adds
// Resources: 44 floats a thread; 16384 bytes of workgroup memory; K / 8 bytes read an output (tiles of 64;
//   of 32: 44, 8192, K / 4;  of 128: 92, 16384, K / 16)
// A workgroup takes 4 TY R rows, 4 TX C columns and one slice of K. It walks K by BK through two pairs of tiles: while
// one pair is multiplied, the next is on its way in registers, 4 × 4 a thread; stored weights are unpacked on it.
// Rows and columns outside the matrix are read at the edge and never stored; only the last step looks where K ends.
// Thread (x, y) owns the rows 4 (y + i TY) + 0…3 and the columns 4 (x + j TX) + 0…3. Every sum runs along k in order,
// whatever the tile, so that all tiles give the same bits where K is in one slice.
// A line with $i stands for R lines, one with $j for C (matmul-unroll.ts).
const R: u32 = 1u;
const C: u32 = 1u;
const TX: u32 = 16u;
const TY: u32 = 16u;
const BK: u32 = 16u;
const AM: u32 = 0u;
const BN: u32 = 0u;
const ADAPTERS: u32 = 0u;
struct Params {
  M: u32, N: u32, K: u32, mode: u32, lda: u32, a0: u32, ldb: u32, b0: u32, ldc: u32, c0: u32, slice: u32, alpha: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;

alias Four = vec4<f32>; // f16 where the run allows it: operands are rounded, sums are not
const M4: u32 = TY * R; // rows and columns of the tile, in fours
const N4: u32 = TX * C;
const K4: u32 = BK / 4u;
const BLOCKS: vec2u = vec2u(K4 * M4, K4 * (M4 + N4)); // of a; of both: at most one a thread
var<workgroup> tileA: array<Four, 2u * BK * M4>; // (pair, k, m), four rows a value
var<workgroup> tileB: array<Four, 2u * BK * N4>; // (pair, k, n), four columns a value

fn put(v: mat4x4f, isA: bool, pair: u32, k: u32, four: u32) {
  if (isA) {
    let at = (pair * BK + k) * M4 + four;
    tileA[at] = Four(v[0]);
    tileA[at + M4] = Four(v[1]);
    tileA[at + 2u * M4] = Four(v[2]);
    tileA[at + 3u * M4] = Four(v[3]);
  } else {
    let at = (pair * BK + k) * N4 + four;
    tileB[at] = Four(v[0]);
    tileB[at + N4] = Four(v[1]);
    tileB[at + 2u * N4] = Four(v[2]);
    tileB[at + 3u * N4] = Four(v[3]);
  }
}

fn store(m: u32, n0: u32, end: u32, slice: u32, product: vec4f) {
  if (m >= p.M) { return; }
  for (var e = 0u; e < 4u; e += 1u) {
    let n = n0 + e;
    if (n >= end) { return; }
    if (p.mode == 4u) {
      c[(slice * p.M + m) * p.N + n] = product[e];
    } else {
      let at = m * p.ldc + p.c0 + n;
      var v = p.alpha * product[e];
      if (p.mode == 1u) { v += c[at]; }
      if (p.mode >= 2u) { v += addend[select(at, p.c0 + n, p.mode == 3u)]; }
      c[at] = v;
    }
  }
}

@compute @workgroup_size(TX * TY)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) t: u32) {
  let own = part(wg.z);
  let slice = select(wg.z, 0u, ADAPTERS == 1u);
  let x = t % TX;
  let y = t / TX;
  let m0 = wg.y * 4u * M4;
  let n0 = own.first + wg.x * 4u * N4;
  if (n0 >= own.end) { return; }
  // neighbouring threads read neighbouring addresses: along k where that is the contiguous axis, else along m or n
  let isA = t < BLOCKS.x;
  let loads = t < BLOCKS.y;
  let q = t - select(BLOCKS.x, 0u, isA);
  let fours = select(N4, M4, isA);
  let along = select(BN, AM, isA) == 1u;
  let four = select(q / K4, q % fours, along);
  let kOwn = 4u * select(q % K4, q / fours, along);
  var place: vec4u;
  if (isA) { place = placeA(m0 + 4u * four); } else { place = placeB(n0 + 4u * four, own.end); }
  let end = min(p.K, (slice + 1u) * p.slice);
  var k0 = slice * p.slice;
  var pair = 1u;
  var begun = false; // the first round only loads: one place for it in the code halves the time to compile
  var sum0_$i_$j = vec4f();
  var sum1_$i_$j = vec4f();
  var sum2_$i_$j = vec4f();
  var sum3_$i_$j = vec4f();
  loop {
    let more = k0 < end;
    var next: mat4x4f;
    if (more && loads) { next = block(place, k0 + kOwn, isA, k0 + BK > p.K); }
    let first = pair * BK;
    for (var k = first; k < select(first, first + BK, begun); k += 1u) {
      let b$j = vec4f(tileB[k * N4 + x + $ju * TX]);
      let a$i = vec4f(tileA[k * M4 + y + $iu * TY]);
      sum0_$i_$j += a$i.x * b$j;
      sum1_$i_$j += a$i.y * b$j;
      sum2_$i_$j += a$i.z * b$j;
      sum3_$i_$j += a$i.w * b$j;
    }
    if (!more) { break; }
    begun = true;
    pair = 1u - pair;
    if (loads) { put(next, isA, pair, kOwn, four); }
    workgroupBarrier();
    k0 += BK;
  }
  let col$j = n0 + 4u * (x + $ju * TX);
  let row$i = m0 + 4u * (y + $iu * TY);
  if (ADAPTERS == 1u) {
    for (var k = 0u; k < own.rank; k += 1u) {
      let u$j = vec4f(up(own, col$j, k), up(own, col$j + 1u, k), up(own, col$j + 2u, k), up(own, col$j + 3u, k));
      sum0_$i_$j += low(own, row$i, k) * u$j;
      sum1_$i_$j += low(own, row$i + 1u, k) * u$j;
      sum2_$i_$j += low(own, row$i + 2u, k) * u$j;
      sum3_$i_$j += low(own, row$i + 3u, k) * u$j;
    }
  }
  store(row$i, col$j, own.end, slice, sum0_$i_$j);
  store(row$i + 1u, col$j, own.end, slice, sum1_$i_$j);
  store(row$i + 2u, col$j, own.end, slice, sum2_$i_$j);
  store(row$i + 3u, col$j, own.end, slice, sum3_$i_$j);
}
