// dropout: zeroes values at random and scales the rest (Srivastava et al. 2014; torch.nn.functional.dropout).
//   y[i] = x[i] keep[i] / (1 - rate), or y += that where ADD is 1;   keep[i] = 1 with probability 1 - rate
//   x (n) in | y (n) out= or out+=
// keep comes from philox.wgsl with key = seed and counter = (i/4, site, stream, 1): the backward pass draws it again.
// One thread per 4 values.
// Resources: 1 floats a thread; 0 bytes of workgroup memory; 4 bytes read an output
struct Params { n: u32, rate: f32, seed: u32, stream: u32, site: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override WG: u32 = 64;
override ADD: u32 = 0;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let four = (wg.x + wg.y * groups.x) * WG + id.x;
  let words = philox(vec4u(four, p.site, p.stream, 1u), vec2u(p.seed, 0u));
  for (var e = 0u; e < 4u; e += 1u) {
    let i = 4u * four + e;
    if (i >= p.n) { return; }
    let keep = f32(words[e] >> 8u) * 0x1p-24 >= p.rate;
    let v = select(0.0, x[i] / (1.0 - p.rate), keep);
    if (ADD == 1u) { y[i] += v; } else { y[i] = v; }
  }
}
