// divergence-terms: what one outcome adds to D(S, T), and its slope, from its log-probabilities lp = log p, lq = log q.
//   alpha = 0: D = sum q (log q - log p) = KL(T|S);   alpha = 1: D = sum p (log p - log q) = KL(S|T);   else, with
//   m = (1 - alpha) p + alpha q:  D = (1 - alpha) KL(p|m) + alpha KL(q|m)    (TRL's compute_divergence)
//   gives (its part of D, p dD/dp) up to a constant in dD/dp, which a softmax does not feel.
// The mixture is taken from the ratio alone, so that nothing under- or overflows:
//   log p - log m = -log(1 - alpha + alpha q/p)
fn terms(lp: f32, lq: f32, alpha: f32) -> vec2f {
  let a = exp(lp);
  let b = exp(lq);
  let d = lq - lp;
  if (alpha == 0.0) { return vec2f(b * d, -b); }
  if (alpha == 1.0) { return vec2f(-a * d, -a * d); }
  let small = exp(-abs(d));
  var above = 0.0; // log p - log m
  if (d > 0.0) { above = -d - log(alpha + (1.0 - alpha) * small); } else { above = -log(1.0 - alpha + alpha * small); }
  let slope = (1.0 - alpha) * a * above;
  return vec2f(slope + alpha * b * (d + above), slope);
}

// log(1 - e^x) for x < 0: the logarithm of what a support of mass e^x leaves; x is kept from 0 as TRL does.
fn rest(x: f32) -> f32 {
  let y = min(x, -1e-7);
  if (y > -0.01) { return log(-y * (1.0 + y * (0.5 + y / 6.0))); }
  return log(1.0 - exp(y));
}

// Whether column v of row n, whose student logit is z, is among the student's K best: ties go to the lower column.
fn within(z: f32, v: u32, best: vec2f) -> bool {
  return z > best.x || (z == best.x && f32(v) <= best.y);
}
