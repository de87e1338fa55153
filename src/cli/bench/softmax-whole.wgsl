// softmax-whole: what a head that keeps all logits does after their product; for the benchmark only.
//   p[n,v] = exp(z[n,v] - lse[n]);  logp = z[y] - lse;  entropy = lse - sum_v p z;
//   dz[n,v] = w[n] ([v = y[n]] - p[n,v])
//   z (N,V) in | y (N) u32 in | w (N) in | probabilities, dz (N,V) out= | result (N) vec4f out=: logp, entropy, lse, 0
// T threads share a row.
// Resources: 5 floats a thread; 256 bytes of workgroup memory; 12 bytes read an output
struct Params { N: u32, V: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> z: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<u32>;
@group(0) @binding(3) var<storage, read> w: array<f32>;
@group(0) @binding(4) var<storage, read_write> probabilities: array<f32>;
@group(0) @binding(5) var<storage, read_write> dz: array<f32>;
@group(0) @binding(6) var<storage, read_write> result: array<vec4f>;
override T: u32 = 64;
var<workgroup> shared_: array<f32, T>;

fn combined(t: u32, mine: f32, largest: bool) -> f32 {
  workgroupBarrier();
  shared_[t] = mine;
  workgroupBarrier();
  var all = shared_[0];
  for (var i = 1u; i < T; i += 1u) { all = select(all + shared_[i], max(all, shared_[i]), largest); }
  return all;
}

@compute @workgroup_size(T)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let n = wg.x;
  let base = n * p.V;
  var mine = -1e30;
  for (var v = id.x; v < p.V; v += T) { mine = max(mine, z[base + v]); }
  let top = combined(id.x, mine, true);
  var sum = 0.0;
  for (var v = id.x; v < p.V; v += T) { sum += exp(z[base + v] - top); }
  let lse = top + log(combined(id.x, sum, false));
  var pull = 0.0;
  for (var v = id.x; v < p.V; v += T) {
    let q = exp(z[base + v] - lse);
    probabilities[base + v] = q;
    dz[base + v] = w[n] * (select(0.0, 1.0, v == y[n]) - q);
    pull += q * z[base + v];
  }
  let mean = combined(id.x, pull, false);
  if (id.x == 0u) { result[n] = vec4f(z[base + y[n]] - lse, lse - mean, lse, 0.0); }
}
