/**
 * Low-rank adapters (Hu et al. 2021, arXiv 2106.09685) on frozen projections: y = x Wᵀ + s (x Aᵀ) Bᵀ, s = alpha / rank
 * (or alpha / √rank). Names and settings are PEFT's, so that what is saved here loads there.
 */
import { BadInput } from '../../data/errors';
import type { ModelConfig } from './config';
import { Layout, type Slot, slot } from './layout';

/** The projections that can carry an adapter, with the fused slot each is part of. */
export const LORA_TARGETS = {
  q_proj: { slot: 'qkv', module: 'self_attn' },
  k_proj: { slot: 'qkv', module: 'self_attn' },
  v_proj: { slot: 'qkv', module: 'self_attn' },
  o_proj: { slot: 'o', module: 'self_attn' },
  gate_proj: { slot: 'gateUp', module: 'mlp' },
  up_proj: { slot: 'gateUp', module: 'mlp' },
  down_proj: { slot: 'down', module: 'mlp' },
} as const;
export type LoraTarget = keyof typeof LORA_TARGETS;
export type ProjectionName = (typeof LORA_TARGETS)[LoraTarget]['slot'];

export const ALL_TARGETS = Object.keys(LORA_TARGETS) as LoraTarget[];

export interface LoraSettings {
  readonly rank: number;
  readonly alpha: number;
  /** Probability that an input of an adapter is dropped in supervised training. */
  readonly dropout: number;
  readonly targets: readonly LoraTarget[];
  /** s = alpha / √rank (rank-stabilised LoRA) instead of alpha / rank. */
  readonly rankStabilised: boolean;
}

export const loraScale = ({ alpha, rank, rankStabilised }: LoraSettings): number =>
  alpha / (rankStabilised ? Math.sqrt(rank) : rank);

/** Rows of the fused slot that a target's output takes: [first, rows], and the width of its input. */
export function targetShape(c: ModelConfig, target: LoraTarget): { first: number; rows: number; columns: number } {
  const { hiddenSize: C, heads: H, kvHeads: K, headDim: D, intermediateSize: F } = c;
  switch (target) {
    case 'q_proj':
      return { first: 0, rows: H * D, columns: C };
    case 'k_proj':
      return { first: H * D, rows: K * D, columns: C };
    case 'v_proj':
      return { first: (H + K) * D, rows: K * D, columns: C };
    case 'o_proj':
      return { first: 0, rows: C, columns: H * D };
    case 'gate_proj':
      return { first: 0, rows: F, columns: C };
    case 'up_proj':
      return { first: F, rows: F, columns: C };
    case 'down_proj':
      return { first: 0, rows: C, columns: F };
  }
  return target satisfies never;
}

/** The Hugging Face name of a target's module. */
export const loraName = (l: number, target: LoraTarget): string =>
  `model.layers.${l}.${LORA_TARGETS[target].module}.${target}`;

export const loraKey = (l: number, target: LoraTarget, side: 'A' | 'B'): string => `${l}.${target}.${side}`;

/** Where an adapter's matrices lie: A (rank, in) and B (out, rank) of every target of every layer. */
export class LoraLayout extends Layout {
  protected override readonly expectation = {
    by: 'adapter_config.json on this model',
    mend: 'The adapter was made for another model, or with other settings: put it on the model it was trained on.',
  };

  constructor(
    readonly config: ModelConfig,
    readonly settings: LoraSettings,
    bindingBytes?: number,
  ) {
    super(loraSlots(config, settings), bindingBytes);
  }
}

function loraSlots(c: ModelConfig, { rank, targets }: LoraSettings): Slot[] {
  const slots: Slot[] = [];
  for (let l = 0; l < c.layers; l++) {
    for (const target of targets) {
      const { rows, columns } = targetShape(c, target);
      const name = `base_model.model.${loraName(l, target)}`;
      slots.push(slot(loraKey(l, target, 'A'), 'uniform', [[`${name}.lora_A.weight`, rank, columns]]));
      slots.push(slot(loraKey(l, target, 'B'), 'zero', [[`${name}.lora_B.weight`, rows, rank]]));
    }
  }
  return slots;
}

