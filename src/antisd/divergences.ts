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
/** The α of the table's row: halfway between reverse (0) and forward KL (1). */
const ALPHA = 0.5;

const REVERSE_KL: Row = {
  label: 'Reverse KL, KL(S‖T)',
  doc: 'δ = u: unbounded both ways; the paper’s self-distillation.',
  f: (r) => -Math.log(r),
  delta: (u) => u,
  bounds: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
};

const FORWARD_KL: Row = {
  label: 'Forward KL, KL(T‖S)',
  doc: 'δ = e^u − 1, the exponent clamped to ±5.',
  f: (r) => (r > 0 ? r * Math.log(r) : 0),
  delta: (u) => Math.expm1(clamp(u, EXPONENT)),
  bounds: [Math.expm1(-EXPONENT), Math.expm1(EXPONENT)],
};

/**
 * The α-divergence (Cressie–Read): f(r) = (r^α − 1 − α (r − 1)) / (α (α − 1)), δ(u) = (e^{αu} − 1)/α. Its ends are the
 * limits: α → 0 is KL(S‖T), α → 1 is KL(T‖S); ½ has Hellinger's shape.
 */
function alphaDivergence(alpha: number): Row {
  const label = `α-divergence, α = ${alpha === 0.5 ? '½' : alpha}`;
  if (alpha === 0) return { ...REVERSE_KL, label };
  const doc = `δ = (e^{αu} − 1)/α with α = ${alpha === 0.5 ? '½' : alpha} (Cressie–Read), the exponent clamped to ±5.`;
  return {
    label,
    doc,
    f: (r) => (alpha === 1 ? FORWARD_KL.f(r) - (r - 1) : (r ** alpha - 1 - alpha * (r - 1)) / (alpha * (alpha - 1))),
    delta: (u) => Math.expm1(clamp(alpha * u, EXPONENT)) / alpha,
    bounds: [Math.expm1(-EXPONENT) / alpha, Math.expm1(EXPONENT) / alpha],
  };
}

/** Each under its name; a new one is a row here, and settings, CLI and page offer it. */
const ROWS = {
  'jensen-shannon': {
    label: 'Jensen–Shannon',
    doc: 'φ(u) = ½(softplus(u) − log 2): about u/2 for shortcuts, bounded below for deliberation.',
    f: (r) => 0.5 * ((r > 0 ? r * Math.log(r) : 0) - (1 + r) * Math.log((1 + r) / 2)),
    delta: (u) => 0.5 * (softplus(u) - Math.LN2),
    bounds: [-0.5 * Math.LN2, Number.POSITIVE_INFINITY],
  },
  'reverse-kl': REVERSE_KL,
  'forward-kl': FORWARD_KL,
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
  alpha: alphaDivergence(ALPHA),
} satisfies Record<string, Row>;

export type DivergenceName = keyof typeof ROWS;
export type Divergence = Row & { readonly name: DivergenceName };
export const DIVERGENCE_NAMES = Object.keys(ROWS) as readonly DivergenceName[];
export const DIVERGENCES = Object.fromEntries(
  DIVERGENCE_NAMES.map((name): [string, Divergence] => [name, { name, ...ROWS[name] }]),
) as Readonly<Record<DivergenceName, Divergence>>;

/** The divergence of this name; `alpha` is taken by the α-divergence. */
export const divergenceOf = (name: DivergenceName, alpha: number): Divergence =>
  name === 'alpha' ? { name, ...alphaDivergence(alpha) } : DIVERGENCES[name];
