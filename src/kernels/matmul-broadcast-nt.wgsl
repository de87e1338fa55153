// matmul-broadcast-nt: c = a bᵀ, for adapters on which a load whose address is the same for all lanes is cheap.
//   a (M,K) in | b (N,K) in | addend (M,N) in | c (M,N) out=;  K a multiple of 4, rows read four channels at a time
//   mode 0: c = ab;  1: c += ab;  2: c = ab + addend;  3: c = ab + addend[n] (a bias)
// One workgroup of S lanes takes R rows and 4 S columns; lane i owns the columns i, i + S, i + 2S, i + 3S of the block.
// The rows of a are at uniform addresses (one scalar load and a broadcast), the columns' loads serve R rows each.
const R: u32 = 8u; // rows a lane: the host puts the tuned value here
struct Params { M: u32, N: u32, K: u32, mode: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> addend: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;
override S: u32 = 8;

@compute @workgroup_size(S)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let m0 = wg.y * R;
  let n0 = wg.x * 4u * S + lane;
  let K4 = p.K / 4u;
  let last = p.N - 1u;
  let b0 = min(n0, last) * K4;
  let b1 = min(n0 + S, last) * K4;
  let b2 = min(n0 + 2u * S, last) * K4;
  let b3 = min(n0 + 3u * S, last) * K4;
  var acc: array<vec4f, R>;
  for (var k = 0u; k < K4; k += 1u) {
    let w0 = b[b0 + k];
    let w1 = b[b1 + k];
    let w2 = b[b2 + k];
    let w3 = b[b3 + k];
    for (var i = 0u; i < R; i += 1u) {
      let x = a[min(m0 + i, p.M - 1u) * K4 + k];
      acc[i] += vec4f(dot(x, w0), dot(x, w1), dot(x, w2), dot(x, w3));
    }
  }
  for (var i = 0u; i < R; i += 1u) {
    if (m0 + i >= p.M) { return; }
    for (var j = 0u; j < 4u; j += 1u) {
      let n = n0 + j * S;
      if (n < p.N) {
        let at = (m0 + i) * p.N + n;
        var v = acc[i][j];
        if (p.mode == 1u) { v += c[at]; }
        if (p.mode == 2u) { v += addend[at]; }
        if (p.mode == 3u) { v += addend[n]; }
        c[at] = v;
      }
    }
  }
}
