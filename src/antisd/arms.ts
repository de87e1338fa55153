/** The arms: every method is a row of data; a run's configuration may override single switches. Formulas: docs of each row. */
import type { ContextMode } from '../data/types';
import type { Distil, DistilOver, TeacherKind } from './distil';
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
  'rlrt',
  'rlsd',
  'rlcsd',
  'opsd',
  'sdpo',
  'process',
  'grpo-process',
  'antisd-process',
] as const;
export type ArmName = (typeof ARM_NAMES)[number];

/** What a token's evidence is: the divergence's slope, the ratio T/S, or the gap under c less that under wrong hints. */
export type Evidence = 'slope' | 'ratio' | 'contrast';

/** All switches of the token advantage (method.md, "The arms"). */
export interface Method {
  /** The reward's group advantage, or nothing. */
  base: 'reward' | 'none';
  /** −1 ascends the divergence (AntiSD), +1 descends it (SD), 0 leaves the term out. */
  sign: -1 | 0 | 1;
  combine: 'add' | 'multiply';
  evidence: Evidence;
  divergence: Divergence;
  /** Of a ratio: ε_w, it is kept within 1 ± ε_w. */
  ratioClip: number;
  /** Of a contrast: τ in nats, where its tanh bends; wrong hints a rollout; a term of at most this size is left out. */
  tau: number;
  wrongHints: number;
  threshold: number;
  /** The term may take the reward's advantage away, but not turn it round. */
  keepSign: boolean;
  lambda: number;
  /** λ falls linearly to 0 over so many steps; 0: it does not fall. */
  lambdaSteps: number;
  /** Constant λ, or the released code's λ per sequence (perplexity.ts). */
  lambdaFrom: 'constant' | 'perplexity';
  maskNats: number; // 0: none
  maskSigma: number; // 0: none; in σ_ref, the mean of the batch std of u over the warm-up
  clampNats: number; // 0: none
  standardise: boolean;
  correctOnly: boolean;
  entropyBeta: number; // adds −β s_t
  /** Weight of the steps' rewards (process.ts); 0: none. */
  process: number;
  /** A loss beside the advantages that draws the student to its teacher; null without one. */
  distil: Distil | null;
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
  evidence: 'slope',
  divergence: DIVERGENCES['jensen-shannon'],
  ratioClip: 0.2,
  tau: 0.02,
  wrongHints: 4,
  threshold: 0,
  keepSign: false,
  lambda: 0.5,
  lambdaSteps: 0,
  lambdaFrom: 'constant',
  maskNats: 0,
  maskSigma: 0,
  clampNats: 0,
  standardise: false,
  correctOnly: false,
  entropyBeta: 0,
  process: 0,
  distil: null,
  teacher: true,
  context: 'sibling-then-dataset',
  longest: 0,
  gate: OFF,
};

/** TRL's defaults; K and the rest matter where more than the sampled token is compared. */
const DISTIL: Distil = {
  over: 'sampled',
  alpha: 1,
  K: 20,
  rest: false,
  teacher: 'ema',
  rate: 0.05,
  weight: 1,
  clip: 2,
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
  rlrt: arm(
    'RLRT',
    'A (1 − λ + λ clip(e^{−u})) where r = 1',
    'The reversed teacher (arXiv 2605.10781): on correct rollouts a token counts more the less the teacher would have written it; wrong ones are GRPO’s. Clip and λ are RLSD’s.',
    { sign: -1, evidence: 'ratio', combine: 'multiply', correctOnly: true },
  ),
  rlsd: arm(
    'RLSD',
    'A (1 − λ + λ clip(e^{sign(A) u}))',
    'The reward gives the sign, the ratio of teacher to student the size (arXiv 2604.03128): clipped to 1 ± 0.2, λ from 0.5 to 0 over 50 steps. Published with the final answer as context.',
    { sign: 1, evidence: 'ratio', combine: 'multiply', lambdaSteps: 50 },
  ),
  rlcsd: arm(
    'RLCSD',
    'A + λ tanh((t − w)/τ), never past 0',
    'The gap under c less that under wrong hints, w their mean probability’s logarithm (arXiv 2606.11709): what any hint does to the style cancels. Up to 4 wrong siblings a rollout are scored too.',
    { sign: 1, evidence: 'contrast', threshold: 0.02, keepSign: true },
  ),
  opsd: arm(
    'OPSD',
    'loss JSD(T, S), no reward',
    'On-policy self-distillation (arXiv 2601.18734): at every token the Jensen–Shannon divergence over the whole vocabulary from a teacher with the weights of the run’s beginning, who is shown the dataset’s solution.',
    { context: 'dataset', lambda: 0, distil: { ...DISTIL, over: 'vocabulary', alpha: 0.5, teacher: 'base', clip: 0 } },
  ),
  sdpo: arm(
    'SDPO',
    'loss KL(S‖T), no reward',
    'Self-distilled policy optimisation (arXiv 2601.20802) with TRL 1.13’s defaults: reverse KL on the sampled tokens from a moving average of the student, who is shown a right sibling; rollouts without one teach nothing.',
    { context: 'sibling', lambda: 0, distil: DISTIL },
  ),
  process: arm(
    'Process reward',
    'P',
    'No reward for the answer but in its step: every step that the task judges right or wrong is rewarded, normalised over the group; a token has the sum of its step’s and all later ones’ (DeepSeekMath, arXiv 2402.03300).',
    { base: 'none', lambda: 0, process: 1 },
  ),
  'grpo-process': arm('GRPO with a process reward', 'A + w P', 'The process reward added to the answer’s, w = 0.5.', {
    lambda: 0,
    process: 0.5,
  }),
  'antisd-process': arm(
    'AntiSD with a process reward',
    'A + w P − λ g φ(m(u))',
    'AntiSD, and the process reward with w = 0.5: the steps are held to be right where the signal alone would only have them be many.',
    { sign: -1, maskNats: 3, gate: PEAK, process: 0.5 },
  ),
};

