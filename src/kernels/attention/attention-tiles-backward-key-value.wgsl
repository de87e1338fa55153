// attention-tiles-backward-key-value: attention-backward-key-value for GPUs, in tiles as attention-tiles-forward.wgsl.
//   P = exp(q[n] . k / sqrt(D) - lse[n]);   dv = sum_n P dOut[n];
//   dk = sum_n P (dOut[n] . v - delta[n]) q[n] / sqrt(D)
//   over the queries j <= n < j + window of the same sequence and the query heads that share this key head
//   q, k, qkv, blocks, lse, dOut, delta, dQkv (key and value heads): as there
// One workgroup of 8 × CT threads per (key head, block of keys, KEYS of the block's keys). It walks the (query, head)
// rows that see one of its keys, in tiles of 4 CT:
//   1. k . q and v . dOut: R keys × 4 rows a thread; all four pass through workgroup memory, DC × 4 of D at a time
//   2. dv, dk: R keys × every CT-th vec4 of D a thread; dOut and q pass through workgroup memory, 4 XC rows at a time
// Resources: 48 floats a thread; 13856 bytes of workgroup memory; T bytes read an output
const D4: u32 = 32u; // head dimension / 4; this and the next three are the host's choice (attention-tiles.ts)
const CT: u32 = 16u; // threads side by side, along rows and along D
const R: u32 = 2u; // keys a thread
const DC: u32 = 2u; // vec4s of D that a tile holds
const CN: u32 = (D4 + CT - 1u) / CT;
const T: u32 = 8u * CT;
const KEYS: u32 = 8u * R;
const ROWS: u32 = 4u * CT;
const LINE: u32 = 2u * (KEYS + ROWS) + 1u; // one more than it holds, so that threads side by side meet different banks
const TILE: u32 = max(DC * LINE, 8u * D4);
const XC: u32 = min(TILE / (8u * D4), CT); // groups of four rows that the tile holds whole, of dOut and of q
// depth = DC, groups = CT: loops over them are not unrolled, which takes some compilers minutes.
struct Params { H: u32, K: u32, scale: f32, window: u32, depth: u32, groups: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> k: array<vec4f>;
@group(0) @binding(3) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(4) var<storage, read> blocks: array<vec4u>;
@group(0) @binding(5) var<storage, read> lse: array<f32>;
@group(0) @binding(6) var<storage, read> dOut: array<vec4f>;
@group(0) @binding(7) var<storage, read> delta: array<f32>;
@group(0) @binding(8) var<storage, read_write> dQkv: array<vec4f>;
var<workgroup> tile: array<vec4f, TILE>; // [d] of k, v by key, q, dOut by row; then dOut, q [group][4][D4]
var<workgroup> weights: array<vec4f, KEYS * (CT + 1u)>; // P [key][x]: of the rows x, x + CT, x + 2 CT, x + 3 CT
var<workgroup> pulls: array<vec4f, KEYS * (CT + 1u)>; // dS, likewise

@compute @workgroup_size(T)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) i: u32) {
  let block = blocks[wg.y];
  let kv = wg.x;
  let share = p.H / p.K;
  let first = block.x + wg.z * KEYS;
  if (first >= block.y) { return; }
  let end = min(first + KEYS, block.y);
  let count = (min(block.w, end - 1u + min(p.window, block.w)) - first) * share; // rows from query `first` on
  let tx = i % CT;
  let ty = i / CT;
  let stride = (p.H + 2u * p.K) * D4;
  let values = (p.H + p.K + kv) * D4;
  var dKey: array<vec4f, R * CN>;
  var dValue: array<vec4f, R * CN>;
  var s: array<vec4f, R>;
  var dp: array<vec4f, R>;
  for (var base = 0u; base < count; base += ROWS) {
    for (var r = 0u; r < R; r += 1u) {
      s[r] = vec4f();
      dp[r] = vec4f();
    }
    for (var d0 = 0u; d0 < D4; d0 += DC) {
      workgroupBarrier();
      for (var e = i; e < (KEYS + ROWS) * DC; e += T) {
        let at = e / DC;
        let d = d0 + e % DC;
        var a = vec4f();
        var b = vec4f();
        if (d < D4) {
          if (at < KEYS) {
            let key = min(first + at, end - 1u);
            a = k[(key * p.K + kv) * D4 + d];
            b = qkv[key * stride + values + d];
          } else {
            let row = min(base + at - KEYS, count - 1u);
            let head = ((first + row / share) * p.H + kv * share + row % share) * D4;
            a = q[head + d];
            b = dOut[head + d];
          }
        }
        tile[e % DC * LINE + at] = a;
        tile[e % DC * LINE + KEYS + ROWS + at] = b;
      }
      workgroupBarrier();
      for (var d = 0u; d < p.depth; d += 1u) {
        let rows = d * LINE + KEYS + tx;
        let q0 = tile[rows];
        let q1 = tile[rows + CT];
        let q2 = tile[rows + 2u * CT];
        let q3 = tile[rows + 3u * CT];
        for (var r = 0u; r < R; r += 1u) {
          let a = tile[d * LINE + ty + 8u * r];
          s[r] += vec4f(dot(a, q0), dot(a, q1), dot(a, q2), dot(a, q3));
        }
        let u0 = tile[rows + KEYS + ROWS];
        let u1 = tile[rows + KEYS + ROWS + CT];
        let u2 = tile[rows + KEYS + ROWS + 2u * CT];
        let u3 = tile[rows + KEYS + ROWS + 3u * CT];
        for (var r = 0u; r < R; r += 1u) {
          let a = tile[d * LINE + KEYS + ROWS + ty + 8u * r];
          dp[r] += vec4f(dot(a, u0), dot(a, u1), dot(a, u2), dot(a, u3));
        }
      }
    }
    let rows = vec4u(base + tx) + vec4u(0u, CT, 2u * CT, 3u * CT);
    let inside = min(rows, vec4u(count - 1u));
    let n = first + inside / share;
    let head = n * p.H + kv * share + inside % share;
    let norm = vec4f(lse[head.x], lse[head.y], lse[head.z], lse[head.w]);
    let pull = vec4f(delta[head.x], delta[head.y], delta[head.z], delta[head.w]);
    for (var r = 0u; r < R; r += 1u) {
      let key = vec4u(first + ty + 8u * r);
      let shown = (rows < vec4u(count)) & (key <= n) & (n - key < vec4u(p.window));
      let e = select(vec4f(), exp(min(s[r] * p.scale - norm, vec4f())), shown);
      weights[(ty + 8u * r) * (CT + 1u) + tx] = e;
      pulls[(ty + 8u * r) * (CT + 1u) + tx] = e * (dp[r] - pull);
    }
    for (var x0 = 0u; x0 < p.groups; x0 += XC) {
      workgroupBarrier();
      for (var e = i; e < 4u * XC * D4; e += T) {
        let slot = e / D4;
        let row = min(base + x0 + slot / 4u + CT * (slot % 4u), count - 1u);
        let at = ((first + row / share) * p.H + kv * share + row % share) * D4 + e % D4;
        tile[e] = dOut[at];
        tile[4u * XC * D4 + e] = q[at];
      }
      workgroupBarrier();
      for (var x = x0; x < min(x0 + XC, p.groups); x += 1u) {
        for (var r = 0u; r < R; r += 1u) {
          s[r] = weights[(ty + 8u * r) * (CT + 1u) + x];
          dp[r] = pulls[(ty + 8u * r) * (CT + 1u) + x];
        }
        for (var c = 0u; c < CN; c += 1u) {
          let at = (x - x0) * 4u * D4 + tx + CT * c;
          let up = mat4x4f(tile[at], tile[at + D4], tile[at + 2u * D4], tile[at + 3u * D4]);
          for (var r = 0u; r < R; r += 1u) { dValue[r * CN + c] += up * s[r]; }
          let to = at + 4u * XC * D4;
          let query = mat4x4f(tile[to], tile[to + D4], tile[to + 2u * D4], tile[to + 3u * D4]);
          for (var r = 0u; r < R; r += 1u) { dKey[r * CN + c] += query * dp[r]; }
        }
      }
    }
  }
  for (var r = 0u; r < R; r += 1u) {
    let j = first + ty + 8u * r;
    if (j >= end) { break; }
    for (var c = 0u; c < CN; c += 1u) {
      let d = tx + CT * c;
      if (d < D4) {
        dQkv[j * stride + (p.H + kv) * D4 + d] = dKey[r * CN + c] * p.scale;
        dQkv[j * stride + values + d] = dValue[r * CN + c];
      }
    }
  }
}
