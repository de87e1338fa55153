// divergence-forward: D(S, T) of each row, over a vocabulary that arrives in tiles.
//   support 0: the whole vocabulary;   1: the student's K best, renormalised;   2: these, and one bucket for the rest
//   D and slope = sum p dD/dp add up over the outcomes (divergence-terms.wgsl)
//   s, t (N,W) in: logits of the columns first .. first + width, rows W apart |
//   top (N,K) vec2f in: the student's best |
//   result (N) vec4f in: (logp, entropy, lse, 0) of the student | given (N) vec4f in: (the teacher's lse, -, -, -) |
//   mass (N) vec4f in: log-sum-exp over the K best, of student and teacher | found (N) vec2f in/out: D, slope (nats)
// T threads share a row, R rows share a workgroup. Gradient: divergence-backward.wgsl
// Resources: 10 floats a thread; 512 bytes of workgroup memory; 8 V bytes read an output
struct Params { N: u32, W: u32, first: u32, width: u32, K: u32, support: u32, alpha: f32, last: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> s: array<f32>;
@group(0) @binding(2) var<storage, read> t: array<f32>;
@group(0) @binding(3) var<storage, read> top: array<vec2f>;
@group(0) @binding(4) var<storage, read> result: array<vec4f>;
@group(0) @binding(5) var<storage, read> given: array<vec4f>;
@group(0) @binding(6) var<storage, read> mass: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> found: array<vec2f>;
override T: u32 = 64;
override R: u32 = 1;
const CHUNK = 128u; // columns a thread adds up before they join the row's sum, as in logprob-forward.wgsl
var<workgroup> partial: array<vec2f, T * R>;

@compute @workgroup_size(T, R)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let n = (wg.x + wg.y * groups.x) * R + id.y;
  let alive = n < p.N;
  var mine = vec2f(0.0);
  if (alive) {
    let best = top[n * p.K + p.K - 1u];
    let all = vec2f(result[n].z, given[n].x);
    let by = select(all, mass[n].xy, p.support == 1u);
    for (var begin = id.x; begin < p.width; begin += T * CHUNK) {
      let end = min(begin + T * CHUNK, p.width);
      var part = vec2f(0.0);
      for (var v = begin; v < end; v += T) {
        let z = s[n * p.W + v];
        if (p.support == 0u || within(z, p.first + v, best)) {
          part += terms(z - by.x, t[n * p.W + v] - by.y, p.alpha);
        }
      }
      mine += part;
    }
    if (p.support == 2u && p.last == 1u && id.x == 0u) {
      mine += terms(rest(mass[n].x - all.x), rest(mass[n].y - all.y), p.alpha);
    }
  }
  let slot = id.y * T + id.x;
  if (T > 1u) {
    partial[slot] = mine;
    for (var half = T / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (id.x < half) { partial[slot] += partial[slot + half]; }
    }
    workgroupBarrier();
    mine = partial[id.y * T];
  }
  if (!alive || id.x != 0u) { return; }
  if (p.first > 0u) { mine += found[n]; }
  found[n] = mine;
}
