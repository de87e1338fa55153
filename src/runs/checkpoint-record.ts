/** A checkpoint's state.json: the facts of the step, and what its other files must be. It is written last. */
import { bytesToHex } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { BadInput } from '../data/errors';
import { isRecord } from '../data/records';
import { excerpt } from '../data/visible';
import { ATTENTION_VARIANTS } from '../kernels/attention/attention-variant';
import { MATMUL_VARIANTS } from '../kernels/matmul/variants';
import type { RunConfig } from './run-config';
import { Damage, sealed, unseal } from './sealed';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const fileName = v.pipe(v.string(), v.regex(/^\w[\w.-]*$/));

/** What a checkpoint holds besides the policy, of every run; beside it what is the trainer's own. */
const runFacts = v.looseObject({
  /** Length of the log up to this step; null where none was written. */
  eventBytes: v.nullable(count),
  /** Wall time of the steps so far; absent in early checkpoints of pretraining. */
  seconds: v.optional(v.number()),
  /** Variants sum in different orders, so a resumed run keeps its own: by shape, and of all that were not measured. */
  matmul: v.picklist(MATMUL_VARIANTS),
  /** Absent in checkpoints of earlier versions, whose tiles were of all sizes. */
  products: v.optional(v.record(v.string(), v.picklist(MATMUL_VARIANTS))),
  /** Absent in checkpoints of earlier versions, which had rows alone. */
  attention: v.optional(v.picklist(ATTENTION_VARIANTS)),
});

const schema = v.object({
  version: v.literal(1),
  step: count,
  updates: count,
  /** Bytes of the checkpoint's other files. */
  sizes: v.record(fileName, count),
  /** SHA-256 of each, hex; from here on absent in checkpoints of earlier versions. */
  digests: v.optional(v.record(fileName, v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)))),
  /** The run's configuration, as config.json has it. */
  config: v.optional(v.custom<RunConfig>(isRecord)),
  /** What the step was measured as, more is better; null where it was not. */
  score: v.optional(v.nullable(v.number())),
  extra: runFacts,
});

export type RunFacts = Pick<
  v.InferOutput<typeof runFacts>,
  'eventBytes' | 'seconds' | 'matmul' | 'products' | 'attention'
>;

/** What a checkpoint carries besides weights and optimiser. */
export type CheckpointRecord = v.InferOutput<typeof schema>;

/** What a record of an earlier version, which has no checksum, begins with. */
const EARLIER = '{"version":';

export const recordBytes = (record: CheckpointRecord): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(sealed(record));

/** Throws BadInput for anything else than a record of `step`. */
export function parseRecord(bytes: Uint8Array, step: number, where: string): CheckpointRecord {
  const record = checked(schema, parsed(bytes, where), 'state.json', where);
  if (record.step !== step) throw damaged(`state.json is of step ${record.step}`, where);
  return record;
}

function parsed(bytes: Uint8Array, where: string): unknown {
  try {
    return unseal(bytes, EARLIER);
  } catch (error) {
    if (error instanceof Damage) throw damaged(`state.json is ${error.message}`, where);
    throw error;
  }
}

/** `value`, if it is what the schema says. Throws BadInput naming the field. */
export function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown, what: string, where: string): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue);
  throw damaged(
    `${what} ${field === null ? 'is not what it should be' : `has an impossible ${field}`} (${excerpt(issue.message, 120)})`,
    where,
  );
}

/** SHA-256 of a file's bytes, hex. */
export const digestOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));

const damaged = (what: string, where: string) => new BadInput(what, where, 'Resume from another step.');
