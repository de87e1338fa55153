// expm1: exponentials and a logarithm that are exact at 0 and keep their digits around it, where exp(x) - 1 and log(1 + x)
// lose all of theirs. Not a kernel: the typed calls of kernels that need it append it to the source.
//   e^x = 2^k e^r,  k = round(x / log 2),  |r| <= (log 2) / 2;   tail(r) = e^r - 1 - r = r^2/2 + ... + r^8/8!
//   log(1 + x) = 2 artanh z,  z = x / (2 + x)
// Polynomials, not exp() and log(): WGSL leaves those 3 + 2|x| ULP and 2^-21, and adapters use that freedom differently.

// e^r - 1 - r for |r| <= 0.35; what is left out is below 4e-9 of it.
fn expTail(r: f32) -> f32 {
  let c = 1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5040.0 + r / 40320.0));
  return r * r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * c)));
}

// (2^k, e^r - 1) with e^x = 2^k e^r; exponents saturate at -87 and 88, the ends of f32.
fn expParts(x: f32) -> vec2f {
  let v = clamp(x, -87.0, 88.0);
  let k = round(v * 1.44269504);
  let r = (v - k * 0.693359375) + k * 2.12194440e-4; // log 2 in two parts: the first product is exact
  return vec2f(bitcast<f32>(u32(i32(k) + 127) << 23u), r + expTail(r));
}

// e^x; exactly 1 at 0.
fn expOf(x: f32) -> f32 {
  let e = expParts(x);
  return e.x + e.x * e.y;
}

// e^x - 1; exactly 0 at 0.
fn expm1(x: f32) -> f32 {
  let e = expParts(x);
  return (e.x - 1.0) + e.x * e.y;
}

// e^x - 1 - x; exactly 0 at 0 and never below it.
fn expm1MinusX(x: f32) -> f32 {
  if (abs(x) <= 0.34) { return expTail(x); }
  return expm1(x) - x;
}

// log(1 + x) for |x| <= 1/2; exactly 0 at 0.
fn log1p(x: f32) -> f32 {
  let z = x / (2.0 + x);
  let w = z * z;
  let c = 1.0 / 7.0 + w * (1.0 / 9.0 + w * (1.0 / 11.0 + w / 13.0));
  return 2.0 * z * (1.0 + w * (1.0 / 3.0 + w * (0.2 + w * c)));
}
