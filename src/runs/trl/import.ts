/**
 * What TRL logged, as a run of the lab: antisd.jsonl of an exported folder, whose records are the lab's own, or the log history
 * of any run of GRPOTrainer (trainer_state.json), by TRL's names of metrics.
 */
import * as v from 'valibot';
import { BOUNDS } from '../../data/bounds';
import { BadInput } from '../../data/errors';
import { DEFAULT_CONFIG, parseTrainConfig, type TrainConfig } from '../../settings/config';
import { parseStoredEvent } from '../event-schema';
import { EVENT_VERSION, type RunEvent, type StepFigures } from '../events';
import { Damage } from '../sealed';

/** The files of TRL's output, as far as they are there. */
export interface TrlLog {
  /** run.json of the exported folder. */
  readonly run: unknown;
  /** The records of antisd.jsonl, one a line. */
  readonly steps: readonly unknown[] | null;
  /** trainer_state.json. */
  readonly state: unknown;
}

const figure = v.nullish(v.number(), null);
const record = v.looseObject({ step: v.pipe(v.number(), v.integer(), v.minValue(0)) });
const stateSchema = v.looseObject({ log_history: v.array(record) });
const runSchema = v.looseObject({ config: v.record(v.string(), v.unknown()) });

function expectFew(records: readonly unknown[], where: string): void {
  if (records.length > BOUNDS.trlRecords)
    throw new BadInput(
      `The log has ${records.length} records, more than the ${BOUNDS.trlRecords} that are read`,
      where,
      'Give the log of fewer steps.',
    );
}

/** Configuration and events. Throws BadInput where there is nothing to make them of. */
export function importTrl(log: TrlLog, where: string): { config: TrainConfig; events: RunEvent[] } {
  const own = v.safeParse(runSchema, log.run);
  expectFew(log.steps ?? [], where);
  const records = log.steps ? ownRecords(log.steps, where) : stateRecords(log.state, where);
  const last = records.findLast(({ type }) => type === 'step');
  if (!last) throw new BadInput('No step is logged', where, 'Train first: the log is written after every step.');
  const config = own.success
    ? parseTrainConfig(own.output.config, `${where}, run.json`)
    : { ...DEFAULT_CONFIG, arm: 'grpo' as const, model: 'TRL', task: 'TRL', steps: last.event.step };
  const start = {
    v: EVENT_VERSION,
    type: 'start',
    config,
    device: DEVICE,
    memory: NO_MEMORY,
    parameters: 0,
    resumedFrom: null,
  };
  const seconds = records.reduce((sum, { event }) => sum + (event.type === 'step' ? event.seconds : 0), 0);
  const done = { v: EVENT_VERSION, type: 'done', step: last.event.step, reason: 'finished', seconds };
  return { config, events: [start, ...records.map(({ event }) => event), done] as RunEvent[] };
}

/** No device of the lab. */
const DEVICE = {
  ...{ name: 'TRL', vendor: '', backend: 'PyTorch', software: false, features: [], subgroupSize: [0, 0] },
  limits: { maxBufferSize: 0, maxStorageBufferBindingSize: 0, maxComputeWorkgroupStorageSize: 0 },
  variants: {},
  selfTest: null,
};
const NO_MEMORY = { weights: 0, gradients: 0, optimizer: 0, activations: 0, kvCache: 0, scratch: 0, total: 0 };

type Told = { readonly type: 'step' | 'eval'; readonly event: Extract<RunEvent, { type: 'step' | 'eval' }> };

const stepSchema = v.looseObject({
  type: v.literal('step'),
  ...record.entries,
  tokens: v.number(),
  gateState: v.string(),
});
const evalSchema = v.looseObject({ type: v.literal('eval'), ...record.entries, accuracy: v.number() });

/** A run that was resumed tells some steps again: the later word counts. */
function ownRecords(lines: readonly unknown[], where: string): Told[] {
  const told = new Map<string, Told>();
  let evalAccuracy: number | null = null;
  for (const [i, line] of lines.entries()) {
    const [step, evaluated] = [v.safeParse(stepSchema, line), v.safeParse(evalSchema, line)];
    if (!step.success && !evaluated.success) throw noRecord('no record of a step', where, i);
    const { type, ...rest } = (step.success ? step.output : evaluated.output) as { type: Told['type']; step: number };
    if (evaluated.success) evalAccuracy = evaluated.output.accuracy;
    const figures = step.success ? stepOf({ ...(rest as Partial<StepFigures>), evalAccuracy, step: rest.step }) : rest;
    told.delete(`${type} ${rest.step}`);
    told.set(`${type} ${rest.step}`, { type, event: eventOf({ ...figures, type }, where, i) });
  }
  return inOrder([...told.values()]);
}

