// token-advantage: what trains each token (method.md, "The arms"), rollout by rollout; a rollout is the tokens
// offsets[b] .. offsets[b+1] - 1.
//   u = t - s;   v = 0 where |u| > mask, else u clamped to +-bound;   phi = delta(v) of the divergence, exactly 0 at v = 0
//   a = sign phi;   standardised: a = (a - mean) / deviation over the rollout, clipped to +-5, 0 where all are equal
//   term = lambda[b] a  (times A[b]: multiply)  - beta s;   advantage = A[b] + term, and A[b] to the bit where term is 0
//   s, t (N,stride) in: log-probabilities in nats, first of each row | offsets (B+1) u32 in
//   rollouts (B) in: (A, lambda); lambda 0 where the term does not act | columns (N) out=: (u, phi, term, advantage)
// T threads share a rollout, R rollouts share a workgroup. Functions: expm1.wgsl. Then policy-weight.wgsl
struct Params {
  B: u32, stride: u32, divergence: u32, multiply: u32, standardise: u32, mask: f32, bound: f32, sign: f32, beta: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> s: array<f32>;
@group(0) @binding(2) var<storage, read> t: array<f32>;
@group(0) @binding(3) var<storage, read> offsets: array<u32>;
// Bits, not floats: what is only passed on must not lose a sign or a subnormal on the way.
@group(0) @binding(4) var<storage, read> rollouts: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> columns: array<vec4u>;
override T: u32 = 32;
override R: u32 = 4;
const EXPONENT = 5.0; // the released code clamps exponents here, and standardised terms too
const BLOCK = 64u;
var<workgroup> partial: array<f32, T * R>;

// delta(v) by the number of the divergence in token-advantage.ts.
fn delta(v: f32) -> f32 {
  switch p.divergence {
    case 0u: { return 0.5 * (max(v, 0.0) + log1p(0.5 * expm1(-abs(v)))); } // 1/2 (softplus(v) - log 2), without the difference
    case 1u: { return v; }
    case 2u: { return expm1(clamp(v, -EXPONENT, EXPONENT)); }
    case 3u: { return expm1(clamp(0.5 * v, -EXPONENT, EXPONENT)); }
    case 4u: { return 0.5 * sign(v); }
    default: { return 2.0 * expm1(clamp(0.5 * v, -EXPONENT, EXPONENT)); } // alpha = 1/2
  }
}

fn pmi(i: u32) -> f32 { return t[i * p.stride] - s[i * p.stride]; }

fn phi(i: u32) -> f32 {
  let u = pmi(i);
  return delta(select(clamp(u, -p.bound, p.bound), 0.0, abs(u) > p.mask));
}

// The rollout's sum of a thread's numbers, the same in all of its threads.
fn total(id: vec3u, mine: f32) -> f32 {
  if (T == 1u) { return mine; }
  let slot = id.y * T + id.x;
  workgroupBarrier(); // the last sum has been read
  partial[slot] = mine;
  for (var half = T / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (id.x < half) { partial[slot] += partial[slot + half]; }
  }
  workgroupBarrier();
  return partial[id.y * T];
}

// sum of (a[i] - pivot - mean)^power over the rollout, power 1 or 2; in blocks, so that rounding grows with n / 64.
fn moment(id: vec3u, first: u32, end: u32, pivot: f32, mean: f32, square: bool) -> f32 {
  var sum = 0.0;
  for (var from_ = first + id.x; from_ < end; from_ += T * BLOCK) {
    var part = 0.0;
    for (var i = from_; i < min(end, from_ + T * BLOCK); i += T) {
      let d = (p.sign * phi(i) - pivot) - mean;
      part += select(d, d * d, square);
    }
    sum += part;
  }
  return total(id, sum);
}

@compute @workgroup_size(T, R)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let b = (wg.x + wg.y * groups.x) * R + id.y;
  var first = 0u;
  var end = 0u;
  var own = vec2u(0u);
  if (b < p.B) {
    first = offsets[b];
    end = offsets[b + 1u];
    own = rollouts[b];
  }
  var pivot = 0.0; // the first value: with it equal values have a deviation of exactly 0
  var mean = 0.0;
  var deviation = 0.0;
  if (p.standardise == 1u) {
    if (first < end) { pivot = p.sign * phi(first); }
    let n = f32(max(1u, end - first));
    mean = moment(id, first, end, pivot, 0.0, false) / n;
    deviation = sqrt(moment(id, first, end, pivot, mean, true) / n);
  }
  let A = bitcast<f32>(own.x);
  let lambda = bitcast<f32>(own.y);
  for (var i = first + id.x; i < end; i += T) {
    let shape = phi(i);
    var a = p.sign * shape;
    if (p.standardise == 1u) {
      a = select(0.0, clamp(((a - pivot) - mean) / deviation, -EXPONENT, EXPONENT), deviation > 0.0);
    }
    var term = select(0.0, lambda * a, lambda > 0.0);
    if (p.multiply == 1u) { term *= A; }
    if (p.beta > 0.0) { term -= p.beta * s[i * p.stride]; }
    let advantage = select(bitcast<u32>(A + term), own.x, term == 0.0);
    columns[i] = vec4u(bitcast<u32>(pmi(i)), bitcast<u32>(shape), bitcast<u32>(term), advantage);
  }
}
