// random-weights: words of a stored weight matrix, drawn on the device, so that a model of any size needs no file.
//   y (n) u32 out=: word i by hash(seed, i).  KIND 0: an f32 in ±2⁻⁵;  1: two bf16, ±[2⁻⁶, 2⁻⁵);  2: two f16, likewise;
//   3: any bits (the integers of q8 and q4);  4: a scale of q8, 2⁻⁵/127;  5: scale and least value of q4, 2⁻⁴/15, −2⁻⁵
// One thread a word.
// Resources: 1 floats a thread; 0 bytes of workgroup memory; 0 bytes read an output
struct Params { n: u32, seed: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
override KIND: u32 = 0;

// The finaliser of MurmurHash3: every bit of the index moves every bit of the word.
fn hash(i: u32) -> u32 {
  var x = i ^ (p.seed * 0x9e3779b9u);
  x = (x ^ (x >> 16u)) * 0x85ebca6bu;
  x = (x ^ (x >> 13u)) * 0xc2b2ae35u;
  return x ^ (x >> 16u);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wg.x + wg.y * groups.x) * 64u + lane;
  if (i >= p.n) { return; }
  let x = hash(i);
  switch KIND {
    case 0u: { y[i] = bitcast<u32>((f32(x >> 8u) * 0x1p-23 - 1.0) * 0x1p-5); }
    case 1u: { y[i] = (x & 0x807f807fu) | 0x3c803c80u; } // sign and mantissa drawn, exponent −6
    case 2u: { y[i] = (x & 0x83ff83ffu) | 0x24002400u; }
    case 3u: { y[i] = x; }
    case 4u: { y[i] = bitcast<u32>(f32(0x1p-5 / 127.0)); }
    default: { y[i] = pack2x16float(vec2f(0x1p-4 / 15.0, -0x1p-5)); }
  }
}