/** The event of a line's figures. Throws BadInput where one is of another kind than is drawn and counted with. */
function eventOf(figures: object, where: string, line: number): Told['event'] {
  try {
    return parseStoredEvent({ ...figures, v: EVENT_VERSION }) as Told['event'];
  } catch (error) {
    throw error instanceof Damage ? noRecord(error.message, where, line) : error;
  }
}

const noRecord = (what: string, where: string, line: number): BadInput =>
  new BadInput(`This line is ${what}`, `${where}, antisd.jsonl:${line + 1}`, 'Take the line out.');

const inOrder = (told: Told[]): Told[] =>
  told.sort((a, b) => a.event.step - b.event.step || b.type.localeCompare(a.type));

/** A step's figures; what TRL does not know of them is 0, or null where there may be nothing. */
function stepOf(known: Partial<StepFigures> & { step: number }): StepFigures & { eta: null } {
  const { seconds = 0, tokens = 0 } = known;
  return {
    ...{ reward: 0, accuracy: known.reward ?? 0, evalAccuracy: null, loss: 0, gradNorm: 0, lr: 0, kl: null },
    ...{ clipFraction: 0, divergence: null, responseLength: 0, truncatedShare: 0, equalGroupShare: 0 },
    ...{ studentEntropy: 0, teacherEntropy: 0, gateStatistic: null, gateState: 'off', gateClosesBelow: null },
    ...{ gateOpensAbove: null, lambda: 0, meanU: 0, sumAbsTerm: 0, maskedShare: 0, contextShares: {}, totalTokens: 0 },
    ...known,
    ...{ tokens, tokensPerSecond: seconds ? tokens / seconds : 0, seconds: seconds ?? 0 },
    ...{ phaseMs: { sample: 0, score: 0, backward: 0, update: 0 }, note: null, eta: null },
  };
}

const trl = v.looseObject({
  ...record.entries,
  ...{ loss: figure, grad_norm: figure, learning_rate: figure, reward: figure, entropy: figure, kl: figure },
  ...{ 'completions/mean_length': figure, 'completions/clipped_ratio': figure, frac_reward_zero_std: figure },
  ...{ 'clip_ratio/region_mean': figure, num_tokens: figure, step_time: figure },
  ...{ eval_reward: figure, 'eval_completions/mean_length': figure },
});

/** num_tokens has the prompts too: it is all that this log says. */
function stateRecords(state: unknown, where: string): Told[] {
  const parsed = v.safeParse(stateSchema, state);
  if (!parsed.success)
    throw new BadInput('There is no log of TRL', where, 'Give a folder with antisd.jsonl or trainer_state.json.');
  expectFew(parsed.output.log_history, where);
  let [before, evalAccuracy] = [0, null as number | null];
  return parsed.output.log_history.flatMap((line, i): Told[] => {
    const figures = v.safeParse(trl, line);
    if (!figures.success)
      throw new BadInput(
        `The ${i + 1}. entry of log_history has an impossible ${v.getDotPath(figures.issues[0])}`,
        where,
        'Take the entry out.',
      );
    return told(figures.output);
  });

  function told(r: v.InferOutput<typeof trl>): Told[] {
    if (r.eval_reward !== null) {
      evalAccuracy = r.eval_reward;
      const figures = { step: r.step, accuracy: r.eval_reward, passAtK: r.eval_reward, k: 1, problems: 0, samples: 0 };
      const event = { v: EVENT_VERSION, type: 'eval', ...figures, meanLength: r['eval_completions/mean_length'] ?? 0 };
      return [{ type: 'eval', event } as Told];
    }
    if (r.reward === null) return [];
    const totalTokens = r.num_tokens ?? before;
    const figures = stepOf({
      ...{ step: r.step, reward: r.reward, accuracy: r.reward, evalAccuracy, kl: r.kl },
      ...{ loss: r.loss ?? 0, gradNorm: r.grad_norm ?? 0, lr: r.learning_rate ?? 0, studentEntropy: r.entropy ?? 0 },
      ...{ clipFraction: r['clip_ratio/region_mean'] ?? 0, responseLength: r['completions/mean_length'] ?? 0 },
      ...{ truncatedShare: r['completions/clipped_ratio'] ?? 0, equalGroupShare: r.frac_reward_zero_std ?? 0 },
      ...{ tokens: totalTokens - before, totalTokens, seconds: r.step_time ?? 0 },
    });
    before = totalTokens;
    return [{ type: 'step', event: { v: EVENT_VERSION, type: 'step', ...figures } }];
  }
}
