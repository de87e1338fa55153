// keys-rows: the end of rope-forward.wgsl and qk-norm-rope-forward.wgsl where keys are rows in the order of the tokens.
//   k (N,K,D) out=
const VALUES: u32 = 0u; // value heads stay where they are
@group(0) @binding(8) var<storage, read_write> k: array<f32>;

fn keyPlace(n: u32, h: u32) -> u32 { return (n * p.K + h) * p.D; }
fn putKey(i: u32, v: f32) { k[i] = v; }
fn putValue(i: u32, v: f32) {}
