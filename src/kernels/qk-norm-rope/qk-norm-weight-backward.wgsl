// qk-norm-weight-backward: gradient of qk-norm-rope-forward in its two weights, first stage of two.
//   partial[c,0,d] = sum over the tokens of chunk c and the query heads of dz[d] x[d] r;
//   partial[c,1,d] over the key heads
//   (dz as in qk-norm-rope-backward.wgsl; dQkv still holds the gradients of the turned heads)
//   qkv, dQkv (N,(H+2K)D) in | positions (N) u32 in | rope (P,D) in | rstd (N,H+K) in | partial (chunks,2,D) out=
// One thread per (chunk, query or key, d < D/2), which does d and d + D/2. Second stage: sum-rows.wgsl
// Resources: 6 floats a thread; 0 bytes of workgroup memory; 8 chunk H bytes read an output
struct Params { N: u32, H: u32, K: u32, D: u32, chunk: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;
@group(0) @binding(2) var<storage, read> positions: array<u32>;
@group(0) @binding(3) var<storage, read> rope: array<f32>;
@group(0) @binding(4) var<storage, read> rstd: array<f32>;
@group(0) @binding(5) var<storage, read> dQkv: array<f32>;
@group(0) @binding(6) var<storage, read_write> partial: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let i = wg.x * WG + id.x;
  let chunk = wg.y;
  if (i >= p.D) { return; }
  let half = p.D / 2u;
  let side = i / half; // 0: query weight, 1: key weight
  let d = i - side * half;
  let firstHead = select(0u, p.H, side == 1u);
  let endHead = select(p.H, p.H + p.K, side == 1u);
  let stride = (p.H + 2u * p.K) * p.D;
  let end = min(p.N, (chunk + 1u) * p.chunk);
  var low = 0.0;
  var high = 0.0;
  for (var n = chunk * p.chunk; n < end; n += 1u) {
    let turn = positions[n] * p.D;
    let c = rope[turn + d];
    let s = rope[turn + half + d];
    for (var h = firstHead; h < endHead; h += 1u) {
      let at = n * stride + h * p.D + d;
      let r = rstd[n * (p.H + p.K) + h];
      low += (dQkv[at] * c + dQkv[at + half] * s) * qkv[at] * r;
      high += (dQkv[at + half] * c - dQkv[at] * s) * qkv[at + half] * r;
    }
  }
  let out = chunk * 2u * p.D + side * p.D + d;
  partial[out] = low;
  partial[out + half] = high;
}
