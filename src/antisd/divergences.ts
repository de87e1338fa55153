/**
 * Divergences D(S‖T) = Σ_y S(y) f(r), r = T/S = e^u, and the advantage that descends each on the sampled token:
 * ∇D = E_S[(f(r) − r f'(r)) ∇log S], so δ(u) = r f'(r) − f(r), up to a constant (E_S[∇log S] = 0) and a positive factor.
 * Descending (self-distillation) uses +δ, ascending (AntiSD) −δ.
 */

interface Row {
  readonly label: string;
  readonly doc: string;
  /** f(r), convex, f(1) = 0. */
  f(r: number): number;
  /** δ(u), nats in. */
  delta(u: number): number;
  /** Infimum and supremum of δ. */
  readonly bounds: readonly [number, number];
}

/** log(1 + e^u) without overflow. */
export const softplus = (u: number): number => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));
const clamp = (u: number, by: number): number => Math.min(by, Math.max(-by, u));
/** The released code clamps exponents here. */
const EXPONENT = 5;
/** Order of the α-divergence in the table: halfway between reverse (0) and forward KL (1), as δ = (e^{αu} − 1)/α. */
const ALPHA = 0.5;

/** Each under its name; a new one is a row here, and settings, CLI and page offer it. */
const ROWS = {
  'jensen-shannon': {
    label: 'Jensen–Shannon',
    doc: 'φ(u) = ½(softplus(u) − log 2): about u/2 for shortcuts, bounded below for deliberation.',
    f: (r) => 0.5 * ((r > 0 ? r * Math.log(r) : 0) - (1 + r) * Math.log((1 + r) / 2)),
    delta: (u) => 0.5 * (softplus(u) - Math.LN2),
    bounds: [-0.5 * Math.LN2, Number.POSITIVE_INFINITY],
  },
  'reverse-kl': {
    label: 'Reverse KL, KL(S‖T)',
    doc: 'δ = u: unbounded both ways; the paper’s self-distillation.',
    f: (r) => -Math.log(r),
    delta: (u) => u,
    bounds: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  },
  'forward-kl': {
    label: 'Forward KL, KL(T‖S)',
    doc: 'δ = e^u − 1, the exponent clamped to ±5.',
    f: (r) => (r > 0 ? r * Math.log(r) : 0),
    delta: (u) => Math.expm1(clamp(u, EXPONENT)),
    bounds: [Math.expm1(-EXPONENT), Math.expm1(EXPONENT)],
  },
  hellinger: {
    label: 'Squared Hellinger',
    doc: 'δ = e^{u/2} − 1, the exponent clamped to ±5.',
    f: (r) => (1 - Math.sqrt(r)) ** 2,
    delta: (u) => Math.expm1(clamp(u / 2, EXPONENT)),
    bounds: [Math.expm1(-EXPONENT), Math.expm1(EXPONENT)],
  },
  'total-variation': {
    label: 'Total variation',
    doc: 'δ = ½ sign(u): only the sign counts.',
    f: (r) => 0.5 * Math.abs(1 - r),
    delta: (u) => 0.5 * Math.sign(u),
    bounds: [-0.5, 0.5],
  },
  alpha: {
    label: 'α-divergence, α = ½',
    doc: 'δ = (e^{αu} − 1)/α with α = ½ (Cressie–Read), the exponent clamped to ±5.',
    f: (r) => (r ** ALPHA - 1 - ALPHA * (r - 1)) / (ALPHA * (ALPHA - 1)),
    delta: (u) => Math.expm1(clamp(ALPHA * u, EXPONENT)) / ALPHA,
    bounds: [Math.expm1(-EXPONENT) / ALPHA, Math.expm1(EXPONENT) / ALPHA],
  },
} satisfies Record<string, Row>;

export type DivergenceName = keyof typeof ROWS;
export type Divergence = Row & { readonly name: DivergenceName };
export const DIVERGENCE_NAMES = Object.keys(ROWS) as readonly DivergenceName[];
export const DIVERGENCES = Object.fromEntries(
  DIVERGENCE_NAMES.map((name): [string, Divergence] => [name, { name, ...ROWS[name] }]),
) as Readonly<Record<DivergenceName, Divergence>>;