/** PEFT's adapter_config.json. */
export function loraConfigJson(s: LoraSettings, baseModel: string | null): Record<string, unknown> {
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: baseModel,
    inference_mode: true,
    r: s.rank,
    lora_alpha: s.alpha,
    lora_dropout: s.dropout,
    target_modules: [...s.targets],
    use_rslora: s.rankStabilised,
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    modules_to_save: null,
    layers_to_transform: null,
    layers_pattern: null,
    rank_pattern: {},
    alpha_pattern: {},
    use_dora: false,
    revision: null,
  };
}

const isTrue = (value: unknown): boolean => value === true;
const isGiven = (): boolean => true;
const isFilled = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** Fields whose other values change what the adapter computes, or which layers it is on. */
const REFUSED: Record<string, (value: unknown) => boolean> = {
  peft_type: (v) => v !== 'LORA',
  bias: (v) => v !== 'none',
  fan_in_fan_out: isTrue,
  modules_to_save: isFilled,
  layers_to_transform: isGiven,
  trainable_token_indices: isGiven,
  exclude_modules: isGiven,
  target_parameters: isFilled,
  rank_pattern: isFilled,
  alpha_pattern: isFilled,
  lora_bias: isTrue,
  alora_invocation_tokens: isGiven,
  layer_replication: isGiven,
  // PiSSA, OLoRA, CorDA and LoftQ change the base model's weights as they begin
  init_lora_weights: (v) => typeof v === 'string' && !['gaussian', 'eva', 'orthogonal'].includes(v),
};

/** Fields that are read, or say nothing about the result. Any other one that is set belongs to a variant of LoRA. */
const KNOWN = new Set([
  ...['r', 'lora_alpha', 'lora_dropout', 'target_modules', 'use_rslora'],
  ...['auto_mapping', 'base_model_name_or_path', 'revision', 'peft_version', 'task_type', 'inference_mode'],
  ...['layers_pattern', 'megatron_core', 'qalora_group_size', 'eva_config', 'ensure_weight_tying', 'runtime_config'],
]);

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && (typeof value !== 'object' || isFilled(value));

/** Reads PEFT's adapter_config.json (already parsed). Throws BadInput naming the field. */
export function parseLoraConfig(json: unknown, where: string): LoraSettings {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new BadInput('The adapter configuration is no JSON object', where, 'Point to a folder that PEFT wrote.');
  const raw = json as Record<string, unknown>;
  for (const [field, value] of Object.entries(raw)) {
    if (!isSet(value) || KNOWN.has(field) || (Object.hasOwn(REFUSED, field) && !REFUSED[field](value))) continue;
    throw new BadInput(
      `${field} = ${JSON.stringify(value)?.slice(0, 60)} is not supported`,
      where,
      'Use a plain LoRA adapter without it.',
    );
  }
  const { r, lora_alpha: alpha, lora_dropout: dropout = 0, target_modules: modules } = raw;
  const names = typeof modules === 'string' && modules === 'all-linear' ? ALL_TARGETS : modules;
  if (!Array.isArray(names) || names.length === 0 || !names.every((n) => Object.hasOwn(LORA_TARGETS, n)))
    throw new BadInput(
      `target_modules is ${JSON.stringify(modules ?? null)}`,
      where,
      `It must list some of ${ALL_TARGETS.join(', ')}.`,
    );
  const natural = typeof r === 'number' && Number.isInteger(r) && r >= 1 && r <= 4096;
  if (
    !natural ||
    typeof alpha !== 'number' ||
    !(alpha > 0) ||
    typeof dropout !== 'number' ||
    !(dropout >= 0 && dropout < 1)
  )
    throw new BadInput(
      `r ${JSON.stringify(r ?? null)}, lora_alpha ${JSON.stringify(alpha ?? null)} or lora_dropout ${JSON.stringify(dropout)} is no usable number`,
      where,
      'r must be a whole number from 1, lora_alpha above 0, lora_dropout in [0, 1).',
    );
  return {
    rank: r,
    alpha,
    dropout,
    targets: ALL_TARGETS.filter((t) => names.includes(t)),
    rankStabilised: raw.use_rslora === true,
  };
}
