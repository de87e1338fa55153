// embedding-backward: scatter-add of embedding-forward, deterministic and without atomics.
//   dTable[id[j] - first,:] += sum over the tokens n that carry id[j] of dy[n,:], in token order,
//   for ids in this piece's rows
//   dy (N,C) in | order (N) u32: token indices sorted by id | runs (J,3) u32: id, first and end in `order` |
//   dTable (rows,C) out+=
// One thread per (distinct id j, channel c); the host sorts the ids.
// Resources: 1 floats a thread; 0 bytes of workgroup memory; 4 n bytes read an output
struct Params { J: u32, C: u32, first: u32, rows: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> runs: array<u32>;
@group(0) @binding(4) var<storage, read_write> dTable: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.J * p.C) { return; }
  let j = i / p.C;
  let c = i - j * p.C;
  let row = runs[3u * j] - p.first; // wraps below first
  if (row >= p.rows) { return; }
  var sum = 0.0;
  for (var k = runs[3u * j + 1u]; k < runs[3u * j + 2u]; k += 1u) { sum += dy[order[k] * p.C + c]; }
  dTable[row * p.C + c] += sum;
}
