// quantile: the values of two ranks of each segment, exactly, and their mean; segment k is rows offsets[k] .. offsets[k+1] - 1.
//   out[k] = (x_(lo) + x_(hi)) / 2,  x_(j) the j-th smallest from 0;   0 for an empty segment
//   x (N,stride) in | offsets (S+1) u32 in | ranks (S) u32 in: (lo, hi), below the segment's length | out (S) out=
// Radix select on keys that sort as the numbers do: four passes fix one byte of the key each, by counting the values that
// agree with the bytes found so far. -0 sorts before 0 and NaN last, as in a JavaScript typed array.
// One workgroup a segment; counts are integers, so the order in which atomics add cannot be seen.
struct Params { S: u32, stride: u32, column: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;
@group(0) @binding(3) var<storage, read> ranks: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> out: array<u32>; // bits: a value that was found keeps all of them
override WG: u32 = 64;
var<workgroup> counts: array<atomic<u32>, 256>;
var<workgroup> chosen: vec2u; // the next byte, and the rank among the values that share it

// Negative numbers sort by falling magnitude, so all their bits turn; of others only the sign.
fn key(bits: u32) -> u32 {
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0xffffffffu; }
  return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

fn unkey(k: u32) -> u32 { return select(~k, k & 0x7fffffffu, k >= 0x80000000u); }

// The key of rank `rank`; all threads call it together.
fn select_(id: u32, first: u32, end: u32, rank: u32) -> u32 {
  var found = 0u;
  var left = rank;
  for (var shift = 24u; shift <= 24u; shift -= 8u) { // 24, 16, 8, 0, then below 0 and so above 24
    for (var bin = id; bin < 256u; bin += WG) { atomicStore(&counts[bin], 0u); }
    workgroupBarrier();
    for (var i = first + id; i < end; i += WG) {
      let k = key(x[i * p.stride + p.column]);
      // in two shifts: a shift by all 32 bits is not defined
      if (((k ^ found) >> shift) >> 8u == 0u) { atomicAdd(&counts[(k >> shift) & 255u], 1u); }
    }
    workgroupBarrier();
    if (id == 0u) {
      var bin = 0u;
      var before = 0u;
      for (var count = atomicLoad(&counts[0]); before + count <= left && bin < 255u; count = atomicLoad(&counts[bin])) {
        before += count;
        bin += 1u;
      }
      chosen = vec2u(bin, left - before);
    }
    let next = workgroupUniformLoad(&chosen);
    found |= next.x << shift;
    left = next.y;
  }
  return found;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) id: u32) {
  let k = wg.x + wg.y * groups.x;
  if (k >= p.S) { return; }
  let first = offsets[k];
  let end = offsets[k + 1u];
  let rank = ranks[k];
  if (first >= end) {
    if (id == 0u) { out[k] = 0u; }
    return;
  }
  let lo = select_(id, first, end, rank.x);
  var hi = lo;
  if (rank.y != rank.x) { hi = select_(id, first, end, rank.y); }
  if (id == 0u) {
    let middle = 0.5 * (bitcast<f32>(unkey(lo)) + bitcast<f32>(unkey(hi)));
    out[k] = select(bitcast<u32>(middle), unkey(lo), lo == hi);
  }
}
