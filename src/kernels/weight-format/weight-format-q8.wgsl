// weight-format-q8: four signed bytes in a u32, the first lowest; 32 neighbours of a row share a scale.  w = scale q
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(9) var<storage, read> scales: array<f32>;

fn weight(i: u32) -> vec4f {
  let x = bitcast<i32>(b[i]);
  return scales[i / 8u] * vec4f(vec4i(x << 24u, x << 16u, x << 8u, x) >> vec4u(24u));
}

fn weightAt(i: u32) -> f32 {
  let x = bitcast<i32>(b[i / 4u]) << (24u - 8u * (i % 4u));
  return scales[i / 32u] * f32(x >> 24u);
}
