/** The arms: every method is a row of data; a run's configuration may override single switches. Formulas: docs of each row. */
import type { ContextMode } from '../data/types';
import { DIVERGENCES, type Divergence, type DivergenceName, divergenceOf } from './divergences';
import type { GateKind, GateSettings, GateStatistic } from './gate';

export const ARM_NAMES = [
  'antisd',
  'antisd-paper',
  'antisd-code',
  'grpo',
  'sd',
  'sd-jsd',
  'antisd-correct',
  'antisd-mult',
  'no-teacher',
  'no-context',
  'antisd-only',
  'entropy-bonus',
] as const;
export type ArmName = (typeof ARM_NAMES)[number];

/** All switches of the token advantage (method.md, "The arms"). */
export interface Method {
  /** The reward's group advantage, or nothing. */
  base: 'reward' | 'none';
  /** −1 ascends the divergence (AntiSD), +1 descends it (SD), 0 leaves the term out. */
  sign: -1 | 0 | 1;
  combine: 'add' | 'multiply';
  divergence: Divergence;
  lambda: number;
  /** Constant λ, or the released code's λ per sequence (perplexity.ts). */
  lambdaFrom: 'constant' | 'perplexity';
  maskNats: number; // 0: none
  maskSigma: number; // 0: none; in σ_ref, the mean of the batch std of u over the warm-up
  clampNats: number; // 0: none
  standardise: boolean;
  correctOnly: boolean;
  entropyBeta: number; // adds −β s_t
  /** Whether a teacher scores at all; without one t = 0, and u = −s. */
  teacher: boolean;
  context: ContextMode;
  /** Responses of more tokens get no term; 0: no limit. */
  longest: number;
  gate: GateSettings;
}

export interface Arm {
  label: string;
  formula: string;
  doc: string;
  method: Method;
}

const OFF: GateSettings = {
  kind: 'off',
  statistic: 'median-rollouts',
  warmup: 0,
  down: 0.93,
  up: 1,
  smoothing: 0,
  floor: 1e-3,
  lag: 0,
};
/** Thresholds 0.93 H_warm and H_warm on the median over all tokens (paper); inert where most tokens are certain. */
const PAPER: GateSettings = {
  kind: 'paper',
  statistic: 'median-tokens',
  warmup: 5,
  down: 0.93,
  up: 1,
  smoothing: 0,
  floor: 1e-3,
  lag: 0,
};
/** EMA(0.8) of the statistic against its running maximum; no hysteresis. */
const PEAK: GateSettings = {
  kind: 'peak',
  statistic: 'median-rollouts',
  warmup: 5,
  down: 0.93,
  up: 0.93,
  smoothing: 0.8,
  floor: 1e-3,
  lag: 0,
};
const PERPLEXITY: GateSettings = {
  kind: 'perplexity',
  statistic: 'perplexity',
  warmup: 5,
  down: 0.93,
  up: 1.07,
  smoothing: 0,
  floor: 1e-3,
  lag: 1, // the code takes the state that the step before left
};

const GATES: Readonly<Record<GateKind, GateSettings>> = { off: OFF, paper: PAPER, peak: PEAK, perplexity: PERPLEXITY };

const PLAIN: Method = {
  base: 'reward',
  sign: 0,
  combine: 'add',
  divergence: DIVERGENCES['jensen-shannon'],
  lambda: 0.5,
  lambdaFrom: 'constant',
  maskNats: 0,
  maskSigma: 0,
  clampNats: 0,
  standardise: false,
  correctOnly: false,
  entropyBeta: 0,
  teacher: true,
  context: 'sibling-then-dataset',
  longest: 0,
  gate: OFF,
};

const arm = (label: string, formula: string, doc: string, method: Partial<Method>): Arm => ({
  label,
  formula,
  doc,
  method: { ...PLAIN, ...method },
});

