// divergence-mass: log-sum-exp of student's and teacher's logits over the student's K best columns, over tiles.
//   s, t (N,W) in: logits of the columns first .. first + width, rows W apart |
//   top (N,K) vec2f in: the student's best |
//   mass (N) vec4f in/out: max, sum of exp(. - max) of the student, the same of the teacher, carried from tile to tile;
//   at the last tile (log-sum-exp of the student, of the teacher, 0, 0)
// T threads share a row, R rows share a workgroup.
// Resources: 12 floats a thread; 1024 bytes of workgroup memory; 8 V bytes read an output
struct Params { N: u32, W: u32, first: u32, width: u32, K: u32, last: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> s: array<f32>;
@group(0) @binding(2) var<storage, read> t: array<f32>;
@group(0) @binding(3) var<storage, read> top: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> mass: array<vec4f>;
override T: u32 = 64;
override R: u32 = 1;
var<workgroup> partial: array<vec4f, T * R>;

// Two running sums over disjoint columns as one.
fn merge(l: vec4f, r: vec4f) -> vec4f {
  let m = max(l.xz, r.xz);
  let sum = l.yw * exp(l.xz - m) + r.yw * exp(r.xz - m);
  return vec4f(m.x, sum.x, m.y, sum.y);
}

@compute @workgroup_size(T, R)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let n = (wg.x + wg.y * groups.x) * R + id.y;
  let alive = n < p.N;
  var mine = vec4f(-1e30, 0.0, -1e30, 0.0);
  if (alive) {
    let best = top[n * p.K + p.K - 1u];
    for (var v = id.x; v < p.width; v += T) {
      let z = s[n * p.W + v];
      if (within(z, p.first + v, best)) { mine = merge(mine, vec4f(z, 1.0, t[n * p.W + v], 1.0)); }
    }
  }
  let slot = id.y * T + id.x;
  if (T > 1u) {
    partial[slot] = mine;
    for (var half = T / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (id.x < half) { partial[slot] = merge(partial[slot], partial[slot + half]); }
    }
    workgroupBarrier();
    mine = partial[id.y * T];
  }
  if (!alive || id.x != 0u) { return; }
  if (p.first > 0u) { mine = merge(mass[n], mine); }
  if (p.last == 1u) { mine = vec4f(mine.x + log(mine.y), mine.z + log(mine.w), 0.0, 0.0); }
  mass[n] = mine;
}
