/**
 * The table of metrics: what each figure of a step's event is, and where it is shown. The page's charts and columns, the
 * command line's progress and docs/metrics.md come from these rows; a new figure is a row here and its value where the
 * event is made. `trl` is the name that TRL 1.13 logs the same number under.
 */
import type { TokenRow } from '../antisd/measures';
import type { RunEvent, RunEventOf } from './events';

export interface Metric<V = never> {
  /** What charts, columns and progress call it. */
  readonly label: string;
  readonly unit?: string;
  readonly definition: string;
  readonly trl?: string;
  readonly chart?: MetricChart;
  /** A column of the page's table of steps, written as a count or to about three figures. */
  readonly column?: 'count' | 'real';
  /** A word of the command line's progress; null says nothing. */
  readonly progress?: (value: V, label: string) => string | null;
}

/** A line of a chart. Metrics of one title share it; the first of them says what it looks like. */
export interface MetricChart {
  readonly title: string;
  /** solid (where absent): the run; dashed: a threshold; faint: a companion; dots: measured now and then; state: a word, and bands where it is off. */
  readonly look?: 'solid' | 'dashed' | 'faint' | 'dots' | 'state';
  /** What the line is called, where that is not the metric's label. */
  readonly label?: string;
  /** What the chart shows, where that is more than its first metric's definition. */
  readonly doc?: string;
  readonly large?: boolean;
  readonly domain?: readonly [number, number];
}

/** Every field of an event has its row, and no row is without its field. */
type MetricsOf<T extends RunEvent['type']> = {
  readonly [K in Exclude<keyof RunEventOf<T>, 'v' | 'type'>]-?: Metric<Exclude<RunEventOf<T>[K], undefined>>;
};

/** `reward 0.125`, or a dash where nothing is known yet. */
const reads = (digits: number) => (value: number | null, label: string) => `${label} ${value?.toFixed(digits) ?? '–'}`;
/** `a.jsonl 0.50, b.jsonl 0.25`; null of a task that is no mixture. */
export const byName = (values: Readonly<Record<string, number>> | undefined): string | null =>
  values === undefined
    ? null
    : Object.entries(values)
        .map(([name, value]) => `${name} ${value.toFixed(2)}`)
        .join(', ');
const speed = (value: number, label: string) => `${Math.round(value)} ${label}`;

const GRADIENT_NORM = {
  label: 'norm',
  definition: 'length of the gradient of the loss in all that is trained, before clipping',
  trl: 'grad_norm',
  chart: { title: 'Gradient norm' },
  column: 'real',
} as const;
const ETA = {
  label: 'left',
  unit: 's',
  definition: 'time to the end of the run, guessed from the mean time of the steps so far',
} as const;

/** How far responses to the same problem differ: of a step's groups, and of an evaluation's samples. */
const DIVERSITY = {
  answerEntropy: {
    label: 'H_answer',
    unit: 'nats',
    definition: 'entropy of the final answers to a problem, mean over problems; no answer counts as one',
  },
  distinct2: {
    label: 'distinct-2',
    definition:
      'share of different pairs of neighbouring tokens among all in the responses to a problem, mean over problems',
  },
  editDistance: {
    label: 'edit',
    unit: 'tokens',
    definition:
      'mean edit distance between two responses to a problem: of the first 16 problems, 8 responses and 256 tokens at most',
  },
} as const;

