// decode-begin: embeds the newest token of every active row and tells the later kernels its position.
//   x[b,:] = table[last token of row],  positions[b] = its position;   row = rows[b]
//   done for the tokens first … first + rows - 1; the others are left to other pieces of the table
//   table (rows,C) in: weightAt(i) of weight-format-*.wgsl | rows (B) u32 in |
//   state (R,4) u32 in: last token, its position, number generated, done | x (B,C) out= | positions (B) u32 out=
// One thread per (active row, channel).
// Resources: 1 floats a thread; 0 bytes of workgroup memory; 4 bytes read an output
struct Params { B: u32, C: u32, first: u32, rows: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> state: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> x: array<f32>;
@group(0) @binding(5) var<storage, read_write> positions: array<u32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let i = (wg.x + wg.y * groups.x) * WG + id.x;
  if (i >= p.B * p.C) { return; }
  let b = i / p.C;
  let c = i - b * p.C;
  let s = state[rows[b]];
  let token = s.x - p.first; // wraps below first
  if (token >= p.rows) { return; }
  x[i] = weightAt(token * p.C + c);
  if (c == 0u) { positions[b] = s.y; }
}
