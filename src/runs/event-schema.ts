/**
 * What a stored event must be, whatever wrote it: this version, an earlier one, which may lack what came later, or a hand.
 * The types are those of events.ts; what is drawn, counted or computed with has the kind that it is used as.
 */
import * as v from 'valibot';
import type { MethodFacts } from '../antisd/facts';
import { COLUMNS, type ColumnName } from '../antisd/signals';
import { isRecord } from '../data/records';
import { excerpt } from '../data/visible';
import type { MemoryPlan } from '../model/net/decoder';
import { TRAIN_TABLE, type TrainConfig } from '../settings/config';
import type { PretrainConfig } from '../settings/settings-pretrain';
import { SFT_TABLE, type SftConfig } from '../settings/settings-sft';
import type { RunEvent, RunEventOf, ToldRollout } from './events';
import { Damage } from './sealed';

export type StoredRollout = ToldRollout & { ids?: number[]; w?: number[]; v?: number[] } & Record<ColumnName, number[]>;
type StoredAs<T extends 'signals' | 'probe'> = Omit<RunEventOf<T>, 'signals' | 'rollouts'> & {
  rollouts: StoredRollout[];
};
/** Events of scored rollouts: their columns lie in these. */
export type StoredSignals = StoredAs<'signals'> | StoredAs<'probe'>;
/** An event as its line has it. */
export type StoredEvent = Exclude<RunEvent, { type: 'signals' | 'probe' }> | StoredSignals;

const isNumber = (x: unknown): boolean => typeof x === 'number' || x === null; // JSON has null for what is not finite
const isPlain = (x: unknown): boolean => x === null || ['string', 'number', 'boolean'].includes(typeof x);
const allOf = (holds: (x: unknown) => boolean) => (x: unknown) => isRecord(x) && Object.values(x).every(holds);

/** An object of plain values, as T is. */
const flat = <T>() => v.custom<T>(allOf(isPlain), 'expected an object of plain values');
/** A configuration, with today's names of its settings. */
const configOf = <T>({ current }: { current(config: object): object }) =>
  v.pipe(
    flat<object>(),
    v.transform((config) => current(config) as T),
  );
/** The same with objects and lists of them within. */
const plain = <T>() => v.custom<T>((x) => isRecord(x) && isPlainWithin(x, 4), 'expected an object of plain values');
function isPlainWithin(x: unknown, depth: number): boolean {
  if (isPlain(x)) return true;
  return depth > 0 && Object.values(x as object).every((value) => isPlainWithin(value, depth - 1));
}
/** An object of numbers, beside the fields of `others`, which may be missing. */
function figures<T>(others: Readonly<Record<string, (x: unknown) => boolean>> = {}) {
  const wrong = (x: unknown): string | undefined => {
    if (!isRecord(x)) return 'no object';
    if (typeof x.step !== 'number') return 'step';
    return Object.keys(x).find((name) => !(Object.hasOwn(others, name) ? others[name] : isNumber)(x[name]));
  };
  return v.custom<T>(
    (x) => wrong(x) === undefined,
    ({ input }) => `expected the figures of a step, of other kinds: ${wrong(input)}`,
  );
}
/** Thousands of numbers or tokens, checked without a schema for each. */
const numbers = v.custom<number[]>((x) => Array.isArray(x) && x.every(isNumber), 'expected a list of numbers');
const texts = v.custom<string[]>(
  (x) => Array.isArray(x) && x.every((text) => typeof text === 'string'),
  'expected a list of texts',
);

const real = v.number();
const perhaps = v.nullable(real);
const figure = v.custom<number>(isNumber, 'expected a number');

/** Of a self-test. */
export const verdict = v.looseObject({ passed: real, failed: texts, ms: real });
const device = v.looseObject({
  ...{ name: v.string(), vendor: v.string(), backend: v.string(), software: v.boolean(), features: texts },
  subgroupSize: v.tuple([real, real]),
  limits: v.looseObject({
    maxBufferSize: real,
    maxStorageBufferBindingSize: real,
    maxComputeWorkgroupStorageSize: real,
  }),
  variants: v.record(v.string(), v.string()),
  selfTest: v.nullable(verdict),
});
const begun = { device, memory: plain<MemoryPlan>(), parameters: real, resumedFrom: perhaps };
const separator = v.optional(v.picklist(['', ' ']));

