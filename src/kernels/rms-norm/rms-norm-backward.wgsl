// rms-norm-backward: gradient of rms-norm-forward in its input.
//   g[c] = dy[n,c] w[c];   dx[n,c] = r (g[c] - x[n,c] r^2 mean_k(g[k] x[n,k]))
//   x, dy, dx (N,C), each at column `start` of rows of `stride` | w (C) in | rstd (N) in
//   MODE 0: dx out=, dy in;  1: dx out+= (the residual stream's gradient), dy in;
//   2: in place, dx holds dy (dy is not read)
// T threads share a row, R rows share a workgroup. The weight's gradient: rms-norm-weight-backward.wgsl
// Resources: 4 floats a thread; 256 bytes of workgroup memory; 24 bytes read an output
struct Params { N: u32, C: u32, stride: u32, start: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> rstd: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;
override T: u32 = 64;
override R: u32 = 1;
override MODE: u32 = 0;
var<workgroup> partial: array<f32, T * R>;

fn up(i: u32) -> f32 {
  if (MODE == 2u) { return dx[i]; }
  return dy[i];
}

@compute @workgroup_size(T, R)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let n = (wg.x + wg.y * groups.x) * R + id.y;
  let alive = n < p.N;
  let base = n * p.stride + p.start;
  var sum = 0.0;
  if (alive) {
    for (var c = id.x; c < p.C; c += T) { sum += up(base + c) * w[c] * x[base + c]; }
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
  let r = rstd[n];
  let pull = sum * r * r / f32(p.C);
  for (var c = id.x; c < p.C; c += T) {
    let d = r * (up(base + c) * w[c] - x[base + c] * pull);
    if (MODE == 1u) { dx[base + c] += d; } else { dx[base + c] = d; }
  }
}
