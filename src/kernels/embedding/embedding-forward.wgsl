// embedding-forward: gathers rows of a table (torch.nn.functional.embedding).
//   y[n,:] = table[ids[n],:] for the ids first … first + rows - 1; the other rows of y are left to other pieces
//   table (rows,C) in: weightAt(i) of weight-format-*.wgsl | ids (N) u32 in, each < V (the host checks) | y (N,C) out=
// One thread per element. Gradient: embedding-backward.wgsl (repeated ids) or scatter-rows.wgsl (distinct ids)
// Resources: 1 floats a thread; 0 bytes of workgroup memory; 4 bytes read an output
struct Params { N: u32, C: u32, first: u32, rows: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.N * p.C) { return; }
  let n = i / p.C;
  let row = ids[n] - p.first; // wraps below first
  if (row >= p.rows) { return; }
  y[i] = weightAt(row * p.C + (i - n * p.C));
}
