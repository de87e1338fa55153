// adamw: one step of AdamW (Loshchilov & Hutter 2019; torch.optim.AdamW) on clipped gradients.
//   g' = clip g;   m = b1 m + (1 - b1) g';   v = b2 v + (1 - b2) g'^2
//   x = x (1 - lr wd) - lr (m / c1) / (sqrt(v / c2) + eps)        c1 = 1 - b1^t, c2 = 1 - b2^t
//   g (n) in | norm (4) in: (norm, clip, ok, 0) of global-norm-finish.wgsl | x, m, v (n) in/out
//   spared (first + count) in: first element and end, ascending, of what does not decay (wd 0): norms and biases
// Nothing changes where ok is 0: a gradient that is not finite never reaches the weights. One thread per element.
// Resources: 4 floats a thread; 0 bytes of workgroup memory; 16 bytes read an output
struct Params { n: u32, lr: f32, b1: f32, b2: f32, eps: f32, decay: f32, c1: f32, c2: f32, first: u32, count: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read> norm: array<f32>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;
@group(0) @binding(4) var<storage, read_write> m: array<f32>;
@group(0) @binding(5) var<storage, read_write> v: array<f32>;
@group(0) @binding(6) var<storage, read> spared: array<vec2u>;
override WG: u32 = 64;

fn decays(i: u32) -> bool {
  var low = p.first;
  var high = p.first + p.count;
  while (low < high) {
    let middle = (low + high) / 2u;
    let span = spared[middle];
    if (i >= span.x && i < span.y) { return false; }
    if (i < span.x) { high = middle; } else { low = middle + 1u; }
  }
  return true;
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.n || norm[2] != 1.0) { return; }
  let gradient = g[i] * norm[1];
  let first = p.b1 * m[i] + (1.0 - p.b1) * gradient;
  let second = p.b2 * v[i] + (1.0 - p.b2) * gradient * gradient;
  m[i] = first;
  v[i] = second;
  x[i] = x[i] * (1.0 - p.lr * select(0.0, p.decay, decays(i))) - p.lr * (first / p.c1) / (sqrt(second / p.c2) + p.eps);
}
