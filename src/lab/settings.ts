/**
 * Every setting of a training run, written once: this table yields the page's control, the command line's flag, the
 * link's key, the validation and the docs row. `null` as a default means "as the arm says" (src/antisd/arms.ts).
 */
import { CONTEXT_MODES } from '../data/types';

export type SettingGroup = 'run' | 'task' | 'method' | 'gate' | 'sampling' | 'optimiser' | 'evaluation';

interface Base {
  label: string;
  doc: string;
  group: SettingGroup;
  /** Folded away at first in the page. */
  advanced?: boolean;
  /** May change while a run is going. */
  live?: boolean;
  unit?: string;
}

export interface NumberSetting extends Base {
  kind: 'number' | 'integer';
  default: number | null;
  min: number;
  max: number;
}

export interface ChoiceSetting extends Base {
  kind: 'choice';
  default: string;
  choices: readonly string[];
}

export interface BooleanSetting extends Base {
  kind: 'boolean';
  default: boolean;
}

export interface TextSetting extends Base {
  kind: 'text';
  default: string;
}

export type Setting = NumberSetting | ChoiceSetting | BooleanSetting | TextSetting;

const number = (s: Omit<NumberSetting, 'kind'>): NumberSetting => ({ kind: 'number', ...s });
const integer = (s: Omit<NumberSetting, 'kind'>): NumberSetting => ({ kind: 'integer', ...s });
const choice = <const C extends readonly string[]>(
  s: Omit<ChoiceSetting, 'kind' | 'choices'> & { choices: C },
): ChoiceSetting & { choices: C } => ({ kind: 'choice', ...s });
const flag = (s: Omit<BooleanSetting, 'kind'>): BooleanSetting => ({ kind: 'boolean', ...s });
const text = (s: Omit<TextSetting, 'kind'>): TextSetting => ({ kind: 'text', ...s });

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
  'antisd-only',
  'entropy-bonus',
] as const;
export const DIVERGENCE_NAMES = [
  'jensen-shannon',
  'reverse-kl',
  'forward-kl',
  'hellinger',
  'total-variation',
  'alpha',
] as const;

