// bias-backward: gradient of a bias that was added to every row, first stage of two.
//   partial[k,c] = sum over the rows n of chunk k of dy[n,c]
//   dy (N,C) in | partial (K,C) out=;  K chunks of `chunk` rows; second stage: sum-rows.wgsl
// One thread per (chunk, column). Fixed order, so the same bits each time.
// Resources: 1 floats a thread; 0 bytes of workgroup memory; 4 chunk bytes read an output
struct Params { N: u32, C: u32, chunk: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let c = wg.x * WG + id.x;
  if (c >= p.C) { return; }
  let end = min(p.N, (wg.y + 1u) * p.chunk);
  var sum = 0.0;
  for (var n = wg.y * p.chunk; n < end; n += 1u) { sum += dy[n * p.C + c]; }
  partial[wg.y * p.C + c] = sum;
}
