// global-norm-finish: the gradients' length and the factor that clips it (torch.nn.utils.clip_grad_norm_).
//   norm = sqrt(sum_k partial[k]);   clip = min(1, maxNorm / (norm + 1e-6));   ok = 1 where norm is finite, else 0
//   partial (slices) in | result (4) out=: norm, clip, ok, 0
// One thread: the slices are few and their order is fixed.
// Resources: 2 floats a thread; 0 bytes of workgroup memory; 4 slices bytes read an output
struct Params { slices: u32, maxNorm: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(1)
fn main() {
  var sum = 0.0;
  for (var k = 0u; k < p.slices; k += 1u) { sum += partial[k]; }
  let norm = sqrt(sum);
  // The exponent's bits, since compilers may assume that NaN and infinity never occur.
  let finite = (bitcast<u32>(sum) & 0x7f800000u) != 0x7f800000u;
  result[0] = norm;
  result[1] = select(0.0, min(1.0, p.maxNorm / (norm + 1e-6)), finite);
  result[2] = select(0.0, 1.0, finite);
}
