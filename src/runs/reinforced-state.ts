/** What a checkpoint of reinforcement learning holds besides the policy, and how what was stored is checked. */
import * as v from 'valibot';
import type { TokenSums } from '../antisd/measures';
import type { MethodState } from '../antisd/method-state';
import type { ProbeText } from '../antisd/probes';

export interface ReinforcedState {
  method: MethodState;
  evalAccuracy: number | null;
  /** The token table's sums; absent in checkpoints of earlier versions. */
  table?: TokenSums;
  /** The fixed texts, where there are any. */
  probes?: readonly ProbeText[];
}

const gate = v.looseObject({
  steps: v.number(),
  warm: v.array(v.number()),
  smoothed: v.nullable(v.number()),
  reference: v.nullable(v.number()),
  closed: v.boolean(),
  state: v.picklist(['warm-up', 'open', 'closed', 'inert', 'off']),
});
const method: v.GenericSchema<unknown, MethodState> = v.looseObject({
  gate,
  deviations: v.array(v.number()),
  perplexities: v.optional(v.array(v.number())),
  totalTokens: v.number(),
  since: v.optional(v.number()),
});
const sums = v.looseObject({ count: v.number(), u: v.number(), term: v.number(), size: v.number() });

export const reinforcedState: v.GenericSchema<unknown, ReinforcedState> = v.looseObject({
  method,
  evalAccuracy: v.nullable(v.number()),
  table: v.optional(v.array(v.tuple([v.string(), sums]))),
  probes: v.optional(v.array(v.looseObject({ problem: v.string(), ids: v.array(v.number()) }))),
});
