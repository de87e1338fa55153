// divergence-backward: gradient of sum_n (w[n] logp[n] + b[n] D[n]) in the student's logits of one tile, in place.
//   of logp as in logprob-backward.wgsl;   of D, p the probabilities that D is taken of:
//   an outcome of the support: b (p dD/dp - p slope);   a column without a part in D: 0;
//   a column of the bucket for the rest, of probability r in a bucket of R: b r (R dD/dR / R - slope)
//   s (N,W) in: logits; out=: their gradient | t, top, result, mass, found in: as in divergence-forward.wgsl |
//   given (N) vec4f in: (the teacher's lse, w, b, -) | y (N) u32 in
// One thread per element.
// Resources: 12 floats a thread; 0 bytes of workgroup memory; 8 bytes read an output
struct Params { N: u32, W: u32, first: u32, width: u32, K: u32, support: u32, alpha: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> s: array<f32>;
@group(0) @binding(2) var<storage, read> t: array<f32>;
@group(0) @binding(3) var<storage, read> top: array<vec2f>;
@group(0) @binding(4) var<storage, read> result: array<vec4f>;
@group(0) @binding(5) var<storage, read> given: array<vec4f>;
@group(0) @binding(6) var<storage, read> mass: array<vec4f>;
@group(0) @binding(7) var<storage, read> found: array<vec2f>;
@group(0) @binding(8) var<storage, read> y: array<u32>;
override WG: u32 = 64;

// The gradient of row n's D in the logit z of column v.
fn ofDivergence(n: u32, v: u32, z: f32, zt: f32) -> f32 {
  let all = vec2f(result[n].z, given[n].x);
  if (p.support == 0u || within(z, v, top[n * p.K + p.K - 1u])) {
    let by = select(all, mass[n].xy, p.support == 1u);
    return terms(z - by.x, zt - by.y, p.alpha).y - exp(min(z - by.x, 0.0)) * found[n].y;
  }
  if (p.support == 1u) { return 0.0; }
  let left = rest(mass[n].x - all.x);
  let bucket = terms(left, rest(mass[n].y - all.y), p.alpha).y / exp(left);
  return exp(min(z - all.x, 0.0)) * (bucket - found[n].y);
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.N * p.width) { return; }
  let n = i / p.width;
  let v = p.first + i - n * p.width;
  let at = n * p.W + v - p.first;
  let z = s[at];
  let hit = select(0.0, 1.0, v == y[n]);
  let direct = given[n].y * (hit - exp(min(z - result[n].z, 0.0)));
  s[at] = direct + given[n].z * ofDivergence(n, v, z, t[at]);
}
