/**
 * An evaluation's results in the shape that lm-evaluation-harness (0.4) writes, so that what reads its files reads these:
 * results.json with {task: {"metric,filter": value}}, configs, versions, n-shot and n-samples, and a file of samples a task.
 * Intervals, single problems, what was cut and what overlaps are under "antisd_lab". Nothing in them depends on the clock.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type BenchmarkFigures, benchmarkFigures } from '../../antisd/benchmark';
import { codeFactsOf } from '../../data/code/rows';
import { NGRAM, type Overlap } from '../../data/overlap';
import type { ToldEvaluation } from '../events';
import type { EvaluationConfig } from './config';
import type { AskedData, ToldBatch } from './evaluation';

/** What was compared with the data that the model was trained on. */
export interface ComparedTraining {
  readonly name: string;
  readonly found: ReadonlyMap<string, readonly Overlap[]>;
}

/** A dataset's results. `overlap` is null where no training data was compared. */
export interface DatasetResults {
  readonly name: string;
  readonly pinned: string;
  readonly leftOut: string | null;
  /** Problems that are asked, and that have answers. */
  readonly problems: number;
  readonly figures: BenchmarkFigures;
  readonly overlap: readonly Overlap[] | null;
}

/** The datasets that have answers. */
export function resultsOf(
  data: readonly AskedData[],
  told: readonly ToldBatch[],
  training: ComparedTraining | null,
): DatasetResults[] {
  return data.flatMap(({ name, task, problems }) => {
    const answered = told
      .filter(({ dataset }) => dataset === name)
      .flatMap((batch) =>
        batch.problems.map(({ problem, samples }) => ({
          problem,
          samples: samples.map(({ ids, answer, reward, truncated = false }) => ({
            ...{ answer, reward, truncated, tokens: ids.length },
          })),
        })),
      );
    if (answered.length === 0) return [];
    const overlap = training?.found.get(name) ?? null;
    const measured = benchmarkFigures(answered);
    // Programs have no votes: two that do the same are two.
    const figures = problems.some((p) => codeFactsOf(p)) ? { ...measured, maj: [] } : measured;
    return [
      { name, pinned: task.pinned ?? name, leftOut: task.leftOut ?? null, problems: problems.length, figures, overlap },
    ];
  });
}

/** The name of a dataset in file names and keys, as the harness has its tasks'. */
export const taskKey = (name: string): string => name.replace(/[^\w.-]+/g, '_');

const hash = (text: string): string => bytesToHex(sha256(new TextEncoder().encode(text)));
/** Half the width of the interval in deviations of a normal law: what the harness calls stderr. */
const stderr = ({ low, high }: { low: number; high: number }): number => (high - low) / (2 * 1.959964);

/** results.json. */
export function harnessResults(config: EvaluationConfig, results: readonly DatasetResults[], complete: boolean) {
  const each = <T>(of: (one: DatasetResults) => T) =>
    Object.fromEntries(results.map((one) => [taskKey(one.name), of(one)]));
  const { data: _, ...settings } = config;
  return {
    results: each(metricsOf),
    group_subtasks: each(() => []),
    configs: each((one) => configOf(one, config)),
    versions: each(() => 1),
    'n-shot': each(() => 0),
    higher_is_better: each(() => ({ exact_match: true, pass: true })),
    'n-samples': each(({ problems, figures }) => ({ original: problems, effective: figures.problems.length })),
    config: {
      model: 'antisd-lab',
      model_args: `pretrained=${config.model}${config.adapter === null ? '' : `,peft=${config.adapter}`}`,
      batch_size: config.rows,
      gen_kwargs: generation(config),
      random_seed: config.seed,
    },
    model_source: 'antisd-lab',
    model_name: config.model,
    model_name_sanitized: config.model.replace(/[^\w.-]+/g, '__'),
    antisd_lab: {
      version: config.lab,
      complete,
      settings,
      level: 0.95,
      datasets: each(({ name, pinned, leftOut, figures, overlap }) => ({
        ...{ name, pinned, leftOut, ...figures },
        overlap: overlap && { n: NGRAM, with: config.against, problems: overlap },
      })),
    },
  };
}

function metricsOf({ name, figures: { avg, pass, maj } }: DatasetResults): Record<string, number | string> {
  const pair = (metric: string, filter: string, e: { value: number; low: number; high: number }) => [
    [`${metric},${filter}`, e.value],
    [`${metric}_stderr,${filter}`, stderr(e)],
  ];
  return Object.fromEntries([
    ['alias', name],
    ...pair('exact_match', 'none', avg),
    ...pass.flatMap((e) => pair(`pass@${e.k}`, 'none', e)),
    ...maj.filter(({ k }) => k > 1).flatMap((e) => pair('exact_match', `maj@${e.k}`, e)),
  ]);
}

const generation = (c: EvaluationConfig) => ({
  ...{ do_sample: c.temperature > 0, temperature: c.temperature, top_p: c.topP, max_gen_toks: c.maxNewTokens },
});

const configOf = ({ name, pinned }: DatasetResults, config: EvaluationConfig) => ({
  task: taskKey(name),
  dataset_path: pinned,
  output_type: 'generate_until',
  doc_to_text: config.wording,
  num_fewshot: 0,
  repeats: config.samples,
  generation_kwargs: generation(config),
  metric_list: [{ metric: 'exact_match', aggregation: 'mean', higher_is_better: true }],
  metadata: { version: 1 },
});

/** Lines of samples_NAME.jsonl, one a problem: of `told`, whose first problem is the data's `first`. */
export function harnessSamples(
  { task, problems }: AskedData,
  told: readonly ToldEvaluation[],
  config: EvaluationConfig,
  first = 0,
): string {
  const { tokenizer } = task;
  const text = (ids: readonly number[]) => tokenizer.decode(ids.filter((id) => !tokenizer.endIds.includes(id)));
  const lines = told.map(({ problem, question, answer, samples }, i) => {
    const doc = { id: problem, question, answer };
    const ids = task.studentPrompt(problems[first + i]);
    const prompt = task.promptText?.(ids) ?? tokenizer.decode(ids);
    const right = samples.reduce((sum, { reward }) => sum + reward, 0) / samples.length;
    return JSON.stringify({
      ...{ doc_id: first + i, doc, target: answer },
      arguments: { gen_args_0: { arg_0: prompt, arg_1: generation(config) } },
      resps: [samples.map((one) => text(one.ids))],
      filtered_resps: samples.map((one) => one.answer ?? '[invalid]'),
      ...{ filter: 'none', metrics: ['exact_match'] },
      ...{ doc_hash: hash(JSON.stringify(doc, null, 2)), prompt_hash: hash(prompt), target_hash: hash(answer) },
      exact_match: right,
    });
  });
  return lines.map((line) => `${line}\n`).join('');
}
