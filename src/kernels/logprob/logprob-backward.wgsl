// logprob-backward: gradient of sum_n w[n] logp[n] in the logits of one vocabulary tile, in place.
//   dz[n,v] = w[n] ([v = y[n]] - exp(z[n,v] - lse[n]))
//   z (N,W) in: logits of the columns first .. first + width; out=: their gradient | y (N) u32 in |
//   result (N) vec4f in: (logp, entropy, lse, 0) | w (N) in
// One thread per element.
// Resources: 4 floats a thread; 0 bytes of workgroup memory; 4 bytes read an output
struct Params { N: u32, W: u32, first: u32, width: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> y: array<u32>;
@group(0) @binding(2) var<storage, read> result: array<vec4f>;
@group(0) @binding(3) var<storage, read> w: array<f32>;
@group(0) @binding(4) var<storage, read_write> z: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.N * p.width) { return; }
  let n = i / p.width;
  let v = i - n * p.width;
  let at = n * p.W + v;
  let hit = select(0.0, 1.0, p.first + v == y[n]);
  z[at] = w[n] * (hit - exp(min(z[at] - result[n].z, 0.0)));
}
