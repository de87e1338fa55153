/** δ(u) against the numerical gradient of each divergence on a small categorical. */
import { describe, expect, it } from 'vitest';
import { DIVERGENCES, divergenceOf } from '../../src/antisd/divergences';
import { close } from '../setup/close';

const softmax = (z: number[]): number[] => {
  const e = z.map(Math.exp);
  const total = e.reduce((a, b) => a + b, 0);
  return e.map((x) => x / total);
};
const LOGITS = [0.3, -0.7, 1.1, 0.2];
const TEACHER = softmax([-0.4, 0.9, 0.5, -1.0]);

const ALPHAS = [0, 0.1, 0.3, 0.7, 0.95, 1].map((alpha) => divergenceOf('alpha', alpha));

describe.each([...Object.values(DIVERGENCES), ...ALPHAS])('$label', (d) => {
  const divergence = (z: number[]) => softmax(z).reduce((sum, s, y) => sum + s * d.f(TEACHER[y] / s), 0);

  it('descends: E_S[δ(u) ∇log S] is minus the gradient, up to a positive factor', () => {
    const S = softmax(LOGITS);
    const delta = S.map((s, y) => d.delta(Math.log(TEACHER[y] / s)));
    const mean = S.reduce((sum, s, y) => sum + s * delta[y], 0);
    const direction = S.map((s, k) => s * (delta[k] - mean)); // Σ_y S δ(u_y) (1[y=k] − S_k)
    const h = 1e-5;
    const gradient = LOGITS.map((_, k) => {
      const at = (x: number) => divergence(LOGITS.map((z, i) => (i === k ? z + x : z)));
      return (at(h) - at(-h)) / (2 * h);
    });
    const factor = -gradient[0] / direction[0];
    expect(factor).toBeGreaterThan(0);
    close(
      direction.map((x) => -factor * x),
      gradient,
      { atol: 1e-8, why: 'central differences with h = 1e-5' },
    );
  });

  it('stays within its bounds, is 0 at u = 0, and never falls', () => {
    const [low, high] = d.bounds;
    let last = Number.NEGATIVE_INFINITY;
    for (const u of [-60, -8, -2, -0.1, 0, 0.1, 2, 8, 60]) {
      const x = d.delta(u);
      expect(x).toBeGreaterThanOrEqual(low - 1e-12);
      expect(x).toBeLessThanOrEqual(high);
      expect(x).toBeGreaterThanOrEqual(last);
      last = x;
    }
    expect(d.delta(0)).toBe(0);
  });
});

it('Jensen–Shannon is φ(u) = ½(softplus(u) − log 2): −0.3466 at the lower end, slope ¼ at 0', () => {
  const { delta } = DIVERGENCES['jensen-shannon'];
  expect(delta(-80)).toBeCloseTo(-0.34657, 4);
  expect((delta(1e-4) - delta(-1e-4)) / 2e-4).toBeCloseTo(0.25, 6);
  expect(delta(40)).toBeCloseTo(20 - 0.34657, 4);
});

it('the α-divergence is reverse KL at 0, forward KL at 1, and has Hellinger’s shape at ½', () => {
  for (const u of [-3, -0.4, 0, 0.2, 2.5]) {
    const at = (alpha: number) => divergenceOf('alpha', alpha).delta(u);
    expect(at(0)).toBe(DIVERGENCES['reverse-kl'].delta(u));
    expect(at(1e-7)).toBeCloseTo(u, 5);
    expect(at(1)).toBe(DIVERGENCES['forward-kl'].delta(u));
    expect(at(0.5)).toBeCloseTo(2 * DIVERGENCES.hellinger.delta(u), 12);
  }
});
