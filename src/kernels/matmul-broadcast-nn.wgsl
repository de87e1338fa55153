// matmul-broadcast-nn: c = a b, or aᵀ b where AT is 1, for adapters on which a load whose address is the same for all
// lanes is cheap.
//   AT 0: a (M,K) in, K a multiple of 4;  AT 1: a (K,M) in, M a multiple of 4 | b (K,N) in, N a multiple of 4
//   c (M,N) out=;  mode 0: c = ab;  1: c += ab;  2: c = ab + addend;  3: c = ab + addend[n] (a bias)
// One workgroup of S lanes takes R rows (a multiple of 4) and 4 S columns; lane i owns columns 4i .. 4i + 3 of the block.
const R: u32 = 8u; // rows a lane: the host puts the tuned value here
struct Params { M: u32, N: u32, K: u32, mode: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> addend: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> c: array<vec4f>;
override S: u32 = 8;
override AT: u32 = 0;

@compute @workgroup_size(S)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) lane: u32) {
  let m0 = wg.y * R;
  let N4 = p.N / 4u;
  let n = wg.x * S + lane;
  let column = min(n, N4 - 1u);
  var acc: array<vec4f, R>;
  if (AT == 1u) {
    let M4 = p.M / 4u;
    for (var k = 0u; k < p.K; k += 1u) {
      let w = b[k * N4 + column];
      for (var i = 0u; i < R / 4u; i += 1u) {
        let x = a[k * M4 + min(m0 / 4u + i, M4 - 1u)];
        acc[4u * i] += x.x * w;
        acc[4u * i + 1u] += x.y * w;
        acc[4u * i + 2u] += x.z * w;
        acc[4u * i + 3u] += x.w * w;
      }
    }
  } else {
    let K4 = p.K / 4u;
    for (var k = 0u; k < K4; k += 1u) {
      let w0 = b[4u * k * N4 + column];
      let w1 = b[(4u * k + 1u) * N4 + column];
      let w2 = b[(4u * k + 2u) * N4 + column];
      let w3 = b[(4u * k + 3u) * N4 + column];
      for (var i = 0u; i < R; i += 1u) {
        let x = a[min(m0 + i, p.M - 1u) * K4 + k];
        acc[i] += x.x * w0 + x.y * w1 + x.z * w2 + x.w * w3;
      }
    }
  }
  if (n >= N4) { return; }
  for (var i = 0u; i < R; i += 1u) {
    if (m0 + i < p.M) {
      let at = (m0 + i) * N4 + n;
      var v = acc[i];
      if (p.mode == 1u) { v += c[at]; }
      if (p.mode == 2u) { v += addend[at]; }
      if (p.mode == 3u) { v += addend[n]; }
      c[at] = v;
    }
  }
}
