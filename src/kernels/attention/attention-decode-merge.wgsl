// attention-decode-merge: the parts of attention-decode-split put together, in their order.
//   w[s] = exp(m[s] - max_s m);  out[b,h] = sum_s w[s] partial[b,h,s] / sum_s w[s] l[s],  (m, l) = stats[b,h,s]
//   partial (B,H,parts,D) in | stats (B,H,parts) vec2f in | out (B,H,D) out=
// One thread per four values of a head.
// Resources: 8 floats a thread; 0 bytes of workgroup memory; 4 parts bytes read an output
struct Params { n: u32, D4: u32, parts: u32 } // n = B H D4
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> partial: array<vec4f>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wg.x + wg.y * groups.x) * WG + lane;
  if (i >= p.n) { return; }
  let first = i / p.D4 * p.parts;
  var top = stats[first].x;
  for (var s = 1u; s < p.parts; s += 1u) { top = max(top, stats[first + s].x); }
  var total = 0.0;
  var mixed = vec4f();
  for (var s = 0u; s < p.parts; s += 1u) {
    let w = exp(stats[first + s].x - top);
    total += w * stats[first + s].y;
    mixed += w * partial[(first + s) * p.D4 + i % p.D4];
  }
  out[i] = mixed / total;
}
