// matvec-norm: put into matvec.wgsl where the rows of a are normed first: y = w a / rms(a) (rms-norm-forward.wgsl).
//   gain (K) in: w. 1 / rms is the same for a whole row, so that it goes into the sums, once their squares are known
@group(0) @binding(7) var<storage, read> gain: array<vec4f>;

fn scaled(x: vec4f, k: u32) -> vec4f { return gain[k] * x; }
fn squared(x: vec4f) -> f32 { return dot(x, x); }
