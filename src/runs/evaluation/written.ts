/**
 * An evaluation that is asked, with the files that others read: a batch's samples are appended after it, and results.json is
 * written anew once a tenth more is asked, so that the work of writing grows as the evaluation does, and not as its square.
 */
import type { Policy } from '../../model/net/policy';
import type { RunStore } from '../run-store';
import { type EvaluationConfig, RESULTS } from './config';
import { type AskedData, type EvaluationProgress, evaluateData, type Limits, type ToldBatch } from './evaluation';
import { type ComparedTraining, harnessResults, harnessSamples, resultsOf, taskKey } from './results';

/** Share that is asked since results were written, at which they are written again. */
const NEW_ENOUGH = 0.1;

export interface Evaluating {
  readonly store: RunStore;
  readonly config: EvaluationConfig;
  readonly data: readonly AskedData[];
  /** Training data that was compared; null where none was. */
  readonly training: ComparedTraining | null;
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const samplesFile = (name: string): string => `samples_${taskKey(name)}.jsonl`;

/** Writes results.json of what was told; gives its text. Throws StorageError. */
export async function writeResults(
  { store, config, data, training }: Evaluating,
  told: readonly ToldBatch[],
  complete: boolean,
): Promise<string> {
  const results = harnessResults(config, resultsOf(data, told, training), complete);
  const text = `${JSON.stringify(results, null, 2)}\n`;
  await store.files.write(RESULTS, utf8(text));
  return text;
}

/**
 * Asks what `before` leaves. Gives results.json as it is in the end; `complete`: nothing is left. What of the samples an earlier
 * try did not write, or wrote beyond its log, is mended first. Throws StorageError.
 */
export async function writtenEvaluation(
  policy: Policy,
  evaluating: Evaluating,
  before: readonly ToldBatch[],
  limits: Limits,
  onBatch: (progress: EvaluationProgress) => void,
): Promise<{ results: string; complete: boolean }> {
  const { store, config, data } = evaluating;
  const next = new Map<string, number>();
  for (const one of data) {
    const told = before.filter(({ dataset }) => dataset === one.name).flatMap(({ problems }) => problems);
    await store.files.write(samplesFile(one.name), utf8(harnessSamples(one, told, config)));
    next.set(one.name, told.length);
  }
  let written = 0;
  const stored = async (progress: EvaluationProgress, told: readonly ToldBatch[]): Promise<void> => {
    const { dataset, problems } = told[told.length - 1];
    const one = data.find(({ name }) => name === dataset) as AskedData;
    const first = next.get(one.name) as number;
    await store.files.append(samplesFile(one.name), harnessSamples(one, problems, config, first));
    next.set(one.name, first + problems.length);
    if (progress.asked >= (1 + NEW_ENOUGH) * written && progress.asked < progress.of) {
      await writeResults(evaluating, told, false);
      written = progress.asked;
    }
    onBatch(progress);
  };
  const { told, complete } = await evaluateData(policy, data, config, { log: store.log, told: before }, limits, stored);
  return { results: await writeResults(evaluating, told, complete), complete };
}
