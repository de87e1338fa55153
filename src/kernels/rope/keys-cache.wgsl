// keys-cache: the end of rope-forward.wgsl and qk-norm-rope-forward.wgsl while decoding: keys and values go into
// the KV cache.
//   cacheK[rows[n], positions[n]] = key of token n, cacheV likewise
//   rows (N) u32 in | cacheK, cacheV (R,P,K,D) out= at those places
const VALUES: u32 = 1u; // a thread for every value head too
@group(0) @binding(8) var<storage, read_write> cacheK: array<f32>;
@group(0) @binding(9) var<storage, read_write> cacheV: array<f32>;
@group(0) @binding(10) var<storage, read> rows: array<u32>;

fn keyPlace(n: u32, h: u32) -> u32 { return ((rows[n] * p.P + positions[n]) * p.K + h) * p.D; }
fn putKey(i: u32, v: f32) { cacheK[i] = v; }
fn putValue(i: u32, v: f32) { cacheV[i] = v; }
