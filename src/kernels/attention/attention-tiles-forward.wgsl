// attention-tiles-forward: attention-forward for GPUs (FlashAttention-2, Dao 2023), no more in registers as D grows.
//   s[j] = q . k[j] / sqrt(D) for the keys n - window < j <= n of the same sequence;
//   out = sum_j softmax(s)[j] v[j];   lse = log sum_j exp s[j]
//   q, k, qkv, blocks, out, lse as in attention-forward.wgsl
// A row is a query and one of the `share` query heads on a key head, so that these read its tiles together. One
// workgroup of 8 × CT threads per (key head, block of queries, ROWS of the block's rows). It walks tiles of 4 CT keys,
// from the first that its window shows to its last query's own:
//   1. scores: R rows × 4 keys a thread; queries and keys pass through workgroup memory, DC × 4 of D at a time
//   2. softmax: of each row one thread finds the maximum, all take exp of what they hold
//   3. out: R rows × every CT-th vec4 of D a thread; values pass through workgroup memory, 4 XC keys at a time
// Resources: 56 floats a thread; 15040 bytes of workgroup memory; 5 T / 16 bytes read an output
const D4: u32 = 32u; // head dimension / 4; this and the next three are the host's choice (attention-tiles.ts)
const CT: u32 = 16u; // threads side by side, along keys and along D
const R: u32 = 4u; // rows a thread
const DC: u32 = 4u; // vec4s of D that a tile holds
const CN: u32 = (D4 + CT - 1u) / CT;
const T: u32 = 8u * CT;
const KEYS: u32 = 4u * CT;
const ROWS: u32 = 8u * R;
const LINE: u32 = ROWS + KEYS + 1u; // one more than it holds, so that threads side by side meet different banks
const TILE: u32 = max(DC * LINE, 4u * D4);
const XC: u32 = min(TILE / (4u * D4), CT); // groups of four keys whose values the tile holds
const HIDDEN: f32 = -1e30;
alias Four = vec4<f32>; // vec4<f16> where the run lets products round to f16; scores and sums stay f32
// depth = DC, groups = CT: loops over them are not unrolled, which takes some compilers minutes.
struct Params { H: u32, K: u32, scale: f32, window: u32, depth: u32, groups: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> k: array<vec4f>;
@group(0) @binding(3) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(4) var<storage, read> blocks: array<vec4u>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> lse: array<f32>;
var<workgroup> tile: array<Four, TILE>; // queries [d][row], keys [d][key]; then values [group][4][D4]
var<workgroup> weights: array<vec4f, ROWS * (CT + 1u)>; // [row][x]: of the keys x, x + CT, x + 2 CT, x + 3 CT
var<workgroup> tops: array<f32, ROWS>;

fn held(at: u32) -> vec4f { return vec4f(tile[at]); }
fn largest(v: vec4f) -> f32 { return max(max(v.x, v.y), max(v.z, v.w)); }

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
  var m: array<f32, R>;
  var sum: array<f32, R>;
  var acc: array<vec4f, R * CN>;
  for (var r = 0u; r < R; r += 1u) { m[r] = HIDDEN; }
  var s: array<vec4f, R>;
  for (var base = start; base < end; base += KEYS) {
    for (var r = 0u; r < R; r += 1u) { s[r] = vec4f(); }
    for (var d0 = 0u; d0 < D4; d0 += DC) {
      workgroupBarrier();
      for (var e = i; e < (ROWS + KEYS) * DC; e += T) {
        let d = e % DC;
        let at = e / DC;
        var x = vec4f();
        if (d0 + d < D4) {
          if (at < ROWS) {
            let row = min(first + at, count - 1u);
            x = q[((block.x + row / share) * p.H + kv * share + row % share) * D4 + d0 + d];
          } else {
            x = k[(min(base + at - ROWS, end - 1u) * p.K + kv) * D4 + d0 + d];
          }
        }
        tile[d * LINE + at] = Four(x);
      }
      workgroupBarrier();
      for (var d = 0u; d < p.depth; d += 1u) {
        let keys = d * LINE + ROWS + tx;
        let k0 = held(keys);
        let k1 = held(keys + CT);
        let k2 = held(keys + 2u * CT);
        let k3 = held(keys + 3u * CT);
        for (var r = 0u; r < R; r += 1u) {
          let query = held(d * LINE + ty + 8u * r);
          s[r] += vec4f(dot(query, k0), dot(query, k1), dot(query, k2), dot(query, k3));
        }
      }
    }
    let keys = vec4u(base + tx) + vec4u(0u, CT, 2u * CT, 3u * CT);
    for (var r = 0u; r < R; r += 1u) {
      let n = vec4u(block.x + min(first + ty + 8u * r, count - 1u) / share);
      s[r] = select(vec4f(HIDDEN), s[r] * p.scale, (keys <= n) & (n - keys < vec4u(p.window)));
      weights[(ty + 8u * r) * (CT + 1u) + tx] = s[r];
    }
    workgroupBarrier();
    if (i < ROWS) {
      var top = HIDDEN;
      for (var x = 0u; x < p.groups; x += 1u) { top = max(top, largest(weights[i * (CT + 1u) + x])); }
      tops[i] = top;
    }
    workgroupBarrier();
    for (var r = 0u; r < R; r += 1u) {
      let m2 = max(m[r], tops[ty + 8u * r]);
      let shrink = exp(m[r] - m2);
      // a row that sees nothing yet has m2 = HIDDEN and would otherwise count hidden keys as exp(0)
      let e = select(exp(s[r] - m2), vec4f(), s[r] == vec4f(HIDDEN));
      m[r] = m2;
      sum[r] = sum[r] * shrink + dot(e, vec4f(1.0));
      weights[(ty + 8u * r) * (CT + 1u) + tx] = e;
      for (var c = 0u; c < CN; c += 1u) { acc[r * CN + c] *= shrink; }
    }
    for (var x0 = 0u; x0 < p.groups; x0 += XC) {
      workgroupBarrier();
      for (var e = i; e < 4u * XC * D4; e += T) {
        let slot = e / D4;
        let key = base + x0 + slot / 4u + CT * (slot % 4u);
        tile[e] = Four(qkv[min(key, end - 1u) * stride + values + e % D4]);
      }
      workgroupBarrier();
      for (var x = x0; x < min(x0 + XC, p.groups); x += 1u) {
        for (var r = 0u; r < R; r += 1u) { s[r] = weights[(ty + 8u * r) * (CT + 1u) + x]; }
        for (var c = 0u; c < CN; c += 1u) {
          let at = (x - x0) * 4u * D4 + tx + CT * c;
          let v = mat4x4f(held(at), held(at + D4), held(at + 2u * D4), held(at + 3u * D4));
          for (var r = 0u; r < R; r += 1u) { acc[r * CN + c] += v * s[r]; }
        }
      }
    }
  }
  workgroupBarrier();
  for (var r = 0u; r < R; r += 1u) { weights[(ty + 8u * r) * (CT + 1u) + tx] = vec4f(sum[r]); }
  workgroupBarrier();
  for (var r = 0u; r < R; r += 1u) {
    let row = first + ty + 8u * r;
    if (row >= count) { break; }
    var total = 0.0;
    for (var x = 0u; x < p.groups; x += 1u) { total += weights[(ty + 8u * r) * (CT + 1u) + x].x; }
    let head = (block.x + row / share) * p.H + kv * share + row % share;
    for (var c = 0u; c < CN; c += 1u) {
      if (tx + CT * c < D4) { out[head * D4 + tx + CT * c] = acc[r * CN + c] / total; }
    }
    if (tx == 0u) { lse[head] = m[r] + log(total); }
  }
}
