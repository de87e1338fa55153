/** Every setting of supervised fine-tuning, written once: flags, fields, links, validation and docs come from this table. */
import { BUILT_IN_MODELS, EXAMPLE_SETS, NATIVE_TASK } from '../data/tasks';
import { type Before, completed } from './earlier';
import { integer, number, type Setting, text } from './setting';
import { type ConfigOf, SettingTable } from './setting-table';
import { SETTINGS } from './settings';
import { MODEL_SETTINGS } from './settings-model';

const { loraRank, loraAlpha, loraTargets, weightFormat, operands, microBatch, logitMemory } = MODEL_SETTINGS;
const { weightDecay, decayAll, clipNorm, recompute, keepCheckpoints } = SETTINGS;

export const SFT_SETTINGS = {
  model: text({
    default: NATIVE_TASK.model,
    label: 'Model',
    doc: `What is trained: ${BUILT_IN_MODELS.join(' or ')} (built in), a model folder, a .gguf file, a web address or a Hub id.`,
    group: 'run',
  }),
  data: text({
    default: EXAMPLE_SETS[0].name,
    label: 'Data',
    doc: `Examples: ${EXAMPLE_SETS.map((set) => set.name).join(' or ')} (built in), or a .jsonl, .json or .parquet file of conversations or of prompts and completions.`,
    group: 'task',
  }),
  maxLength: integer({
    default: 512,
    min: 8,
    max: 131_072,
    unit: 'tokens',
    label: 'Longest example',
    doc: 'Longer ones are left out.',
    group: 'task',
  }),
  epochs: integer({ default: 1, min: 1, max: 1000, label: 'Epochs', doc: 'Passes over the examples.', group: 'run' }),
  batch: integer({
    default: 8,
    min: 1,
    max: 1024,
    label: 'Examples an update',
    doc: 'Packed end to end without padding.',
    group: 'run',
  }),
  learningRate: number({
    default: 2e-4,
    min: 0,
    max: 1,
    label: 'Learning rate',
    doc: 'AdamW’s largest step size; it falls to a tenth along a cosine. Adapters bear about ten times more than whole models.',
    group: 'optimiser',
  }),
  warmupSteps: integer({
    default: 10,
    min: 0,
    max: 10_000,
    unit: 'updates',
    label: 'Rate warm-up',
    doc: 'Linear rise of the learning rate.',
    group: 'optimiser',
    advanced: true,
  }),
  weightDecay,
  decayAll,
  clipNorm,
  loraRank: { ...loraRank, default: 16 },
  loraAlpha,
  loraDropout: number({
    default: 0,
    min: 0,
    max: 0.9,
    label: 'LoRA dropout',
    doc: 'Share of the adapter’s inputs that each update leaves out.',
    group: 'model',
    advanced: true,
  }),
  loraTargets,
  weightFormat,
  operands,
  microBatch,
  logitMemory,
  recompute: { ...recompute, group: 'model' },
  evalEvery: integer({
    default: 20,
    min: 1,
    max: 100_000,
    unit: 'updates',
    label: 'Measure every',
    doc: 'Updates between measurements of the held-out loss; one example in eight is held out, 64 at most are measured.',
    group: 'evaluation',
  }),
  samples: integer({
    default: 4,
    min: 0,
    max: 64,
    label: 'Samples',
    doc: 'Held-out prompts that are answered before and after, by the likeliest tokens.',
    group: 'evaluation',
  }),
  sampleTokens: integer({
    default: 96,
    min: 1,
    max: 4096,
    unit: 'tokens',
    label: 'Longest sample',
    doc: 'Samples are cut here.',
    group: 'evaluation',
    advanced: true,
  }),
  checkpointEvery: integer({
    default: 100,
    min: 1,
    max: 100_000,
    unit: 'updates',
    label: 'Checkpoint every',
    doc: 'How often the run can be resumed from.',
    group: 'run',
    advanced: true,
  }),
  keepCheckpoints,
  seed: integer({
    default: 0,
    min: 0,
    max: 2 ** 31 - 1,
    label: 'Seed',
    doc: 'Of the order and of the adapter. Same seed, same adapter: same run, bit for bit.',
    group: 'run',
  }),
} as const satisfies Record<string, Setting>;

export const SFT_TABLE = new SettingTable(SFT_SETTINGS);
export type SftSettingName = keyof typeof SFT_SETTINGS;

/** Everything that determines a run. `kind` tells it from a TrainConfig. */
export type SftConfig = { readonly kind: 'sft' } & Readonly<ConfigOf<typeof SFT_SETTINGS>>;

/** What runs of earlier versions did, whose configurations do not say it. */
const BEFORE: Before<typeof SFT_SETTINGS> = {
  decayAll: ({ weightDecay }) => weightDecay > 0,
  keepCheckpoints: () => 0,
  logitMemory: () => 64,
  operands: () => 'f32',
};

/** A full configuration from a partial one; its `kind` may be there or not. Throws BadInput. */
export function parseSftConfig(partial: object, where: string): SftConfig {
  const { kind: _, ...settings } = partial as { kind?: unknown };
  return { kind: 'sft', ...SFT_TABLE.parse(completed(SFT_TABLE, settings, BEFORE), where) };
}

export const isSftConfig = (config: unknown): config is SftConfig =>
  typeof config === 'object' && config !== null && 'kind' in config && config.kind === 'sft';
