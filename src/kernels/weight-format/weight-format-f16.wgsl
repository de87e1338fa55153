// weight-format-f16: two IEEE halves in a u32, the first in the low half. Needs no shader-f16.
@group(0) @binding(2) var<storage, read> b: array<u32>;

fn weight(i: u32) -> vec4f { return vec4f(unpack2x16float(b[2u * i]), unpack2x16float(b[2u * i + 1u])); }

fn weightAt(i: u32) -> f32 { return unpack2x16float(b[i / 2u])[i % 2u]; }
