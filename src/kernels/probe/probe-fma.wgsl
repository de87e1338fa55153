// probe-fma: how many multiply-adds a second the adapter can do.
//   16 independent chains x_i = x_i s + t a thread, `steps` rounds of each; 32 flops a thread and round
//   y (threads) f32 out=, the sum of a thread's chains, so that no chain can be dropped
// Scalars, not vectors: on software adapters a lane is a SIMD lane already, and vec4 is slower there.
// Resources: 18 floats a thread; 0 bytes of workgroup memory; 0 bytes read an output
struct Params { steps: u32, s: f32, t: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
override WG: u32 = 64;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let s = p.s;
  let t = p.t;
  let x = f32(id.x) * 1e-6;
  var x0 = x; var x1 = x + 1.0; var x2 = x + 2.0; var x3 = x + 3.0;
  var x4 = x + 4.0; var x5 = x + 5.0; var x6 = x + 6.0; var x7 = x + 7.0;
  var x8 = x + 8.0; var x9 = x + 9.0; var xa = x + 10.0; var xb = x + 11.0;
  var xc = x + 12.0; var xd = x + 13.0; var xe = x + 14.0; var xf = x + 15.0;
  for (var i = 0u; i < p.steps; i += 1u) {
    x0 = fma(x0, s, t); x1 = fma(x1, s, t); x2 = fma(x2, s, t); x3 = fma(x3, s, t);
    x4 = fma(x4, s, t); x5 = fma(x5, s, t); x6 = fma(x6, s, t); x7 = fma(x7, s, t);
    x8 = fma(x8, s, t); x9 = fma(x9, s, t); xa = fma(xa, s, t); xb = fma(xb, s, t);
    xc = fma(xc, s, t); xd = fma(xd, s, t); xe = fma(xe, s, t); xf = fma(xf, s, t);
  }
  y[id.x] = x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + xa + xb + xc + xd + xe + xf;
}
