// attention-tiles-backward-query: attention-backward-query for GPUs, by tiles as in attention-tiles-forward.wgsl.
//   P = exp(q . k[j] / sqrt(D) - lse);   dS = P (dOut . v[j] - delta);
//   dq = sum_j dS k[j] / sqrt(D), n - window < j <= n
//   q, k, qkv, blocks, lse, dOut, delta, dQkv (query heads) as in attention-backward-query.wgsl
// One workgroup per (key head, block of queries, ROWS of the block's (query, head) rows); 8 × CT threads. Of a tile of
// 4 CT keys:
//   1. q . k and dOut . v: R rows × 4 keys a thread; all four pass through workgroup memory, DC × 4 of D at a time
//   2. dq: R rows × every CT-th vec4 of D a thread; keys pass through workgroup memory, 4 XC at a time
// Resources: 64 floats a thread; 15008 bytes of workgroup memory; T / 2 bytes read an output
const D4: u32 = 32u; // head dimension / 4; this and the next three are the host's choice (attention-tiles.ts)
const CT: u32 = 16u; // threads side by side, along keys and along D
const R: u32 = 4u; // rows a thread
const DC: u32 = 2u; // vec4s of D that a tile holds
const CN: u32 = (D4 + CT - 1u) / CT;
const T: u32 = 8u * CT;
const KEYS: u32 = 4u * CT;
const ROWS: u32 = 8u * R;
const LINE: u32 = 2u * (ROWS + KEYS) + 1u; // one more than it holds, so that threads side by side meet different banks
const TILE: u32 = max(DC * LINE, 4u * D4);
const XC: u32 = min(TILE / (4u * D4), CT); // groups of four keys that the tile holds whole
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
var<workgroup> tile: array<vec4f, TILE>; // [d] of q, dOut by row, k, v by key; then keys [group][4][D4]
var<workgroup> weights: array<vec4f, ROWS * (CT + 1u)>; // dS [row][x]: of the keys x, x + CT, x + 2 CT, x + 3 CT
var<workgroup> heads: array<u32, ROWS>; // place of a row among all (query, head) pairs

@compute @workgroup_size(T)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) i: u32) {
  let block = blocks[wg.y];
  let kv = wg.x;
  let share = p.H / p.K;
  let count = (block.y - block.x) * share;
  let first = wg.z * ROWS;
  if (first >= count) { return; }
  let end = block.x + (min(first + ROWS, count) - 1u) / share + 1u; // behind the last key that a row here sees
  let lowest = block.x + first / share;
  let start = max(block.z, lowest - min(lowest, p.window - 1u));
  let tx = i % CT;
  let ty = i / CT;
  let stride = (p.H + 2u * p.K) * D4;
  let values = (p.H + p.K + kv) * D4;
  if (i < ROWS) {
    let row = min(first + i, count - 1u);
    heads[i] = (block.x + row / share) * p.H + kv * share + row % share;
  }
  var acc: array<vec4f, R * CN>;
  var s: array<vec4f, R>;
  var dp: array<vec4f, R>;
  for (var base = start; base < end; base += KEYS) {
    for (var r = 0u; r < R; r += 1u) {
      s[r] = vec4f();
      dp[r] = vec4f();
    }
    for (var d0 = 0u; d0 < D4; d0 += DC) {
      workgroupBarrier();
      for (var e = i; e < (ROWS + KEYS) * DC; e += T) {
        let at = e / DC;
        let d = d0 + e % DC;
        var a = vec4f();
        var b = vec4f();
        if (d < D4) {
          if (at < ROWS) {
            a = q[heads[at] * D4 + d];
            b = dOut[heads[at] * D4 + d];
          } else {
            let key = min(base + at - ROWS, end - 1u);
            a = k[(key * p.K + kv) * D4 + d];
            b = qkv[key * stride + values + d];
          }
        }
        tile[e % DC * LINE + at] = a;
        tile[e % DC * LINE + ROWS + KEYS + at] = b;
      }
      workgroupBarrier();
      for (var d = 0u; d < p.depth; d += 1u) {
        let keys = d * LINE + ROWS + tx;
        let k0 = tile[keys];
        let k1 = tile[keys + CT];
        let k2 = tile[keys + 2u * CT];
        let k3 = tile[keys + 3u * CT];
        for (var r = 0u; r < R; r += 1u) {
          let a = tile[d * LINE + ty + 8u * r];
          s[r] += vec4f(dot(a, k0), dot(a, k1), dot(a, k2), dot(a, k3));
        }
        let v0 = tile[keys + ROWS + KEYS];
        let v1 = tile[keys + ROWS + KEYS + CT];
        let v2 = tile[keys + ROWS + KEYS + 2u * CT];
        let v3 = tile[keys + ROWS + KEYS + 3u * CT];
        for (var r = 0u; r < R; r += 1u) {
          let a = tile[d * LINE + ROWS + KEYS + ty + 8u * r];
          dp[r] += vec4f(dot(a, v0), dot(a, v1), dot(a, v2), dot(a, v3));
        }
      }
    }
    let keys = vec4u(base + tx) + vec4u(0u, CT, 2u * CT, 3u * CT);
    for (var r = 0u; r < R; r += 1u) {
      let n = vec4u(block.x + min(first + ty + 8u * r, count - 1u) / share);
      let head = heads[ty + 8u * r];
      let e = exp(min(s[r] * p.scale - lse[head], vec4f()));
      let shown = (keys <= n) & (n - keys < vec4u(p.window));
      weights[(ty + 8u * r) * (CT + 1u) + tx] = select(vec4f(), e * (dp[r] - delta[head]), shown);
    }
    for (var x0 = 0u; x0 < p.groups; x0 += XC) {
      workgroupBarrier();
      for (var e = i; e < 4u * XC * D4; e += T) {
        let slot = e / D4;
        let key = base + x0 + slot / 4u + CT * (slot % 4u);
        tile[e] = k[(min(key, end - 1u) * p.K + kv) * D4 + e % D4];
      }
      workgroupBarrier();
      for (var x = x0; x < min(x0 + XC, p.groups); x += 1u) {
        for (var r = 0u; r < R; r += 1u) { s[r] = weights[(ty + 8u * r) * (CT + 1u) + x]; }
        for (var c = 0u; c < CN; c += 1u) {
          let at = (x - x0) * 4u * D4 + tx + CT * c;
          let key = mat4x4f(tile[at], tile[at + D4], tile[at + 2u * D4], tile[at + 3u * D4]);
          for (var r = 0u; r < R; r += 1u) { acc[r * CN + c] += key * s[r]; }
        }
      }
    }
  }
  for (var r = 0u; r < R; r += 1u) {
    let row = first + ty + 8u * r;
    if (row >= count) { break; }
    let to = (block.x + row / share) * stride + (kv * share + row % share) * D4;
    for (var c = 0u; c < CN; c += 1u) {
      if (tx + CT * c < D4) { dQkv[to + tx + CT * c] = acc[r * CN + c] * p.scale; }
    }
  }
}