const columns = Object.fromEntries(COLUMNS.map((name) => [name, numbers])) as Record<ColumnName, typeof numbers>;
const rollout = v.pipe(
  v.looseObject({
    ...{ problem: v.string(), group: real, question: v.string(), reward: real, reason: v.string() },
    ...{
      truncated: v.boolean(),
      context: v.string(),
      tokens: texts,
      ids: v.optional(numbers),
      ...columns,
      w: v.optional(numbers),
      v: v.optional(numbers),
    },
    solution: v.optional(v.nullable(v.string())),
    sibling: v.optional(perhaps),
    feedback: v.optional(v.nullable(v.picklist(['correct', 'incorrect']))),
    wrongSolutions: v.optional(v.array(v.looseObject({ solution: v.nullable(v.string()), sibling: perhaps }))),
    ...{ lambda: v.optional(real), groupAdvantage: v.optional(real) },
  }),
  v.check(
    (r) =>
      [r.ids ?? r.tokens, r.w ?? r.tokens, r.v ?? r.tokens, ...COLUMNS.map((name) => r[name])].every(
        ({ length }) => length === r.tokens.length,
      ),
    'expected columns of one length',
  ),
);
const sample = v.looseObject({
  ...{ ids: numbers, answer: v.nullable(v.string()), reward: real },
  ...{ reason: v.optional(v.string()), truncated: v.optional(v.boolean()) },
});
const evaluated = v.looseObject({
  ...{ problem: v.string(), question: v.string(), answer: v.string() },
  samples: v.array(sample),
});
const losses = v.looseObject({
  ...{ tokens: texts, from: real, loss: numbers },
  learnt: v.array(v.picklist([0, 1])),
});
const patch = v.custom<Partial<TrainConfig>>(
  (x) =>
    isRecord(x) &&
    Object.entries(x).every(([name, value]) => {
      const known = TRAIN_TABLE.names.find((setting) => setting === name);
      return known !== undefined && TRAIN_TABLE.check(known, value) === null;
    }),
  'expected settings',
);
const fault = v.looseObject({
  kind: v.picklist(['bad-input', 'device-lost', 'out-of-memory', 'nan', 'validation', 'storage', 'internal']),
  ...{ message: v.string(), lastGoodStep: perhaps, resumable: v.boolean() },
});
const gate = {
  state: v.picklist(['warm-up', 'open', 'closed', 'inert', 'off']),
  ...{ statistic: perhaps, closesBelow: perhaps, opensAbove: perhaps },
};
const phases = [
  'sample',
  'score',
  'backward',
  'update',
  'load',
  'self-test',
  'tune',
  'eval',
  'checkpoint',
  'paused',
] as const;
const tokenRow = v.looseObject({ token: v.string(), count: real, meanU: figure, meanTerm: figure, share: figure });

type FieldsOf<T extends StoredEvent['type']> = Omit<Extract<StoredEvent, { type: T }>, 'v' | 'type'>;
/** By its type, what else an event has. */
type Schemas = { readonly [T in StoredEvent['type']]: v.GenericSchema<unknown, FieldsOf<T>> };

const SCHEMAS: Schemas = {
  start: v.looseObject({
    config: configOf<TrainConfig>(TRAIN_TABLE),
    ...begun,
    separator,
    leftOut: v.optional(v.string()),
    readAs: v.optional(v.string()),
    lab: v.optional(v.string()),
    warnings: v.optional(texts),
  }),
  phase: v.looseObject({ step: real, phase: v.picklist(phases) }),
  rollouts: v.looseObject({
    step: real,
    rollouts: v.array(v.looseObject({ problem: v.string(), group: real, question: v.string() })),
  }),
  tokens: v.looseObject({ step: real, pieces: v.array(v.looseObject({ rollout: real, tokens: texts })) }),
  signals: v.looseObject({ step: real, method: v.optional(plain<MethodFacts>()), rollouts: v.array(rollout) }),
  probe: v.looseObject({ step: real, rollouts: v.array(rollout) }),
  gate: v.looseObject({ step: real, ...gate }),
  step: figures<FieldsOf<'step'>>({
    gateState: (x) => typeof x === 'string',
    note: (x) => x === null || typeof x === 'string',
    contextShares: allOf(isNumber),
    datasets: allOf(isNumber),
    phaseMs: allOf(isNumber),
    perUpdate: (x) => Array.isArray(x) && x.every(allOf(isNumber)),
  }),
  eval: figures<FieldsOf<'eval'>>({ datasets: allOf(isNumber) }),
  'eval-samples': v.looseObject({
    step: real,
    dataset: v.optional(v.string()),
    problems: v.array(evaluated),
    leftOut: real,
  }),
  'tokens-table': v.looseObject({ step: real, rows: v.array(tokenRow) }),
  checkpoint: v.looseObject({ step: real, path: v.string() }),
  checked: v.looseObject({ step: real, selfTest: verdict }),
  change: v.looseObject({ step: real, patch }),
  fault: v.looseObject({ step: real, fault }),
  done: v.looseObject({ step: real, reason: v.picklist(['finished', 'stopped']), seconds: real }),
  'sft-start': v.looseObject({
    ...{
      config: configOf<SftConfig>(SFT_TABLE),
      ...begun,
      separator,
      examples: real,
      heldOut: real,
      leftOut: real,
      steps: real,
    },
    unused: v.optional(v.array(v.looseObject({ name: v.string(), examples: real }))),
    warnings: v.optional(texts),
  }),
  'sft-step': figures<FieldsOf<'sft-step'>>(),
  'sft-eval': figures<FieldsOf<'sft-eval'>>(),
  'sft-tokens': v.looseObject({ step: real, examples: v.array(losses) }),
  sample: v.looseObject({
    ...{ step: real, index: real, prompt: v.string(), text: v.string(), ended: v.boolean(), expected: v.string() },
  }),
  'pretrain-start': v.looseObject({ config: plain<PretrainConfig>(), ...begun }),
  'pretrain-step': figures<FieldsOf<'pretrain-step'>>(),
};

/** The event of a line's or a recording's JSON. Throws Damage. */
export function parseStoredEvent(json: unknown): StoredEvent {
  if (!isRecord(json)) throw new Damage('no event');
  const { crc: _, v: version, type, ...fields } = json; // a recording's lines still have their checksums
  if (version !== 1 || typeof type !== 'string' || !Object.hasOwn(SCHEMAS, type))
    throw new Damage(`an event of a kind that is not known: ${excerpt(String(type))}`);
  const result = v.safeParse(SCHEMAS[type as StoredEvent['type']], fields);
  if (!result.success) throw new Damage(`no event ${type}: ${excerpt(result.issues[0].message, 120)}`);
  return { v: version, type, ...fields } as unknown as StoredEvent; // its fields in the order that they were written in
}
