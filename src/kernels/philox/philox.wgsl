// philox: four random words from a counter and a key, Philox4x32-10 (Salmon et al. 2011).
fn mulHiLo(a: u32, b: u32) -> vec2u {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let ll = al * bl;
  let middle = ah * bl + (ll >> 16u); // fits: (2^16-1)^2 + 2^16 - 1 < 2^32
  let middle2 = al * bh + (middle & 0xffffu);
  return vec2u(ah * bh + (middle >> 16u) + (middle2 >> 16u), (middle2 << 16u) | (ll & 0xffffu));
}

fn philox(counter: vec4u, seed: vec2u) -> vec4u {
  var c = counter;
  var k = seed;
  for (var round = 0u; round < 10u; round += 1u) {
    let x = mulHiLo(0xD2511F53u, c.x);
    let y = mulHiLo(0xCD9E8D57u, c.z);
    c = vec4u(y.x ^ c.y ^ k.x, y.y, x.x ^ c.w ^ k.y, x.y);
    k += vec2u(0x9E3779B9u, 0xBB67AE85u);
  }
  return c;
}
