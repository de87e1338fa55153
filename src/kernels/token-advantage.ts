/** Token advantages on the device: divergence, mask, standardisation and λ of the method; src/antisd/advantages.ts is the reference. */
import { defineKernel } from '../gpu/kernel';
import type { Recorder } from '../gpu/recorder';
import { expectLength, type Tensor } from '../gpu/tensor';
import functions from './expm1.wgsl?raw';
import { perRow, rowShape } from './launch';
import source from './token-advantage.wgsl?raw';

const kernel = defineKernel('token-advantage', `${source}\n${functions}`);

/** The divergences by the numbers that the kernel's switch knows. */
const NUMBERS = {
  'jensen-shannon': 0,
  'reverse-kl': 1,
  'forward-kl': 2,
  hellinger: 3,
  'total-variation': 4,
  alpha: 5,
} as const;

/** How u becomes the term that is added to A. */
export interface TermShape {
  divergence: keyof typeof NUMBERS;
  /** −1 ascends the divergence, +1 descends it, 0 leaves the term out. */
  sign: -1 | 0 | 1;
  combine: 'add' | 'multiply';
  /** |u| beyond this counts as 0, nats; infinite: no mask. */
  mask: number;
  /** u is clamped to ± this, nats; infinite: no clamp. */
  clamp: number;
  standardise: boolean;
  /** Adds −β s; 0: nothing. */
  entropyBeta: number;
}

/** Stands for "no bound": WGSL compilers may assume that infinities never occur. */
const NONE = 3.4028234663852886e38;

/**
 * columns (N,4) = (u, φ, term, advantage) of B rollouts of N tokens in all. s and t hold `stride` values a token, the
 * log-probability first (4: a decoder's result as it is); offsets (B+1) is the first token of each rollout and N at the
 * end; rollouts (B,2) is (A, λ), λ = 0 where the term does not act. Throws RangeError for a divergence without a number.
 */
export function tokenAdvantage(
  r: Recorder,
  b: { s: Tensor; t: Tensor; offsets: Tensor; rollouts: Tensor; columns: Tensor },
  p: { B: number; N: number; stride: number } & TermShape,
): void {
  const { B, N, stride } = p;
  const divergence = NUMBERS[p.divergence];
  if (divergence === undefined)
    throw new RangeError(
      `tokenAdvantage knows no divergence "${p.divergence}". Use one of ${Object.keys(NUMBERS).join(', ')}, or add a case to token-advantage.wgsl.`,
    );
  expectLength('tokenAdvantage.s', b.s, (N - 1) * stride + 1);
  expectLength('tokenAdvantage.t', b.t, (N - 1) * stride + 1);
  expectLength('tokenAdvantage.offsets', b.offsets, B + 1);
  expectLength('tokenAdvantage.rollouts', b.rollouts, B * 2);
  expectLength('tokenAdvantage.columns', b.columns, N * 4);
  const params = {
    B,
    stride,
    divergence,
    multiply: p.combine === 'multiply' ? 1 : 0,
    standardise: p.standardise ? 1 : 0,
    mask: floorF32(p.mask),
    bound: Math.min(NONE, p.clamp),
    sign: p.sign,
    beta: p.entropyBeta,
  };
  const shape = rowShape(r.gpu);
  r.dispatch(kernel, b, params, perRow(B, shape), shape);
}

/** The largest f32 that is not above x ≥ 0, so that |u| > x is decided in f32 as it is in f64. */
function floorF32(x: number): number {
  if (x >= NONE) return NONE;
  const f = Float32Array.of(x);
  if (f[0] > x) new Uint32Array(f.buffer)[0] -= 1;
  return f[0];
}