/** Of `step`: one update of reinforcement learning. */
export const STEP_METRICS = {
  step: { label: 'step', definition: 'updates done, this one among them', column: 'count' },
  reward: {
    label: 'reward',
    definition: 'mean reward of the step’s rollouts',
    trl: 'reward',
    chart: {
      title: 'Reward',
      doc: 'mean reward of a step’s rollouts; held-out accuracy as dots',
      large: true,
      domain: [0, 1],
    },
    column: 'real',
    progress: reads(3),
  },
  accuracy: { label: 'accuracy', definition: 'share of rollouts with reward 1: the reward, as rewards are 0 or 1' },
  evalAccuracy: {
    label: 'held-out',
    definition: 'avg@k on held-out problems, the last that was measured; null before the first',
    trl: 'eval_reward',
    chart: { title: 'Reward', look: 'dots' },
    progress: reads(3),
  },
  gateStatistic: {
    label: 'statistic',
    unit: 'nats, or a perplexity',
    definition:
      'h, what the gate watches of the teacher (`--gate-statistic`); null in a step whose sequences are all masked',
    chart: {
      title: 'Gate',
      doc: 'the gate’s statistic with its thresholds, and the teacher’s mean entropy, nats; grey where λ = 0',
      large: true,
    },
    column: 'real',
  },
  teacherEntropy: {
    label: 'H_T',
    unit: 'nats',
    definition: 'mean entropy of the teacher’s distribution at the sampled tokens',
    chart: { title: 'Gate', look: 'faint' },
    column: 'real',
    progress: reads(4),
  },
  gateState: {
    label: 'gate',
    definition: 'warm-up, open, closed, inert (the statistic is noise) or off',
    chart: { title: 'Gate', look: 'state' },
    column: 'real',
    progress: (state, label) => (state === 'off' ? null : `${label} ${state}`),
  },
  gateClosesBelow: {
    label: 'closes',
    definition: 'threshold on h below which the gate closes; null while it warms up or is off',
    chart: { title: 'Gate', look: 'dashed' },
  },
  gateOpensAbove: {
    label: 'opens',
    definition: 'threshold on h from which it opens again; null likewise',
    chart: { title: 'Gate', look: 'dashed' },
  },
  lambda: {
    label: 'λ',
    definition:
      'λ of this step: 0 in the warm-up and where the gate is closed; of antisd-code the mean over its sequences',
    column: 'real',
  },
  loss: {
    label: 'loss',
    definition:
      '−Σ a min(ρ Â, clip(ρ, 1 ± ε) Â) + β Σ a k3 over the sampled tokens, before the update; ρ = e^(s − s of sampling), a the aggregation’s weight, β Σ a k3 where there is a KL term',
    trl: 'loss',
    chart: { title: 'Loss' },
    column: 'real',
  },
  gradNorm: GRADIENT_NORM,
  lr: { label: 'rate', definition: 'learning rate of the update', trl: 'learning_rate' },
  kl: {
    label: 'KL',
    unit: 'nats a token',
    definition:
      'mean over the sampled tokens of k3 = e^d − d − 1, d = log p of the model the run began with − s, before the update; null where its coefficient is 0',
    trl: 'kl',
  },
  clipFraction: {
    label: 'clipped',
    definition: 'share of sampled tokens whose gradient the clipping of ρ cuts off, in the update',
    trl: 'clip_ratio/region_mean',
  },
  divergence: {
    label: 'divergence',
    unit: 'nats a token',
    definition:
      'mean over the sampled tokens of D(S, T), before the update: of `--distil-over sampled` (s − t) s; null where nothing is distilled',
  },
  perUpdate: {
    label: 'updates',
    definition:
      '`loss`, `clipFraction`, `kl`, `divergence` and `gradNorm` of each update of the batch, in order; the fields of these names are the last one’s',
  },
  responseLength: {
    label: 'length',
    unit: 'tokens',
    definition: 'mean tokens a rollout',
    trl: 'completions/mean_length',
    chart: { title: 'Response length', label: 'tokens' },
    column: 'real',
    progress: reads(1),
  },
  deliberation: {
    label: 'deliberation',
    definition: 'share of sampled tokens that are a word of second thoughts (Wait, check, however, …) as a whole',
  },
  ...DIVERSITY,
  truncatedShare: {
    label: 'truncated',
    definition: 'share of rollouts that were cut at the longest response',
    trl: 'completions/clipped_ratio',
  },
  equalGroupShare: {
    label: 'equal groups',
    definition: 'share of groups whose rewards are all equal: GRPO learns nothing from them',
    trl: 'frac_reward_zero_std',
  },
  studentEntropy: {
    label: 'H_S',
    unit: 'nats',
    definition: 'mean entropy of the student’s distribution at the sampled tokens',
    trl: 'entropy',
  },
  meanU: {
    label: 'mean u',
    unit: 'nats',
    definition: 'mean of u = log p(token | x, c) − log p(token | x) over the sampled tokens',
  },
  sumAbsTerm: {
    label: 'Σ|term|',
    definition: 'sum over the sampled tokens of the size of what the method adds to the advantage',
  },
  maskedShare: { label: 'masked', definition: 'share of sampled tokens whose u was masked as an outlier' },
  contextShares: { label: 'contexts', definition: 'share of rollouts by where the teacher’s context came from' },
  datasets: {
    label: 'datasets',
    definition: 'of a mixture, the mean reward of each dataset’s rollouts; absent of a task that is none',
    progress: byName,
  },
  tokens: { label: 'tokens', unit: 'tokens', definition: 'sampled in this step' },
  tokensPerSecond: {
    label: 'tokens/s',
    definition: 'sampled tokens over the step’s wall time',
    chart: { title: 'Tokens a second' },
    column: 'real',
    progress: speed,
  },
  totalTokens: { label: 'all tokens', unit: 'tokens', definition: 'sampled since step 1' },
  seconds: { label: 'seconds', unit: 's', definition: 'wall time of the step, sampling included', trl: 'step_time' },
  phaseMs: { label: 'phases', unit: 'ms', definition: 'wall time by phase: sample, score, backward, update' },
  note: {
    label: 'note',
    definition: 'why the step taught nothing, or taught through the signal alone; null where the reward spoke',
  },
  eta: ETA,
} as const satisfies MetricsOf<'step'>;

