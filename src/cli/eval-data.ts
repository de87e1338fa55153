/** `eval --data`: benchmarks in a folder of their own, gone on with after a kill. */
import { basename, dirname } from 'node:path';
import { BAD_ROWS, type BadRowsSetting } from '../data/bad-rows';
import { BadInput } from '../data/errors';
import { overlaps, trainingProblems } from '../data/overlap';
import { NATIVE_TASK, taskRow } from '../data/tasks';
import { rowsAtOnce } from '../library/capacity';
import type { LoadedModel } from '../library/open-model';
import type { Policy } from '../model/net/policy';
import { evaluationTables } from '../report/evaluation-tables';
import { loadedEvaluation } from '../report/loaded-evaluation';
import {
  type Asking,
  askedData,
  dataNames,
  longestPrompt,
  rowsNeeded,
  usualResponse,
} from '../runs/evaluation/asked-data';
import {
  EVALUATION_PRESETS,
  type EvaluationConfig,
  type EvaluationPreset,
  newEvaluation,
  readEvaluation,
  writeEvaluation,
} from '../runs/evaluation/config';
import { type AskedData, type Limits, resumeEvaluation } from '../runs/evaluation/evaluation';
import { type ComparedTraining, taskKey } from '../runs/evaluation/results';
import { writtenEvaluation } from '../runs/evaluation/written';
import { RunStore } from '../runs/run-store';
import { EXIT, stopSignal } from './command';
import type { EvalFlags } from './eval-flags';
import { openPolicy } from './inspect';
import { INVOKED } from './invoked';
import { note, print } from './output';
import { loadModel, loadTask, newFolder, pinnedName, runFiles } from './places';
import { textTable } from './report';
import { create, hold } from './run-folder';

/** An evaluation that is opened, new or begun before. */
interface Opened {
  readonly store: RunStore;
  readonly config: EvaluationConfig;
  readonly model: LoadedModel;
  readonly data: readonly AskedData[];
}

/** Asks the datasets of a new folder, or what is left of one. Gives the exit code. */
export async function evaluateOnData(flags: EvalFlags): Promise<number> {
  const { resume } = flags;
  const opened = resume === undefined ? await begun(flags) : await reopened(resume);
  const { store, config, data } = opened;
  try {
    const positions = expectRoom(opened);
    const training = await comparedTraining(opened);
    if (resume === undefined) {
      await create(store);
      await writeEvaluation(store.files, config);
    }
    const before = await resumeEvaluation(store.log, data, config, store.where);
    const policy = await policyFor(opened, positions);
    note(`${policy.decoder.recorder.gpu.adapter.name}; ${store.where}\n`);
    const { results, complete } = await writtenEvaluation(
      policy,
      { store, config, data, training },
      before,
      limitsOf(flags),
      ({ asked, of, tokens }) => note(`  ${asked} of ${of} problems, ${tokens} tokens\n`),
    );
    print(flags.json ? results : shownResults(store.where, results));
    if (complete) return EXIT.done;
    note(`Stopped; what was asked is stored. Go on: ${INVOKED} eval --resume ${store.where}\n`);
    return EXIT.stopped;
  } finally {
    await store.release();
  }
}

function limitsOf({ minutes, 'token-budget': tokens }: EvalFlags): Limits {
  const signal = stopSignal();
  const until = minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + minutes * 60_000;
  return { tokens: tokens ?? null, stop: () => signal.requested || performance.now() >= until };
}

/** The folder and the settings of a new evaluation. Throws BadInput. */
async function begun(flags: EvalFlags): Promise<Opened> {
  const names = dataNames(flags.data ?? '');
  const preset = EVALUATION_PRESETS[presetOf(flags.preset ?? 'plain')];
  const given = flags.model ?? NATIVE_TASK.model;
  const model = await loadModel(given);
  const maxNewTokens = flags['max-new-tokens'] ?? usualResponse(names, model.config.maxPositions);
  const asked = {
    problems: flags.problems ?? null,
    minDepth: flags['min-depth'] ?? null,
    wording: flags.wording ?? 'standard',
    thinking: flags.thinking,
    badRows: badRowsOf(flags['bad-rows'] ?? 'refused'),
    maxNewTokens,
  };
  const data = await openData(
    names.map((name) => ({ name, pinned: name })),
    model,
    asked,
  );
  const config = newEvaluation({
    ...asked,
    model: await pinnedName(given),
    adapter: flags.adapter ?? null,
    weightFormat: flags['weight-format'] ?? 'auto',
    data: data.map(({ name, task }) => ({ name, pinned: task.pinned ?? name })),
    against: flags.against ?? (await trainedOn(flags.adapter ?? given)),
    samples: flags.samples ?? preset.samples,
    temperature: flags.temperature ?? preset.temperature,
    topP: flags['top-p'] ?? preset.topP,
    seed: flags.seed ?? 0,
    rows: flags.rows ?? rowsAtOnce(model.config, maxNewTokens + 512),
  });
  const out = flags.out ?? `runs/eval-${names.map(taskKey).join('-')}-${basename(given)}-${config.seed}`;
  return { store: await newFolder(out), config, model, data };
}

