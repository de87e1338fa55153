/** Plain matrix products (temporary simple form). */
import { defineKernel } from '../gpu/kernel';
import { type Recorder, rows } from '../gpu/recorder';
import type { Tensor } from '../gpu/tensor';

export interface MatmulCall {
  layout: 'NT' | 'NN' | 'TN';
  a: Tensor;
  b: Tensor;
  c: Tensor;
  M: number;
  N: number;
  K: number;
  accumulate?: boolean;
  addend?: Tensor;
}
const code = (addend: boolean) => `
struct Params { M: u32, N: u32, K: u32, am: u32, ak: u32, bn: u32, bk: u32, accumulate: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
${addend ? '@group(0) @binding(4) var<storage, read> addend: array<f32>;' : ''}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let i = (wg.x + wg.y * groups.x) * 64u + id.x;
  let nb = (p.N + 3u) / 4u;
  if (i >= p.M * nb) { return; }
  let m = i / nb;
  let n = (i - m * nb) * 4u;
  var s = array<f32, 4>();
  for (var k = 0u; k < p.K; k += 1u) {
    let x = a[m * p.am + k * p.ak];
    for (var j = 0u; j < 4u; j += 1u) { s[j] += x * b[min(n + j, p.N - 1u) * p.bn + k * p.bk]; }
  }
  for (var j = 0u; j < 4u; j += 1u) {
    if (n + j < p.N) {
      var v = s[j];
      ${addend ? 'v += addend[m * p.N + n + j];' : ''}
      if (p.accumulate == 1u) { v += c[m * p.N + n + j]; }
      c[m * p.N + n + j] = v;
    }
  }
}`;
const plain = defineKernel('matmul-tmp', code(false));
const added = defineKernel('matmul-tmp-add', code(true));
export function matmul(r: Recorder, call: MatmulCall): void {
  const { layout, M, N, K } = call;
  const [am, ak] = layout === 'TN' ? [1, M] : [K, 1];
  const [bn, bk] = layout === 'NT' ? [K, 1] : [1, N];
  const params = { M, N, K, am, ak, bn, bk, accumulate: call.accumulate ? 1 : 0 };
  const bindings: Record<string, Tensor> = { a: call.a, b: call.b, c: call.c };
  if (call.addend) bindings.addend = call.addend;
  r.dispatch(call.addend ? added : plain, bindings, params, rows(Math.ceil((M * Math.ceil(N / 4)) / 64)));
}
