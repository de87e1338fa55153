/** What determines a pretraining run, a model from scratch on a task's corpus, and its settings: flags and docs come from the table. */
import * as v from 'valibot';
import { BadInput } from '../data/errors';
import { stories } from '../data/stories/task';
import { NATIVE_TASK } from '../data/tasks';
import { twoCards } from '../data/two-cards/task';
import { excerpt } from '../data/visible';
import { MICRO_CONFIG, type ModelConfig, NANO_CONFIG } from '../model/net/config';
import { integer, number, type Setting, text } from './setting';
import { type ConfigOf, SettingTable } from './setting-table';
import { SETTINGS } from './settings';

export interface PretrainOptions {
  steps: number;
  batch: number; // examples a step
  learningRate: number; // peak
  warmupSteps: number;
  finalFactor: number; // learning rate at the end, as a share of the peak (cosine)
  beta1: number;
  beta2: number;
  weightDecay: number;
  decayAll: boolean;
  clipNorm: number;
  seed: number;
}

export interface PretrainConfig {
  readonly kind: 'pretrain';
  readonly task: string;
  readonly model: ModelConfig;
  readonly options: PretrainOptions;
  /** Absent in the folders of earlier versions. */
  readonly checkpointEvery?: number;
  readonly keepCheckpoints?: number;
}

/** The recipe of the nano task. The built-in nano was made by an earlier version, whose norms decayed too. */
export const NANO_RECIPE: PretrainOptions = {
  steps: 3500,
  batch: 64,
  learningRate: 3e-3,
  warmupSteps: 100,
  finalFactor: 0.03,
  beta1: 0.9,
  beta2: 0.98,
  weightDecay: 0.01,
  decayAll: false,
  clipNorm: 1,
  seed: 0,
};

/** Steps between checkpoints where nothing is said. */
export const CHECKPOINT_EVERY = 100;

const PRETRAIN_SETTINGS = {
  task: text({ default: NATIVE_TASK.name, label: 'Task', doc: 'Task whose corpus is used.', group: 'task' }),
  steps: integer({
    default: NANO_RECIPE.steps,
    min: 1,
    max: 10_000_000,
    label: 'Steps',
    doc: 'Updates of the run.',
    group: 'run',
  }),
  batch: integer({
    default: NANO_RECIPE.batch,
    min: 1,
    max: 65_536,
    label: 'Examples a step',
    doc: 'Packed end to end without padding.',
    group: 'run',
  }),
  learningRate: number({
    default: NANO_RECIPE.learningRate,
    min: 0,
    max: 1,
    label: 'Learning rate',
    doc: 'AdamW’s largest step size; it falls along a cosine.',
    group: 'optimiser',
  }),
  warmupSteps: integer({
    default: NANO_RECIPE.warmupSteps,
    min: 0,
    max: 1_000_000,
    unit: 'steps',
    label: 'Rate warm-up',
    doc: 'Linear rise of the learning rate.',
    group: 'optimiser',
  }),
  weightDecay: number({
    default: NANO_RECIPE.weightDecay,
    min: 0,
    max: 1,
    label: 'Weight decay',
    doc: 'AdamW’s decoupled decay.',
    group: 'optimiser',
  }),
  decayAll: SETTINGS.decayAll,
  kvHeads: integer({
    default: NANO_CONFIG.kvHeads,
    min: 1,
    max: NANO_CONFIG.heads,
    label: 'Key/value heads',
    doc: 'Heads that queries share.',
    group: 'model',
  }),
  layers: integer({
    default: null,
    min: 1,
    max: 256,
    label: 'Layers',
    doc: 'Decoder layers. Empty: as many as the task’s built-in model has.',
    group: 'model',
  }),
  seed: integer({
    default: NANO_RECIPE.seed,
    min: 0,
    max: 2 ** 31 - 1,
    label: 'Seed',
    doc: 'Of weights and data. Same seed, same adapter: same run, bit for bit.',
    group: 'run',
  }),
  checkpointEvery: integer({
    default: CHECKPOINT_EVERY,
    min: 1,
    max: 10_000_000,
    unit: 'steps',
    label: 'Checkpoint every',
    doc: 'How often the run can be resumed from.',
    group: 'run',
  }),
  keepCheckpoints: SETTINGS.keepCheckpoints,
} as const satisfies Record<string, Setting>;

