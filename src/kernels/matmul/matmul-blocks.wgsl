// matmul-blocks: how matmul-tiles.wgsl and matmul-matrix.wgsl, which these functions are put into, read a and b: in
// blocks of four along k and four along the other axis; only the last step along k looks where the matrix ends.
//   a, b, AM, BN, lda, a0, ldb, b0: as there. A block is a mat4x4f: a vector of the other axis for each k.
// Where the block (four along k, `four` along the other axis) begins, in fours, for each of its vectors.
fn placeA(m: u32) -> vec4u {
  if (AM == 1u) { return vec4u((p.a0 + min(m, p.M - 4u)) / 4u); }
  return (min(m + vec4u(0u, 1u, 2u, 3u), vec4u(p.M - 1u)) * p.lda + p.a0) / 4u;
}

fn placeB(n: u32, end: u32) -> vec4u {
  if (BN == 1u) { return vec4u((p.b0 + min(n, end - 4u)) / 4u); }
  return (min(n + vec4u(0u, 1u, 2u, 3u), vec4u(end - 1u)) * p.ldb + p.b0) / 4u;
}

// Values k … k+3 of four rows (or columns): a vector for each k.
fn blockA(place: vec4u, ks: vec4u) -> mat4x4f {
  if (AM == 1u) {
    let at = ks * (p.lda / 4u) + place;
    return mat4x4f(a[at.x], a[at.y], a[at.z], a[at.w]);
  }
  let at = place + ks.x / 4u;
  return transpose(mat4x4f(a[at.x], a[at.y], a[at.z], a[at.w]));
}

fn blockB(place: vec4u, ks: vec4u) -> mat4x4f {
  if (BN == 1u) {
    let at = ks * (p.ldb / 4u) + place;
    return mat4x4f(weight(at.x), weight(at.y), weight(at.z), weight(at.w));
  }
  let at = place + ks.x / 4u;
  return transpose(mat4x4f(weight(at.x), weight(at.y), weight(at.z), weight(at.w)));
}

// The same where K may end: zeros behind it, by selection, for NaN times 0 is NaN.
fn block(place: vec4u, k: u32, isA: bool, last: bool) -> mat4x4f {
  let ks = k + vec4u(0u, 1u, 2u, 3u);
  var at = ks;
  if (last) { at = min(ks, vec4u(p.K - 1u)); }
  var v: mat4x4f;
  if (isA) { v = blockA(place, at); } else { v = blockB(place, at); }
  if (last) {
    let zero = vec4f();
    v = mat4x4f(
      select(zero, v[0], ks.x < p.K),
      select(zero, v[1], ks.y < p.K),
      select(zero, v[2], ks.z < p.K),
      select(zero, v[3], ks.w < p.K),
    );
  }
  return v;
}
