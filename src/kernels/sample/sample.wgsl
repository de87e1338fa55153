// sample: draws each active row's next token and advances the row.
//   p[v] = softmax(z[b,v] / temperature), restricted to the topK largest and then to the smallest set of largest
//   probabilities whose sum reaches topP (Holtzman et al. 2020);
//   temperature 0 takes the largest logit (lowest id on ties)
//   z (B,stride) in | rows (B) u32 in: row r of slot b | state (R,4) u32 in/out: last token, its position, number
//   generated, done | out (R,maxNew) u32 out= at [r, number generated] | ends (at least nEnds) u32 in: what ends a row
// Random numbers: philox.wgsl with key = seed and counter = (r, number generated, stream, 0), so a
// row draws the same tokens wherever in the batch it stands. A row whose logits are not finite gets done = 2.
// One workgroup of T threads a row; sums are taken in a fixed order. Thresholds are found by bisection, not by sorting.
// The first thread finds the token in some thread's stretch of columns; DEEP 1: which is shared out once more.
// Resources: 8 floats a thread; 516 bytes of workgroup memory; 340 V bytes read an output
struct Params {
  B: u32, V: u32, stride: u32, maxNew: u32, nEnds: u32, topK: u32, seedLo: u32, seedHi: u32, stream: u32,
  temperature: f32, topP: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> state: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> out: array<u32>;
@group(0) @binding(5) var<storage, read> ends: array<u32>;
override T: u32 = 64;
override CUT: u32 = 1; // 0: topK and topP are off, and the compiler is spared what they need
override DEEP: u32 = 0;
var<workgroup> partial: array<f32, T>;
var<workgroup> partialIndex: array<u32, T>;
var<workgroup> done: u32;

fn sumOver(i: u32, mine: f32) -> f32 {
  workgroupBarrier();
  partial[i] = mine;
  for (var half = T / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (i < half) { partial[i] += partial[i + half]; }
  }
  return workgroupUniformLoad(&partial[0]);
}

// The columns of stretch i, each `size` long.
fn stretch(i: u32, size: u32, first: u32, end: u32) -> vec2u {
  return min(vec2u(first + i * size, first + (i + 1u) * size), vec2u(end));
}

// What is kept of some columns.
fn massOf(columns: vec2u, base: u32, best: f32, inverse: f32, least: f32) -> f32 {
  var sum = 0.0;
  for (var v = columns.x; v < columns.y; v += 1u) {
    let z = (logits[base + v] - best) * inverse;
    if (z >= least) { sum += exp(z); }
  }
  return sum;
}

struct Found { k: u32, below: f32 }

// The stretch with which the sum of `partial` reaches the goal, and the sum before it.
fn find(goal: f32) -> Found {
  var found = Found(0u, 0.0);
  for (; found.k + 1u < T && found.below + partial[found.k] < goal; found.k += 1u) { found.below += partial[found.k]; }
  return found;
}

@compute @workgroup_size(T)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) i: u32,
) {
  let b = wg.x + wg.y * groups.x;
  if (b >= p.B) { return; }
  let r = rows[b];
  let s = state[r];
  if (i == 0u) { done = s.w; } // through workgroup memory, so that the compiler knows it is the same for all threads
  if (workgroupUniformLoad(&done) != 0u) { return; }
  let base = b * p.stride;

  // the largest logit and its column; NaN and infinity by their bits, since compilers may assume they never occur
  var best = -3.4e38;
  var bestAt = 0xffffffffu;
  var bad = 0.0;
  for (var v = i; v < p.V; v += T) {
    let z = logits[base + v];
    if ((bitcast<u32>(z) & 0x7f800000u) == 0x7f800000u) { bad = 1.0; }
    if (z > best) { best = z; bestAt = v; }
  }
  let anyBad = sumOver(i, bad);
  workgroupBarrier();
  partial[i] = best;
  partialIndex[i] = bestAt;
  for (var half = T / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (i < half) {
      let other = partial[i + half];
      if (other > partial[i] || (other == partial[i] && partialIndex[i + half] < partialIndex[i])) {
        partial[i] = other;
        partialIndex[i] = partialIndex[i + half];
      }
    }
  }
  best = workgroupUniformLoad(&partial[0]);
  bestAt = workgroupUniformLoad(&partialIndex[0]);
  if (anyBad > 0.0) {
    if (i == 0u) { state[r] = vec4u(0u, s.y, s.z, 2u); }
    return;
  }

  var token = bestAt;
  if (p.temperature > 0.0) {
    let inverse = 1.0 / p.temperature;
    // Tokens are kept where (z - best) / temperature >= floor. exp of less than -80 is 0 to f32's eyes.
    var floor_ = -1e30;
    if (CUT == 1u && p.topK > 0u && p.topK < p.V) {
      // The largest threshold that keeps at least topK, by bisection between the smallest logit and the largest.
      var high = 0.0;
      var lowest = 0.0;
      for (var v = i; v < p.V; v += T) { lowest = min(lowest, (logits[base + v] - best) * inverse); }
      workgroupBarrier();
      partial[i] = lowest;
      for (var half = T / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (i < half) { partial[i] = min(partial[i], partial[i + half]); }
      }
      var low = workgroupUniformLoad(&partial[0]);
      for (var step = 0u; step < 40u; step += 1u) {
        let middle = 0.5 * (low + high);
        var count = 0.0;
        for (var v = i; v < p.V; v += T) { if ((logits[base + v] - best) * inverse >= middle) { count += 1.0; } }
        if (sumOver(i, count) >= f32(p.topK)) { low = middle; } else { high = middle; }
      }
      floor_ = low;
    }
    var mass = 0.0;
    for (var v = i; v < p.V; v += T) {
      let z = (logits[base + v] - best) * inverse;
      if (z >= floor_) { mass += exp(z); }
    }
    var total = sumOver(i, mass);
    if (CUT == 1u && p.topP < 1.0) {
      var low = max(floor_, -90.0);
      var high = 0.0;
      for (var step = 0u; step < 40u; step += 1u) {
        let middle = 0.5 * (low + high);
        var kept = 0.0;
        for (var v = i; v < p.V; v += T) {
          let z = (logits[base + v] - best) * inverse;
          if (z >= middle) { kept += exp(z); }
        }
        if (sumOver(i, kept) >= p.topP * total) { low = middle; } else { high = middle; }
      }
      floor_ = low;
      mass = 0.0;
      for (var v = i; v < p.V; v += T) {
        let z = (logits[base + v] - best) * inverse;
        if (z >= floor_) { mass += exp(z); }
      }
      total = sumOver(i, mass);
    }
    // Inverse of the cumulative distribution, in the order of the columns: first the chunk, then the column in it.
    var goal = 0.0; // of thread 0
    let uniform_ = (f32(philox(vec4u(r, s.z, p.stream, 0u), vec2u(p.seedLo, p.seedHi)).x >> 8u) + 0.5) / 16777216.0;
    var chunk = (p.V + T - 1u) / T;
    var first = 0u;
    var end = p.V;
    let own = massOf(stretch(i, chunk, first, end), base, best, inverse, floor_);
    workgroupBarrier(); // partial was read
    partial[i] = own;
    workgroupBarrier();
    if (DEEP == 1u) {
      if (i == 0u) {
        for (var k = 0u; k < T; k += 1u) { goal += partial[k]; }
        goal *= uniform_;
        let found = find(goal);
        goal -= found.below;
        partialIndex[0] = found.k;
      }
      first = workgroupUniformLoad(&partialIndex[0]) * chunk;
      end = min(end, first + chunk);
      chunk = (chunk + T - 1u) / T;
      partial[i] = massOf(stretch(i, chunk, first, end), base, best, inverse, floor_);
      workgroupBarrier();
    }
    if (i == 0u) {
      total = 0.0; // summed again in this order, so that the last chunk is never overrun
      for (var k = 0u; k < T; k += 1u) { total += partial[k]; }
      if (DEEP == 1u) { goal = min(goal, total); } else { goal = uniform_ * total; }
      let found = find(goal);
      var below = found.below;
      let columns = stretch(found.k, chunk, first, end);
      for (var v = columns.x; v < columns.y; v += 1u) {
        let z = (logits[base + v] - best) * inverse;
        if (z >= floor_) {
          token = v; // the last kept column, should rounding leave the goal unreached
          below += exp(z);
          if (below >= goal) { break; }
        }
      }
    }
  }
  if (i == 0u) {
    out[r * p.maxNew + s.z] = token;
    var ended = s.z + 1u == p.maxNew;
    for (var e = 0u; e < p.nEnds; e += 1u) { ended = ended || token == ends[e]; }
    state[r] = vec4u(token, s.y + 1u, s.z + 1u, select(0u, 1u, ended));
  }
}
