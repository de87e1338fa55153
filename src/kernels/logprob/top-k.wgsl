// top-k: the K largest logits of each row with their columns, over a vocabulary that arrives in tiles.
//   z (N,W) in: logits of the columns first .. first + width | top (N,K) vec2f in/out: (logit, column), largest first;
//   ties go to the lower column. The host turns logits into log-probabilities with logprob-forward's lse.
// T threads share a row: each keeps its own K best, thread 0 merges them in thread order.
// Resources: 14 floats a thread; 1280 bytes of workgroup memory; 4 V bytes read an output
const K: u32 = 5u; // the host puts the wanted number here
struct Params { N: u32, W: u32, first: u32, width: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> z: array<f32>;
@group(0) @binding(2) var<storage, read_write> top: array<vec2f>;
override T: u32 = 32;
override R: u32 = 1;
var<workgroup> shared_: array<vec2f, T * R * K>;

fn insert(best: ptr<function, array<vec2f, K>>, candidate: vec2f) {
  var c = candidate;
  for (var i = 0u; i < K; i += 1u) {
    let b = (*best)[i];
    if (c.x > b.x || (c.x == b.x && c.y < b.y)) { (*best)[i] = c; c = b; }
  }
}

@compute @workgroup_size(T, R)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let n = (wg.x + wg.y * groups.x) * R + id.y;
  var best: array<vec2f, K>;
  for (var i = 0u; i < K; i += 1u) { best[i] = vec2f(-1e30, 4e9); }
  if (n < p.N) {
    for (var v = id.x; v < p.width; v += T) {
      let logit = z[n * p.W + v];
      if (logit >= best[K - 1u].x) { insert(&best, vec2f(logit, f32(p.first + v))); }
    }
  }
  if (T > 1u) {
    for (var i = 0u; i < K; i += 1u) { shared_[(id.y * T + id.x) * K + i] = best[i]; }
    workgroupBarrier();
  }
  if (n >= p.N || id.x != 0u) { return; }
  if (T > 1u) {
    for (var i = K; i < T * K; i += 1u) { insert(&best, shared_[id.y * T * K + i]); }
  }
  if (p.first > 0u) {
    for (var i = 0u; i < K; i += 1u) { insert(&best, top[n * K + i]); }
  }
  for (var i = 0u; i < K; i += 1u) { top[n * K + i] = best[i]; }
}
