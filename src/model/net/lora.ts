/**
 * Low-rank adapters (Hu et al. 2021, arXiv 2106.09685) on frozen projections: y = x Wᵀ + s (x Aᵀ) Bᵀ, s = alpha / rank
 * (or alpha / √rank). Names and settings are PEFT's, so that what is saved here loads there.
 */
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

export const loraKey = (l: number, name: ProjectionName, side: 'A' | 'B'): string => `${l}.${name}.${side}`;

/** Where an adapter's matrices lie: A (targets × rank, in) and B (out, rank) of every adapted projection of every layer. */
export class LoraLayout extends Layout {
  override readonly file = 'adapter_model.safetensors';
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

/** Adapters of projections that share their input (q, k, v; gate, up) share a slot: their A and B one below the other. */
function loraSlots(c: ModelConfig, { rank, targets }: LoraSettings): Slot[] {
  const slots: Slot[] = [];
  for (let l = 0; l < c.layers; l++) {
    for (const [name, own] of targetsBySlot(targets)) {
      const parts = (side: 'A' | 'B') =>
        own.map((target): [string, number, number] => {
          const { rows, columns } = targetShape(c, target);
          const size: [number, number] = side === 'A' ? [rank, columns] : [rows, rank];
          return [`base_model.model.${loraName(l, target)}.lora_${side}.weight`, ...size];
        });
      slots.push(slot(loraKey(l, name, 'A'), 'uniform', parts('A')));
      slots.push(slot(loraKey(l, name, 'B'), 'zero', parts('B')));
    }
  }
  return slots;
}

/** The adapted projections, each with its targets in the order of the settings. */
export function targetsBySlot(targets: readonly LoraTarget[]): Map<ProjectionName, LoraTarget[]> {
  const bySlot = new Map<ProjectionName, LoraTarget[]>();
  for (const target of targets) {
    const { slot: name } = LORA_TARGETS[target];
    bySlot.set(name, [...(bySlot.get(name) ?? []), target]);
  }
  return bySlot;
}
