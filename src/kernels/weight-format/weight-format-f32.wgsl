// weight-format-f32: a weight matrix as it is; weight(i) is its values 4i … 4i+3.
@group(0) @binding(2) var<storage, read> b: array<vec4f>;

fn weight(i: u32) -> vec4f { return b[i]; }
