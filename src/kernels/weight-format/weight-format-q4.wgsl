// weight-format-q4: eight 4-bit values in a u32, the first lowest; 32 neighbours of a row share a scale and a least
// value, two halves in a u32.  w = scale q + least, as GGUF's Q4_1 has it
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(9) var<storage, read> scales: array<u32>;

fn nibbles(x: u32) -> vec4f { return vec4f((vec4u(x) >> vec4u(0u, 4u, 8u, 12u)) & vec4u(15u)); }

fn weight(i: u32) -> vec4f {
  let s = unpack2x16float(scales[i / 8u]);
  return s.x * nibbles(b[i / 2u] >> (16u * (i % 2u))) + s.y;
}

// Values 8i … 8i+7: one word.
fn weights8(i: u32) -> mat2x4f {
  let x = b[i];
  let s = unpack2x16float(scales[i / 4u]);
  return mat2x4f(s.x * nibbles(x) + s.y, s.x * nibbles(x >> 16u) + s.y);
}

fn weightAt(i: u32) -> f32 {
  let s = unpack2x16float(scales[i / 32u]);
  return s.x * f32((b[i / 8u] >> (4u * (i % 8u))) & 15u) + s.y;
}
