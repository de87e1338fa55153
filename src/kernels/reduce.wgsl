// reduce: sum or mean of one column over segments of its rows; segment k is the rows offsets[k] .. offsets[k+1] - 1.
//   out[k] = (sum_i x[i,column]) / divisor[k];   the divisor is 1 where divide is 0
//   x (N,stride) in | offsets (S+1) u32 in | divisor (S) in | out (S) out=
// T threads share a segment, R segments share a workgroup. A thread adds in blocks of 64 and the threads as a tree: the
// order is fixed, and rounding grows with n / 64, not n. reduce.ts cuts long segments and runs it twice.
struct Params { S: u32, stride: u32, column: u32, divide: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;
@group(0) @binding(3) var<storage, read> divisor: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
override T: u32 = 32;
override R: u32 = 4;
const BLOCK = 64u;
var<workgroup> partial: array<f32, T * R>;

@compute @workgroup_size(T, R)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let k = (wg.x + wg.y * groups.x) * R + id.y;
  let alive = k < p.S;
  var sum = 0.0;
  if (alive) {
    let end = offsets[k + 1u];
    for (var from_ = offsets[k] + id.x; from_ < end; from_ += T * BLOCK) {
      var part = 0.0;
      for (var i = from_; i < min(end, from_ + T * BLOCK); i += T) { part += x[i * p.stride + p.column]; }
      sum += part;
    }
  }
  if (T > 1u) {
    let slot = id.y * T + id.x;
    partial[slot] = sum;
    for (var half = T / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (id.x < half) { partial[slot] += partial[slot + half]; }
    }
    workgroupBarrier();
    sum = partial[id.y * T];
  }
  if (!alive || id.x != 0u) { return; }
  if (p.divide == 1u) { sum /= divisor[k]; }
  out[k] = sum;
}