function presetOf(name: string): EvaluationPreset {
  if (Object.hasOwn(EVALUATION_PRESETS, name)) return name as EvaluationPreset;
  const known = Object.keys(EVALUATION_PRESETS).join(' and ');
  throw new BadInput(`No preset is called "${name}"`, '--preset', `There are ${known}.`);
}

function badRowsOf(name: string): BadRowsSetting {
  const found = BAD_ROWS.find((setting) => setting === name);
  if (found) return found;
  throw new BadInput(`Bad rows can not be "${name}"`, '--bad-rows', `They are ${BAD_ROWS.join(' or ')}.`);
}

async function reopened(folder: string): Promise<Opened> {
  const store = new RunStore(runFiles(folder));
  const config = await readEvaluation(store.files);
  if (!config)
    throw new BadInput('There is no evaluation to resume', store.where, 'Give a folder that eval --data made.');
  const model = await loadModel(config.model);
  const data = await openData(config.data, model, config);
  await hold(store);
  return { store, config, model, data };
}

/** Each dataset as a task of this model, with what is said of its rows. */
const openData = (named: EvaluationConfig['data'], model: LoadedModel, asking: Asking): Promise<AskedData[]> =>
  askedData(
    named,
    asking,
    (name, setting) => loadTask(name, model, setting, 'eval'),
    (words) => note(`${words}\n`),
  );

/** Tokens of the longest prompt with a whole response. Throws BadInput where the model has no room for them. */
function expectRoom({ data, config, model }: Opened): number {
  const positions = longestPrompt(data) + config.maxNewTokens;
  if (positions <= model.config.maxPositions) return positions;
  throw new BadInput(
    `The longest prompt with ${config.maxNewTokens} new tokens takes ${positions}, and the model’s context is ${model.config.maxPositions}`,
    config.model,
    'Lower --max-new-tokens.',
  );
}

function policyFor({ config, model, data }: Opened, positions: number): Promise<Policy> {
  const { adapter, weightFormat, maxNewTokens } = config;
  const need = { rows: rowsNeeded(data, config), tokens: Math.max(2048, positions), positions, maxNewTokens };
  return openPolicy(model, need, { adapter: adapter ?? undefined, 'weight-format': weightFormat });
}

/** What a run's model was trained on, where it lies in the run's folder and that was no task of the lab's own. */
async function trainedOn(model: string): Promise<string | null> {
  for (const folder of [dirname(model), dirname(dirname(model))]) {
    const config = await new RunStore(runFiles(folder)).config().catch(() => null);
    if (config) return 'task' in config && !taskRow(config.task) ? config.task : null;
  }
  return null;
}

/** Which of the problems the training data has too. */
async function comparedTraining({ config, model, data }: Opened): Promise<ComparedTraining | null> {
  const { against, maxNewTokens, thinking, badRows } = config;
  if (against === null) return null;
  const trained = await loadTask(against, model, { maxNewTokens, thinking, badRows });
  const found = new Map(data.map(({ name, problems }) => [name, overlaps(problems, trainingProblems(trained))]));
  for (const [name, { length }] of found)
    if (length > 0) note(`${length} problems of ${name} are in ${against} too.\n`);
  return { name: against, found };
}

/** Single problems are in the file. */
const shownResults = (where: string, results: string): string =>
  evaluationTables([loadedEvaluation(basename(where), new TextEncoder().encode(results))])
    .slice(0, -1)
    .map(textTable)
    .join('\n');