export const SETTINGS = {
  model: text({
    default: 'nano',
    label: 'Model',
    doc: 'The policy that is trained: "nano" (built in), or a model folder on the command line.',
    group: 'run',
  }),
  task: text({
    default: 'two-cards',
    label: 'Task',
    doc: 'Where problems come from: a task by name, or a .jsonl file on the command line.',
    group: 'task',
  }),
  minDepth: integer({
    default: 5,
    min: 1,
    max: 15,
    label: 'Least depth',
    doc: 'Difficulty: how many attempts a solution needs at least. Below 3 GRPO needs no help.',
    group: 'task',
  }),
  arm: choice({
    default: 'antisd',
    choices: ARM_NAMES,
    label: 'Method',
    doc: 'How a token’s advantage is made; antisd adds −λ φ(u) to the reward’s advantage.',
    group: 'method',
  }),
  lambda: number({
    default: null,
    min: 0,
    max: 10,
    label: 'λ',
    doc: 'Strength of the signal’s term; 0 is plain GRPO. Empty: as the method says (0.5).',
    group: 'method',
    live: true,
  }),
  divergence: choice({
    default: 'arm',
    choices: ['arm', ...DIVERGENCE_NAMES],
    label: 'Divergence',
    doc: 'Which divergence’s slope shapes u into the term.',
    group: 'method',
  }),
  context: choice({
    default: 'arm',
    choices: ['arm', ...CONTEXT_MODES],
    label: 'Teacher’s context',
    doc: 'What the teacher is shown: a correct sibling, the dataset’s solution, another problem’s.',
    group: 'method',
  }),
  wrongShare: number({
    default: 0,
    min: 0,
    max: 1,
    label: 'Wrong hints',
    doc: 'Share of rollouts whose teacher is shown a wrong solution.',
    group: 'method',
    advanced: true,
  }),
  maskNats: number({
    default: null,
    min: 0,
    max: 100,
    unit: 'nats',
    label: 'Mask |u| above',
    doc: 'Tokens with a larger |u| get no term; 0 masks nothing. Empty: as the method says (3).',
    group: 'method',
    advanced: true,
    live: true,
  }),
  maskSigma: number({
    default: null,
    min: 0,
    max: 100,
    label: 'Mask in σ',
    doc: 'The same in multiples of the warm-up’s standard deviation of u; 0 is off.',
    group: 'method',
    advanced: true,
  }),
  clampNats: number({
    default: null,
    min: 0,
    max: 100,
    unit: 'nats',
    label: 'Clamp u at',
    doc: 'u is clamped to this size before it is shaped; 0 clamps nothing. Empty: as the method says.',
    group: 'method',
    advanced: true,
  }),
  standardise: choice({
    default: 'arm',
    choices: ['arm', 'on', 'off'],
    label: 'Standardise',
    doc: 'Scale the term to mean 0 and variance 1 in each response.',
    group: 'method',
    advanced: true,
  }),
  correctOnly: choice({
    default: 'arm',
    choices: ['arm', 'on', 'off'],
    label: 'Correct only',
    doc: 'Add the term to correct responses only.',
    group: 'method',
    advanced: true,
  }),
  entropyBeta: number({
    default: null,
    min: 0,
    max: 10,
    label: 'β',
    doc: 'Strength of the entropy-bonus arm. Empty: as the method says.',
    group: 'method',
    advanced: true,
  }),
  lambdaSchedule: choice({
    default: 'constant',
    choices: ['constant', 'linear'],
    label: 'λ over time',
    doc: 'Constant, or falling linearly to 0.',
    group: 'method',
    advanced: true,
  }),
  lambdaSteps: integer({
    default: 120,
    min: 1,
    max: 100_000,
    unit: 'steps',
    label: 'λ reaches 0 at',
    doc: 'Length of the linear schedule.',
    group: 'method',
    advanced: true,
  }),
  gate: choice({
    default: 'arm',
    choices: ['arm', 'off', 'paper', 'peak', 'perplexity'],
    label: 'Gate',
    doc: 'Closes (λ = 0) when the teacher grows too certain: against its warm-up (paper) or its peak.',
    group: 'gate',
    live: true,
  }),
  gateStatistic: choice({
    default: 'arm',
    choices: ['arm', 'median-tokens', 'mean-tokens', 'median-rollouts', 'perplexity'],
    label: 'Gate’s statistic',
    doc: 'What the gate watches, of the teacher’s entropy over the batch.',
    group: 'gate',
    advanced: true,
  }),
  gateWarmup: integer({
    default: 5,
    min: 0,
    max: 1000,
    unit: 'steps',
    label: 'Warm-up',
    doc: 'First steps without the term, in which the reference is measured.',
    group: 'gate',
    advanced: true,
  }),
  gateDown: number({
    default: null,
    min: 0,
    max: 2,
    label: 'Closes below',
    doc: 'Share of the reference below which the gate closes. Empty: as the method says (0.93).',
    group: 'gate',
    advanced: true,
  }),
  gateUp: number({
    default: null,
    min: 0,
    max: 2,
    label: 'Opens at',
    doc: 'Share of the reference from which it opens again. Empty: as the method says.',
    group: 'gate',
    advanced: true,
  }),
  gateSmoothing: number({
    default: null,
    min: 0,
    max: 0.999,
    label: 'Smoothing',
    doc: 'EMA factor of the statistic; 0 is none. Empty: as the method says.',
    group: 'gate',
    advanced: true,
  }),
  gateFloor: number({
    default: 1e-3,
    min: 0,
    max: 1,
    unit: 'nats',
    label: 'Inert below',
    doc: 'Below this the statistic is noise and the gate stands open.',
    group: 'gate',
    advanced: true,
  }),
  gateLag: integer({
    default: 0,
    min: 0,
    max: 1,
    unit: 'steps',
    label: 'Lag',
    doc: '1 acts on the last step’s state, as the released code does; 0 on this step’s.',
    group: 'gate',
    advanced: true,
  }),
  problems: integer({
    default: 16,
    min: 1,
    max: 256,
    label: 'Problems a step',
    doc: 'Problems sampled for each update.',
    group: 'sampling',
  }),
  group: integer({
    default: 4,
    min: 2,
    max: 64,
    label: 'Rollouts a problem',
    doc: 'Size of a group; rewards are compared within it.',
    group: 'sampling',
  }),
  temperature: number({
    default: 1,
    min: 0.01,
    max: 5,
    label: 'Temperature',
    doc: 'Of sampling. The method assumes 1.',
    group: 'sampling',
    advanced: true,
  }),
  topP: number({
    default: 1,
    min: 0.01,
    max: 1,
    label: 'Top-p',
    doc: 'Nucleus sampling; 1 is off, as the method assumes.',
    group: 'sampling',
    advanced: true,
  }),
  topK: integer({
    default: 0,
    min: 0,
    max: 1_000_000,
    label: 'Top-k',
    doc: 'Sample among the k most likely; 0 is off.',
    group: 'sampling',
    advanced: true,
  }),
  maxNewTokens: integer({
    default: 83,
    min: 1,
    max: 4096,
    unit: 'tokens',
    label: 'Longest response',
    doc: 'Responses are cut here and count as truncated.',
    group: 'sampling',
    advanced: true,
  }),
  learningRate: number({
    default: 2e-4,
    min: 0,
    max: 1,
    label: 'Learning rate',
    doc: 'AdamW’s step size.',
    group: 'optimiser',
    live: true,
  }),
  warmupSteps: integer({
    default: 0,
    min: 0,
    max: 10_000,
    unit: 'steps',
    label: 'Rate warm-up',
    doc: 'Linear rise of the learning rate.',
    group: 'optimiser',
    advanced: true,
  }),
  beta1: number({
    default: 0.9,
    min: 0,
    max: 0.9999,
    label: 'β₁',
    doc: 'AdamW’s decay of the mean.',
    group: 'optimiser',
    advanced: true,
  }),
  beta2: number({
    default: 0.95,
    min: 0,
    max: 0.99999,
    label: 'β₂',
    doc: 'AdamW’s decay of the variance.',
    group: 'optimiser',
    advanced: true,
  }),
  weightDecay: number({
    default: 0,
    min: 0,
    max: 1,
    label: 'Weight decay',
    doc: 'AdamW’s decoupled decay.',
    group: 'optimiser',
    advanced: true,
  }),
  clipNorm: number({
    default: 1,
    min: 0.001,
    max: 1000,
    label: 'Clip norm',
    doc: 'Longest gradient; longer ones are scaled down.',
    group: 'optimiser',
    advanced: true,
  }),
  updates: integer({
    default: 1,
    min: 1,
    max: 16,
    label: 'Updates a batch',
    doc: 'Above 1 the ratio is clipped (PPO).',
    group: 'optimiser',
    advanced: true,
  }),
  clipEpsilon: number({
    default: 0.2,
    min: 0.001,
    max: 1,
    label: 'PPO clip ε',
    doc: 'Largest change of a token’s ratio that still earns.',
    group: 'optimiser',
    advanced: true,
  }),
  aggregation: choice({
    default: 'token-mean',
    choices: ['token-mean', 'sequence-mean', 'dr-grpo'],
    label: 'Aggregation',
    doc: 'How tokens’ losses are averaged. Keep it equal between runs that are compared.',
    group: 'optimiser',
    advanced: true,
  }),
  advantageStd: flag({
    default: true,
    label: 'Divide by std',
    doc: 'GRPO’s group advantage divided by its standard deviation; off is Dr. GRPO.',
    group: 'optimiser',
    advanced: true,
  }),
  klCoefficient: number({
    default: 0,
    min: 0,
    max: 10,
    label: 'KL to the base',
    doc: 'Coefficient of the k3 estimate of KL to the model the run began with.',
    group: 'optimiser',
    advanced: true,
  }),
  steps: integer({ default: 120, min: 1, max: 100_000, label: 'Steps', doc: 'Updates of the run.', group: 'run' }),
  seed: integer({
    default: 0,
    min: 0,
    max: 2 ** 31 - 1,
    label: 'Seed',
    doc: 'Same seed, same adapter: same run, bit for bit.',
    group: 'run',
  }),
  evalEvery: integer({
    default: 20,
    min: 0,
    max: 100_000,
    unit: 'steps',
    label: 'Evaluate every',
    doc: 'Held-out evaluation; 0 is never.',
    group: 'evaluation',
  }),
  evalProblems: integer({
    default: 64,
    min: 1,
    max: 4096,
    label: 'Held-out problems',
    doc: 'Problems of an evaluation.',
    group: 'evaluation',
    advanced: true,
  }),
  evalSamples: integer({
    default: 4,
    min: 1,
    max: 64,
    label: 'Samples a problem',
    doc: 'k of avg@k and pass@k.',
    group: 'evaluation',
    advanced: true,
  }),
  evalTemperature: number({
    default: 1,
    min: 0,
    max: 5,
    label: 'Evaluation’s temperature',
    doc: '0 takes the most likely token.',
    group: 'evaluation',
    advanced: true,
  }),
  evalTopP: number({
    default: 1,
    min: 0.01,
    max: 1,
    label: 'Evaluation’s top-p',
    doc: 'Nucleus of evaluation; 1 is off.',
    group: 'evaluation',
    advanced: true,
  }),
  checkpointEvery: integer({
    default: 20,
    min: 1,
    max: 100_000,
    unit: 'steps',
    label: 'Checkpoint every',
    doc: 'How often the run can be resumed from.',
    group: 'run',
    advanced: true,
  }),
  recompute: flag({
    default: false,
    label: 'Recompute activations',
    doc: 'Slower, with less memory: layers are computed again in the backward pass.',
    group: 'run',
    advanced: true,
  }),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** `learningRate` as the command line writes it: `learning-rate`. */
export const flagOf = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
