// matmul-adapters: what low-rank adapters add to a product with a weight matrix, put into the matmul-*.wgsl that have
// the block `if (ADAPTERS == 1u)`: c[m,n] += scale sum_k h[m, column + k] ups[row + n − first, k] in a part's columns.
//   h (M,ldh) in: x Aᵀ of all adapters side by side | ups (rows,rank) in: their B one below the other
// The columns of c lie in at most three parts (q, k, v; gate, up), each with one adapter or none (rank 0): z is the
// part.
@group(0) @binding(5) var<storage, read> h: array<f32>;
@group(0) @binding(6) var<storage, read> ups: array<f32>;
struct Part { first: u32, end: u32, rank: u32, column: u32, row: u32 }

fn part(z: u32) -> Part {
  if (z == 0u) { return Part(0u, p.end0, p.rank0, p.column0, p.row0); }
  if (z == 1u) { return Part(p.end0, p.end1, p.rank1, p.column1, p.row1); }
  return Part(p.end1, p.end2, p.rank2, p.column2, p.row2);
}

fn low(own: Part, m: u32, k: u32) -> f32 { return p.scale * h[min(m, p.M - 1u) * p.ldh + own.column + k]; }

fn up(own: Part, n: u32, k: u32) -> f32 { return ups[(own.row + min(n, own.end - 1u) - own.first) * own.rank + k]; }
