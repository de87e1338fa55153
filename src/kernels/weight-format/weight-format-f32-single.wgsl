// weight-format-f32-single: a matrix of any shape, read value by value.
@group(0) @binding(2) var<storage, read> b: array<f32>;

fn weightAt(i: u32) -> f32 { return b[i]; }
