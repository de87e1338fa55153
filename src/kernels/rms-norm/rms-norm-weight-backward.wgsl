// rms-norm-weight-backward: gradient of rms-norm-forward in its weight, first stage of two.
//   partial[k,c] = sum over the rows n of chunk k of dy[n,c] x[n,c] rstd[n]
//   x, dy (N,C) in, each at column `start` of rows of `stride` | rstd (N) in |
//   partial (K,C) out=;  K chunks of `chunk` rows; second stage: sum-rows.wgsl
// One thread per (chunk, channel): neighbours read neighbouring channels. Fixed order, so the same bits each time.
// Resources: 1 floats a thread; 0 bytes of workgroup memory; 12 chunk bytes read an output
struct Params { N: u32, C: u32, K: u32, chunk: u32, stride: u32, start: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> rstd: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> partial: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let c = wg.x * WG + id.x;
  let k = wg.y;
  if (c >= p.C) { return; }
  let end = min(p.N, (k + 1u) * p.chunk);
  var sum = 0.0;
  for (var n = k * p.chunk; n < end; n += 1u) {
    let at = n * p.stride + p.start + c;
    sum += dy[at] * x[at] * rstd[n];
  }
  partial[k * p.C + c] = sum;
}