export const PRETRAIN_TABLE = new SettingTable(PRETRAIN_SETTINGS);

/** The shapes of the tasks' own models. */
const SHAPES: Record<string, ModelConfig> = { [twoCards.name]: NANO_CONFIG, [stories.name]: MICRO_CONFIG };

/** A new run: the shape of the task's own model, with as many layers and key/value heads, by nano's recipe. */
export function newPretrainConfig(settings: ConfigOf<typeof PRETRAIN_SETTINGS>): PretrainConfig {
  const { task, checkpointEvery, keepCheckpoints, kvHeads, layers: asked, ...options } = settings;
  const shape = SHAPES[task] ?? NANO_CONFIG;
  const layers = asked ?? shape.layers;
  const model = { ...shape, kvHeads, layers, sliding: new Array<boolean>(layers).fill(false) };
  return { kind: 'pretrain', task, model, options: { ...NANO_RECIPE, ...options }, checkpointEvery, keepCheckpoints };
}

const whole = (max: number, min = 1) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const id = v.nullable(whole(1_000_000, 0));
const rope = v.object({ theta: v.pipe(v.number(), v.minValue(1)), scaling: v.null() });

/** Of nano's kind, whatever its size. */
const storedModel = v.pipe(
  v.object({
    ...{ family: v.literal(NANO_CONFIG.family), rope, slidingRope: rope, window: v.null(), bosId: id, padId: id },
    ...{ vocabSize: whole(1_000_000, 2), hiddenSize: whole(65_536), intermediateSize: whole(1_000_000) },
    ...{ layers: whole(256), heads: whole(1024), kvHeads: whole(1024), headDim: whole(1024, 4) },
    ...{ maxPositions: whole(1_000_000), rmsNormEps: share, tiedEmbeddings: v.boolean() },
    sliding: v.array(v.literal(false)),
    eosIds: v.optional(v.array(whole(1_000_000, 0))),
    /** Earlier versions knew one token that ends a text. */
    eosId: v.optional(id),
  }),
  v.check(({ sliding, layers }) => sliding.length === layers, 'as many entries in sliding as layers'),
  v.check(({ heads, kvHeads }) => heads % kvHeads === 0, 'heads that are a multiple of kvHeads'),
  v.transform(({ eosId = null, eosIds, ...model }) => ({
    ...model,
    eosIds: eosIds ?? (eosId === null ? [] : [eosId]),
  })),
);
const stored: v.GenericSchema<unknown, PretrainConfig> = v.object({
  kind: v.literal('pretrain'),
  task: v.pipe(v.string(), v.nonEmpty()),
  model: storedModel,
  options: v.object({
    ...{
      steps: whole(10_000_000),
      batch: whole(65_536),
      warmupSteps: whole(1_000_000, 0),
      seed: whole(2 ** 31 - 1, 0),
    },
    ...{ learningRate: share, finalFactor: share, beta1: share, beta2: share, weightDecay: share },
    clipNorm: v.pipe(v.number(), v.minValue(0)),
    decayAll: v.optional(v.boolean(), true), // norms decayed in earlier versions
  }),
  checkpointEvery: v.optional(whole(10_000_000)),
  keepCheckpoints: v.optional(whole(100_000, 0)),
});

/** A configuration as it was stored, by this version or an earlier one. Throws BadInput. */
export function storedPretrainConfig(config: unknown, where: string): PretrainConfig {
  const result = v.safeParse(stored, config);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const at = v.getDotPath(issue) ?? 'the configuration';
  throw new BadInput(`${excerpt(at)} is impossible: ${excerpt(issue.message, 120)}`, where, 'Start a new run.');
}
