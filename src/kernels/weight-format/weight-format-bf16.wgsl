// weight-format-bf16: two bfloat16 in a u32, the first in the low half. Exact: a bfloat16 is the upper half of an f32.
@group(0) @binding(2) var<storage, read> b: array<u32>;

fn weight(i: u32) -> vec4f {
  let x = b[2u * i];
  let y = b[2u * i + 1u];
  return bitcast<vec4f>(vec4u(x << 16u, x & 0xffff0000u, y << 16u, y & 0xffff0000u));
}

fn weightAt(i: u32) -> f32 {
  let x = b[i / 2u];
  return bitcast<f32>(select(x & 0xffff0000u, x << 16u, i % 2u == 0u));
}
