// rms-norm-forward: root-mean-square normalisation of each row (Zhang & Sennrich 2019; torch.nn.RMSNorm).
//   r[n] = 1 / sqrt(mean_c x[n,c]^2 + eps);   y[n,c] = w[c] x[n,c] r[n], plus residual[n,c] where ADD is 1
//   x (N,C) in, at column x0 of rows of xs | w (C) in | residual (N,C) in |
//   y (N,C) out=, at column y0 of rows of ys | rstd (N) out=
// T threads share a row, R rows share a workgroup. Gradient: rms-norm-backward.wgsl
// Resources: 3 floats a thread; 256 bytes of workgroup memory; 12 bytes read an output
struct Params { N: u32, C: u32, xs: u32, x0: u32, ys: u32, y0: u32, eps: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> residual: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> rstd: array<f32>;
override T: u32 = 64;
override R: u32 = 1;
override ADD: u32 = 0;
var<workgroup> partial: array<f32, T * R>;

@compute @workgroup_size(T, R)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let n = (wg.x + wg.y * groups.x) * R + id.y;
  let alive = n < p.N;
  let base = n * p.xs + p.x0;
  var sum = 0.0;
  if (alive) {
    for (var c = id.x; c < p.C; c += T) { let v = x[base + c]; sum += v * v; }
  }
  if (T > 1u) {
    partial[id.y * T + id.x] = sum;
    for (var half = T / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (id.x < half) { partial[id.y * T + id.x] += partial[id.y * T + id.x + half]; }
    }
    workgroupBarrier();
    sum = partial[id.y * T];
  }
  if (!alive) { return; }
  let r = 1.0 / sqrt(sum / f32(p.C) + p.eps);
  if (id.x == 0u) { rstd[n] = r; }
  let to = n * p.ys + p.y0;
  for (var c = id.x; c < p.C; c += T) {
    var v = w[c] * x[base + c] * r;
    if (ADD == 1u) { v += residual[to + c]; }
    y[to + c] = v;
  }
}
