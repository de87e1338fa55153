/** What a model and a configuration take of an adapter's memory, before anything is loaded, and what would still fit. */

import type { FileSource } from '../data/bytes';
import { bytesText } from '../data/bytes';
import { Recorder } from '../gpu/recorder';
import { elements } from '../gpu/tensor';
import type { WeightFormat } from '../kernels/weight-format/weight-format';
import type { Capacity } from '../model/net/activations';
import type { ModelConfig } from '../model/net/config';
import type { MemoryPlan } from '../model/net/decoder';
import { planMemory, tensorSpecs } from '../model/net/decoder';
import { ParameterLayout } from '../model/net/parameters';
import { type ModelFolder, openModelFolder, TOKENIZER_FILES } from '../model/weights/folder';
import type { TrainConfig } from '../settings/config';
import { isSftConfig, type SftConfig } from '../settings/settings-sft';
import { chosenFormat, loraSettings, sessionCapacity, sftCapacity } from './capacity';

/** A model's configuration and tensors without its tokenizer, the largest of the small files: enough for a plan. */
export type ModelHeaders = Pick<ModelFolder, 'config' | 'tensors' | 'where'>;

/** Opens these alone. Throws BadInput naming the file and what is wrong with it. */
export function openHeaders(files: FileSource): Promise<ModelHeaders> {
  const isTokenizer = (name: string) => (TOKENIZER_FILES as readonly string[]).includes(name);
  return openModelFolder({ ...files, open: async (name) => (isTokenizer(name) ? null : files.open(name)) });
}

/** What an adapter gives, in bytes. */
export interface AdapterRoom {
  readonly binding: number;
  /** WebGPU tells no adapter's memory: this comes from the host or the user; Infinity where nobody knows. */
  readonly memory: number;
}

export interface PlanRow {
  /** "LoRA, rank 16", "all parameters", "to look at". */
  readonly use: string;
  readonly weightFormat: WeightFormat;
  readonly capacity: Capacity;
  readonly bytes: MemoryPlan;
  /** Why it does not fit, in numbers, or null where it does. */
  readonly refused: string | null;
}

/** What determines a run, of either kind. */
type RunSettings = TrainConfig | SftConfig;

/** A model and what it takes: all that a page shows before anything is downloaded. */
export interface ModelPlan {
  /** As it was asked for. */
  readonly name: string;
  readonly family: string;
  readonly parameters: number;
  /** The format that "auto" means for this model. */
  readonly weightFormat: WeightFormat;
  /** Longest sequence the model was made for, tokens. */
  readonly maxPositions: number;
  readonly vocabulary: number;
  readonly room: AdapterRoom;
  readonly rows: readonly (PlanRow & { readonly largest: { tokens: number; positions: number } })[];
  /** The row that the configuration asks for. */
  readonly chosen: number;
}

/** The whole plan of a model under a configuration. Throws BadInput for adapter settings that do not fit. */
export function planModel(name: string, model: ModelHeaders, c: RunSettings, room: AdapterRoom): ModelPlan {
  const { config } = model;
  const rows = planRows(model, c, room).map((row) => ({
    ...row,
    largest: largestThatFits(config, row.capacity, room),
  }));
  const asked = c.loraRank > 0 ? chosenFormat(c.weightFormat, model) : 'f32';
  const chosen = rows.findIndex(
    ({ capacity, weightFormat }) =>
      capacity.training && weightFormat === asked && (capacity.lora !== null) === c.loraRank > 0,
  );
  return {
    name,
    family: config.family,
    parameters: new ParameterLayout(config).count,
    weightFormat: chosenFormat('auto', model),
    maxPositions: config.maxPositions,
    vocabulary: config.vocabSize,
    room,
    rows,
    chosen,
  };
}

/** The ways to use a model: to look at it, with an adapter on weights as stored or packed, all parameters trained. */
function planRows(model: ModelHeaders, c: RunSettings, room: AdapterRoom): PlanRow[] {
  const capacityFor = (settings: Partial<Pick<TrainConfig, 'loraRank' | 'weightFormat'>>) =>
    isSftConfig(c)
      ? sftCapacity(model, { ...c, ...settings }, c.maxLength)
      : sessionCapacity(model, { ...c, ...settings });
  const row = (use: string, settings: Parameters<typeof capacityFor>[0]): PlanRow => {
    const capacity = { ...capacityFor(settings), bindingBytes: room.binding };
    return planRow(use, model.config, capacity, room);
  };
  const weightFormat = chosenFormat(c.weightFormat, model);
  const look = { ...capacityFor({ loraRank: 0 }), training: false, bindingBytes: room.binding };
  const rank = c.loraRank || 16;
  const lora = loraSettings({ ...c, loraRank: rank });
  return [
    planRow('to look at', model.config, { ...look, lora: null, format: weightFormat }, room),
    ...(lora
      ? [...new Set<WeightFormat>([weightFormat, 'q8', 'q4'])].map((s) =>
          row(`LoRA of rank ${rank}`, { loraRank: rank, weightFormat: s }),
        )
      : []),
    row('all parameters', { loraRank: 0 }),
  ];
}

function planRow(use: string, config: ModelConfig, capacity: Capacity, room: AdapterRoom): PlanRow {
  const weightFormat = capacity.training && !capacity.lora ? 'f32' : (capacity.format ?? 'f32');
  const bytes = deviceMemory(config, capacity);
  return { use, weightFormat, capacity, bytes, refused: refusal(config, capacity, bytes.total, room) };
}

/** What the device holds for a model of this capacity: its tensors, and what carries commands and data to them. */
function deviceMemory(config: ModelConfig, capacity: Capacity): MemoryPlan {
  const bytes = planMemory(config, capacity);
  return { ...bytes, scratch: bytes.scratch + Recorder.bytes, total: bytes.total + Recorder.bytes };
}

function refusal(config: ModelConfig, capacity: Capacity, total: number, room: AdapterRoom): string | null {
  if (total > room.memory) return `needs ${bytesText(total)}, there are ${bytesText(room.memory)}`;
  let largest = { label: '', bytes: 0 };
  for (const { label, shape } of tensorSpecs(config, capacity)) {
    const bytes = elements(shape) * 4;
    if (bytes > largest.bytes) largest = { label, bytes };
  }
  if (largest.bytes <= room.binding) return null;
  return `${largest.label} needs ${bytesText(largest.bytes)} in one buffer, this adapter binds ${bytesText(room.binding)}`;
}

/** The largest micro-batch (tokens) at the capacity's context, and the longest context at one sequence a micro-batch, that fit. */
export function largestThatFits(
  config: ModelConfig,
  capacity: Capacity,
  room: AdapterRoom,
): { tokens: number; positions: number } {
  const fits = (changed: Partial<Capacity>) => {
    const asked = { ...capacity, ...changed };
    return refusal(config, asked, deviceMemory(config, asked).total, room) === null;
  };
  const tokens = largest((n) => fits({ tokens: n, targets: n }), capacity.positions, 1 << 20);
  const most = Math.min(config.maxPositions, 1 << 20);
  const positions = largest((n) => fits({ tokens: n, targets: n, positions: n, rows: 1 }), 16, most);
  return { tokens, positions };
}

/** The largest whole number from `least` to `most` for which `holds`, by halving; 0 where it does not hold for the least. */
function largest(holds: (n: number) => boolean, least: number, most: number): number {
  if (!holds(least)) return 0;
  let [low, high] = [least, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