/** Of `sft-step`: one update of supervised fine-tuning. */
export const SFT_METRICS = {
  step: { label: 'update', definition: 'updates done, this one among them', trl: 'global_step', column: 'count' },
  epoch: {
    label: 'epoch',
    definition: 'pass over the examples, from 1',
    column: 'count',
    progress: (value, label) => `${label} ${value}`,
  },
  loss: {
    label: 'loss',
    unit: 'nats a token',
    definition: 'mean of −log p over the learnt tokens of the batch, before the update',
    trl: 'loss',
    chart: {
      title: 'Loss',
      doc: 'nats a learnt token, each batch before its update; held-out loss as dots',
      large: true,
    },
    column: 'real',
    progress: reads(4),
  },
  heldOutLoss: {
    label: 'held-out',
    unit: 'nats a token',
    definition: 'the same on held-out examples, the last that was measured; null before the first',
    trl: 'eval_loss',
    chart: { title: 'Loss', look: 'dots' },
    progress: reads(4),
  },
  lr: {
    label: 'rate',
    definition: 'learning rate of the update: linear warm-up, then a cosine to a tenth',
    trl: 'learning_rate',
    chart: { title: 'Learning rate' },
    column: 'real',
  },
  gradNorm: { ...GRADIENT_NORM, progress: (value) => `|g| ${value.toFixed(2)}` },
  tokens: { label: 'tokens', unit: 'tokens', definition: 'of the batch, prompts included' },
  tokensPerSecond: {
    label: 'tokens/s',
    definition: 'tokens of the batch, prompts included, over the update’s wall time',
    chart: { title: 'Tokens a second' },
    column: 'real',
    progress: speed,
  },
  learnt: {
    label: 'learnt',
    unit: 'tokens',
    definition: 'tokens of the batch that carry loss',
    chart: { title: 'Learnt tokens', label: 'tokens' },
    column: 'real',
  },
  totalTokens: {
    label: 'all tokens',
    unit: 'tokens',
    definition: 'worked on since update 1, prompts included',
    trl: 'num_tokens',
  },
  seconds: { label: 'seconds', unit: 's', definition: 'wall time of the update' },
  eta: ETA,
} as const satisfies MetricsOf<'sft-step'>;

/** Of `eval`: held-out problems, sampled between two steps. */
export const EVAL_METRICS = {
  step: { label: 'step', definition: 'updates done before it' },
  accuracy: { label: 'avg@k', definition: 'mean reward over all problems and samples', trl: 'eval_reward' },
  passAtK: { label: 'pass@k', definition: 'share of problems with a right answer among k samples' },
  k: { label: 'k', definition: 'samples a problem' },
  problems: { label: 'problems', definition: 'held-out problems that were asked' },
  samples: { label: 'samples', definition: 'samples a problem, again: k' },
  meanLength: {
    label: 'length',
    unit: 'tokens',
    definition: 'mean tokens a response',
    trl: 'eval_completions/mean_length',
  },
  ...DIVERSITY,
  datasets: { label: 'datasets', definition: 'of a mixture, avg@k of each dataset' },
} as const satisfies MetricsOf<'eval'>;

const { step, lr, loss, tokens, learnt, seconds } = SFT_METRICS;

/** Of `pretrain-step`: one update of a model from scratch. Nothing draws them, and the command line tells one step in 25. */
export const PRETRAIN_METRICS = {
  step,
  lr: { ...lr, definition: 'learning rate of the update: linear warm-up, then a cosine' },
  loss,
  gradNorm: GRADIENT_NORM,
  tokens,
  learnt,
  eta: ETA,
  seconds,
} as const satisfies MetricsOf<'pretrain-step'>;

/** Of a row of `tokens-table`, and of what the command `tokens` prints: a token string over the run so far. */
export const TOKEN_METRICS = {
  token: {
    label: 'token',
    definition: 'its text; a token after `no` is counted apart (`no So`): there the choice is made',
  },
  count: { label: 'count', definition: 'how often it was sampled' },
  meanU: {
    label: 'mean u',
    unit: 'nats',
    definition: 'mean of u = log p(token | x, c) − log p(token | x) over its occurrences',
  },
  meanTerm: {
    label: 'mean term',
    definition:
      'mean over its occurrences of what the method added to the group’s advantage: for antisd −λ φ(u), 0 where u is masked, in the warm-up and while the gate is closed. The command “tokens” takes the gate open',
  },
  share: {
    label: 'share',
    definition: 'sum of the size of its advantages, the group’s included, over that of all tokens',
  },
} as const satisfies { readonly [K in keyof TokenRow]-?: Metric };

/** Rows of any table, for those who show them. */
export type Metrics = Readonly<Record<string, Metric>>;

/** The tables by the type of their event. */
export const METRICS = {
  step: STEP_METRICS,
  'sft-step': SFT_METRICS,
  'pretrain-step': PRETRAIN_METRICS,
  eval: EVAL_METRICS,
} as const satisfies Partial<Record<RunEvent['type'], Metrics>>;

/** What a row says of a value in the command line's progress; null where it says nothing. */
export const progressOf = ({ progress, label }: Metric, value: unknown): string | null =>
  progress?.(value as never, label) ?? null;
