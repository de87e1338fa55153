/**
 * An evaluation on data: batch after batch of problems is asked, and each is in the log before the next. A batch's random
 * numbers are named by its number, so that one that was cut off goes on to the same bytes.
 */
import { type Asked, ask, EVALUATION_STREAM } from '../../antisd/evaluate';
import { BadInput } from '../../data/errors';
import type { Problem, Task } from '../../data/types';
import type { Policy } from '../../model/net/policy';
import { eventLine, linesOf, readEvent, unsealLine } from '../event-lines';
import { EVENT_VERSION, type RunEventOf, type ToldEvaluation } from '../events';
import { Damage } from '../sealed';
import type { StoredLog } from '../stored-log';
import type { EvaluationConfig } from './config';

/** A dataset that is asked: its name, and its problems in their order. */
export interface AskedData {
  readonly name: string;
  readonly task: Task;
  readonly problems: readonly Problem[];
}

export type ToldBatch = RunEventOf<'eval-samples'>;

/** Where it ends before all is asked: tokens that were sampled, a time, a word from outside. */
export interface Limits {
  readonly tokens: number | null;
  readonly stop: () => boolean;
  /** Ends it within a batch, which is then not told. */
  readonly signal?: AbortSignal;
}

/** How far it is. */
export interface EvaluationProgress {
  readonly asked: number;
  readonly of: number;
  readonly tokens: number;
}

/** Problems of each batch: as many as the rows hold, with all samples. */
export const batchSize = ({ rows, samples }: EvaluationConfig): number => Math.max(1, Math.floor(rows / samples));

/** The data's batches in their order. */
function batchesOf(data: readonly AskedData[], config: EvaluationConfig) {
  const size = batchSize(config);
  return data.flatMap((one) =>
    Array.from({ length: Math.ceil(one.problems.length / size) }, (_, b) => ({
      ...one,
      problems: one.problems.slice(b * size, (b + 1) * size),
    })),
  );
}

/**
 * What a log has of an evaluation, up to the first line that is not as it was written; the rest is dropped. Throws BadInput
 * where it is another evaluation's.
 */
export async function resumeEvaluation(
  log: StoredLog,
  data: readonly AskedData[],
  config: EvaluationConfig,
  where: string,
): Promise<ToldBatch[]> {
  const told: ToldBatch[] = [];
  let bytes = 0;
  for (const line of linesOf(await log.read())) {
    const event = batchIn(line);
    if (!event) break;
    told.push(event);
    bytes += line.length + 1;
  }
  await log.cut(bytes);
  const expected = batchesOf(data, config);
  const same = told.every(({ problems, dataset }, b) => {
    const ids = expected[b]?.problems.map(({ id }) => id);
    return expected[b]?.name === dataset && problems.map(({ problem }) => problem).join('\n') === ids.join('\n');
  });
  if (same) return told;
  throw new BadInput(
    'The problems are not those that were asked before',
    where,
    'Put the data back, or begin a new one.',
  );
}

function batchIn(line: Uint8Array): ToldBatch | null {
  try {
    const event = readEvent(unsealLine(line));
    return event.type === 'eval-samples' ? event : null;
  } catch (error) {
    if (error instanceof Damage) return null;
    throw error;
  }
}

/** Asks what is left, and stores each batch before the next. Gives all that was told; `complete`: nothing is left. */
export async function evaluateData(
  policy: Policy,
  data: readonly AskedData[],
  config: EvaluationConfig,
  store: { readonly log: StoredLog; readonly told: readonly ToldBatch[] },
  limits: Limits,
  onBatch: (progress: EvaluationProgress, told: readonly ToldBatch[]) => void | Promise<void>,
): Promise<{ told: ToldBatch[]; complete: boolean }> {
  const batches = batchesOf(data, config);
  const of = batches.reduce((sum, { problems }) => sum + problems.length, 0);
  const told = [...store.told];
  let tokens = told.reduce((sum, batch) => sum + tokensOf(batch), 0);
  let count = told.reduce((sum, batch) => sum + batch.problems.length, 0);
  for (let b = told.length; b < batches.length; b++) {
    if (limits.stop() || (limits.tokens !== null && tokens >= limits.tokens)) return { told, complete: false };
    const { name, task, problems } = batches[b];
    const options = { ...config, topK: 0, stream: EVALUATION_STREAM + b, signal: limits.signal };
    const asked = await ask(policy, task, problems, options).catch((error) => {
      if (!limits.signal?.aborted) throw error;
      return null;
    });
    if (!asked) return { told, complete: false };
    const event: ToldBatch = {
      ...{ v: EVENT_VERSION, type: 'eval-samples', step: b, dataset: name },
      ...{ problems: asked.map(toldOf), leftOut: 0 },
    };
    await store.log.append(eventLine(event));
    await store.log.sync();
    told.push(event);
    tokens += tokensOf(event);
    count += problems.length;
    await onBatch({ asked: count, of, tokens }, told);
  }
  return { told, complete: true };
}

const tokensOf = ({ problems }: ToldBatch): number =>
  problems.reduce((sum, { samples }) => sum + samples.reduce((own, { ids }) => own + ids.length, 0), 0);

const toldOf = ({ problem: { id, question, answer }, samples }: Asked): ToldEvaluation => ({
  ...{ problem: id, question, answer },
  samples: samples.map(({ ids, truncated, verdict }) => ({
    ...{ ids: Array.from(ids), answer: verdict.answer, reward: verdict.reward },
    ...{ reason: verdict.reason, truncated },
  })),
});
