// histogram: how often one column's values fall into B bins of equal width between lo and hi.
//   counts[clamp(floor((x - lo) scale), 0, B - 1)] += 1;   what lies outside goes into the end bins, NaN into counts[B]
//   x (N,stride) in | counts (B+1) u32 out+=, B <= 256
// A thread takes PER values a workgroup apart. Counts are integers, so the order in which atomics add cannot be seen.
struct Params { N: u32, stride: u32, column: u32, B: u32, lo: f32, scale: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>;
override WG: u32 = 64;
override PER: u32 = 16;
var<workgroup> mine: array<atomic<u32>, 257>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let first = (wg.x + wg.y * groups.x) * WG * PER + id.x; // workgroup memory starts out as zeros
  for (var i = first; i < min(p.N, first + WG * PER); i += WG) {
    let bits = x[i * p.stride + p.column];
    var bin = p.B;
    if ((bits & 0x7fffffffu) <= 0x7f800000u) { // bits, since compilers may assume that NaN never occurs
      let place = floor((bitcast<f32>(bits) - p.lo) * p.scale);
      bin = u32(clamp(place, 0.0, f32(p.B - 1u)));
    }
    atomicAdd(&mine[bin], 1u);
  }
  workgroupBarrier();
  for (var bin = id.x; bin <= p.B; bin += WG) {
    let count = atomicLoad(&mine[bin]);
    if (count > 0u) { atomicAdd(&counts[bin], count); }
  }
}
