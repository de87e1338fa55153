/** What determines a pretraining run, a model from scratch on a task's corpus, and its settings: flags and docs come from the table. */
import { NATIVE_TASK } from '../data/tasks';
import { type ModelConfig, NANO_CONFIG } from '../model/net/config';
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
    default: NANO_CONFIG.layers,
    min: 1,
    max: 256,
    label: 'Layers',
    doc: 'Decoder layers.',
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
} as const satisfies Record<string, Setting>;

export const PRETRAIN_TABLE = new SettingTable(PRETRAIN_SETTINGS);

/** A new run: nano's shape, with as many layers and key/value heads, by nano's recipe. */
export function newPretrainConfig(settings: ConfigOf<typeof PRETRAIN_SETTINGS>): PretrainConfig {
  const { task, kvHeads, layers, checkpointEvery, ...options } = settings;
  const sliding = new Array<boolean>(layers).fill(false);
  const model = { ...NANO_CONFIG, kvHeads, layers, sliding };
  return { kind: 'pretrain', task, model, options: { ...NANO_RECIPE, ...options }, checkpointEvery };
}

/** A configuration as it was stored: earlier versions knew one token that ends a text, and let norms decay. */
export function storedPretrainConfig(stored: PretrainConfig): PretrainConfig {
  const { eosId = null, ...model } = stored.model as ModelConfig & { eosId?: number | null };
  const options = { ...stored.options, decayAll: stored.options.decayAll ?? true };
  return { ...stored, options, model: { ...model, eosIds: model.eosIds ?? (eosId === null ? [] : [eosId]) } };
}
