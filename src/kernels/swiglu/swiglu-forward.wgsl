// swiglu-forward: gated unit (Shazeer 2020; the MLP of Llama and Qwen).
//   y[n,f] = silu(g) u with g = gu[n,f], u = gu[n,F+f], silu(g) = g / (1 + exp(-g))
//   gu (N,2F) in: gate columns, then up columns | y (N,F) out=
// exp is kept below what overflows: WGSL promises nothing of infinity.
// One thread per element. Gradient: swiglu-backward.wgsl
// Resources: 2 floats a thread; 0 bytes of workgroup memory; 8 bytes read an output
struct Params { N: u32, F: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> gu: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.N * p.F) { return; }
  let n = i / p.F;
  let at = i + n * p.F; // n * 2F + f
  let g = gu[at];
  y[i] = g / (1.0 + exp(min(-g, 88.0))) * gu[at + p.F];
}