/** A switch as its arm has it, or set by hand. */
type AsArm<T extends string> = 'arm' | T;

/** What a run's configuration says of the method: an arm, and single switches; null and 'arm' are as the arm's row has it. */
export interface MethodSettings {
  arm: ArmName;
  lambda: number | null;
  lambdaSchedule: AsArm<'constant' | 'linear'>;
  lambdaSteps: number | null;
  divergence: AsArm<DivergenceName>;
  alpha: number;
  context: AsArm<ContextMode>;
  maskNats: number | null;
  maskSigma: number | null;
  clampNats: number | null;
  standardise: AsArm<'on' | 'off'>;
  correctOnly: AsArm<'on' | 'off'>;
  entropyBeta: number | null;
  processWeight: number | null;
  ratioClip: number | null;
  tau: number | null;
  wrongHints: number | null;
  distilOver: AsArm<DistilOver>;
  distilAlpha: number | null;
  distilTopK: number | null;
  distilRest: AsArm<'on' | 'off'>;
  distilWeight: number | null;
  distilClip: number | null;
  teacherWeights: AsArm<TeacherKind>;
  teacherRate: number | null;
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
  const distil = row.distil && distilOf(c, row.distil);
  return {
    ...row,
    distil,
    base: distil?.weight === 1 ? 'none' : row.base,
    divergence: c.divergence === 'arm' ? row.divergence : divergenceOf(c.divergence, c.alpha),
    ratioClip: c.ratioClip ?? row.ratioClip,
    tau: c.tau ?? row.tau,
    wrongHints: c.wrongHints ?? row.wrongHints,
    lambda: row.sign === 0 ? 0 : (c.lambda ?? row.lambda),
    lambdaSteps: fallOf(c, row.lambdaSteps),
    // A λ that was asked for is that λ, also in the arm that would compute one.
    lambdaFrom: c.lambda === null ? row.lambdaFrom : 'constant',
    maskNats: c.maskNats ?? row.maskNats,
    maskSigma: c.maskSigma ?? row.maskSigma,
    clampNats: c.clampNats ?? row.clampNats,
    standardise: c.standardise === 'arm' ? row.standardise : c.standardise === 'on',
    correctOnly: c.correctOnly === 'arm' ? row.correctOnly : c.correctOnly === 'on',
    entropyBeta: row.entropyBeta > 0 ? (c.entropyBeta ?? row.entropyBeta) : 0,
    process: row.process > 0 ? (c.processWeight ?? row.process) : 0,
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

const distilOf = (c: MethodSettings, row: Distil): Distil => ({
  over: c.distilOver === 'arm' ? row.over : c.distilOver,
  alpha: c.distilAlpha ?? row.alpha,
  K: c.distilTopK ?? row.K,
  rest: c.distilRest === 'arm' ? row.rest : c.distilRest === 'on',
  teacher: c.teacherWeights === 'arm' ? row.teacher : c.teacherWeights,
  rate: c.teacherRate ?? row.rate,
  weight: c.distilWeight ?? row.weight,
  clip: c.distilClip ?? row.clip,
});

/** Steps over which λ falls to 0: the linear schedule's own length where neither setting nor arm has one. */
function fallOf({ lambdaSchedule, lambdaSteps }: MethodSettings, own: number): number {
  if (lambdaSchedule === 'constant') return 0;
  if (lambdaSchedule === 'arm' && own === 0) return 0;
  return lambdaSteps ?? (own || LINEAR_STEPS);
}
const LINEAR_STEPS = 120;

/** λ of step `step` (1-based) before the gate. */
export const scheduledLambda = ({ lambda, lambdaSteps }: Method, step: number): number =>
  lambdaSteps > 0 ? lambda * Math.max(0, 1 - (step - 1) / lambdaSteps) : lambda;