export const ARMS: Readonly<Record<ArmName, Arm>> = {
  antisd: arm(
    'AntiSD',
    'A − λ g φ(m(u))',
    'The paper’s signal with an outlier mask and a gate on the running maximum: the steadiest form measured here.',
    { sign: -1, maskNats: 3, gate: PEAK },
  ),
  'antisd-paper': arm(
    'AntiSD, paper',
    'A − λ g φ(u)',
    'To the letter: no mask, the gate on the median over all tokens against the warm-up. Where most tokens are certain that median is noise, and the gate stands open and says “inert”.',
    { sign: -1, gate: PAPER },
  ),
  'antisd-code': arm(
    'AntiSD, released code',
    'A + λ_seq z(−φ(m(u)))',
    'Outliers beyond 2σ masked, u clamped to ±5, the term standardised in each sequence, λ from the teacher’s perplexity, the gate a step late.',
    {
      sign: -1,
      maskSigma: 2,
      clampNats: 5,
      standardise: true,
      lambdaFrom: 'perplexity',
      longest: 12_000,
      gate: PERPLEXITY,
    },
  ),
  grpo: arm('GRPO', 'A', 'The reward’s group advantage alone.', { lambda: 0 }),
  sd: arm('Self-distillation', 'A + λ u', 'Towards the teacher: the baseline that the method turns round.', {
    sign: 1,
    divergence: DIVERGENCES['reverse-kl'],
  }),
  'sd-jsd': arm('Self-distillation, JS', 'A + λ φ(u)', 'Self-distillation with AntiSD’s own shape.', { sign: 1 }),
  'antisd-correct': arm(
    'AntiSD, correct only',
    'A − λ g φ(m(u)) where r = 1',
    'The reversal on correct rollouts only (after RLRT).',
    { sign: -1, maskNats: 3, correctOnly: true, gate: PEAK },
  ),
  'antisd-mult': arm('AntiSD, multiplicative', 'A (1 − λ g φ(u))', 'The paper’s multiplicative ablation.', {
    sign: -1,
    combine: 'multiply',
    gate: PAPER,
  }),
  'no-teacher': arm(
    'No teacher',
    'A − λ φ(−s)',
    'No teacher at all, u = −s: the term praises whatever is already likely. The paper’s runs collapse within 70 steps.',
    { sign: -1, teacher: false, context: 'none' },
  ),
  'no-context': arm(
    'No privileged context',
    'A − λ φ(u), c = none',
    'The teacher reads the prompt without c. In the built-in task u is then 0 throughout, and the step is GRPO’s.',
    { sign: -1, context: 'none' },
  ),
  'antisd-only': arm('Signal only', '−λ g φ(m(u))', 'No reward at all: how far the signal alone carries.', {
    base: 'none',
    sign: -1,
    maskNats: 3,
    gate: PEAK,
  }),
  'entropy-bonus': arm('Entropy bonus', 'A − β s', 'The control: would any push to explore do?', {
    lambda: 0,
    entropyBeta: 0.1,
  }),
};

/** A switch as its arm has it, or set by hand. */
type AsArm<T extends string> = 'arm' | T;

/** What a run's configuration says of the method: an arm, and single switches; null and 'arm' are as the arm's row has it. */
export interface MethodSettings {
  arm: ArmName;
  lambda: number | null;
  lambdaSchedule: 'constant' | 'linear';
  lambdaSteps: number;
  divergence: AsArm<DivergenceName>;
  alpha: number;
  context: AsArm<ContextMode>;
  maskNats: number | null;
  maskSigma: number | null;
  clampNats: number | null;
  standardise: AsArm<'on' | 'off'>;
  correctOnly: AsArm<'on' | 'off'>;
  entropyBeta: number | null;
  gate: AsArm<GateKind>;
  gateStatistic: AsArm<GateStatistic>;
  gateWarmup: number;
  gateDown: number | null;
  gateUp: number | null;
  gateSmoothing: number | null;
  gateFloor: number;
  gateLag: number | null;
}

/** The arm's row with the configuration's overrides. */
export function resolveMethod(c: MethodSettings): Method {
  const row = ARMS[c.arm].method;
  const gate = c.gate === 'arm' ? row.gate : GATES[c.gate];
  return {
    ...row,
    divergence: c.divergence === 'arm' ? row.divergence : divergenceOf(c.divergence, c.alpha),
    lambda: row.sign === 0 ? 0 : (c.lambda ?? row.lambda),
    // A λ that was asked for is that λ, also in the arm that would compute one.
    lambdaFrom: c.lambda === null ? row.lambdaFrom : 'constant',
    maskNats: c.maskNats ?? row.maskNats,
    maskSigma: c.maskSigma ?? row.maskSigma,
    clampNats: c.clampNats ?? row.clampNats,
    standardise: c.standardise === 'arm' ? row.standardise : c.standardise === 'on',
    correctOnly: c.correctOnly === 'arm' ? row.correctOnly : c.correctOnly === 'on',
    entropyBeta: row.entropyBeta > 0 ? (c.entropyBeta ?? row.entropyBeta) : 0,
    context: c.context === 'arm' ? row.context : c.context,
    gate: {
      ...gate,
      statistic: c.gateStatistic === 'arm' ? gate.statistic : c.gateStatistic,
      warmup: gate.kind === 'off' ? 0 : c.gateWarmup,
      down: c.gateDown ?? gate.down,
      up: Math.max(c.gateUp ?? gate.up, c.gateDown ?? gate.down),
      smoothing: c.gateSmoothing ?? gate.smoothing,
      floor: c.gateFloor,
      lag: (c.gateLag ?? gate.lag) === 1 ? 1 : 0,
    },
  };
}

/** λ of step `step` (1-based) before the gate. */
export function scheduledLambda(method: Method, c: MethodSettings, step: number): number {
  return c.lambdaSchedule === 'linear' ? method.lambda * Math.max(0, 1 - (step - 1) / c.lambdaSteps) : method.lambda;
}
