/** The folder that goes on with a run's configuration in TRL: its trainer (trl/), run.json, and the problems in the run's order. */

import zero3 from '../../../trl/accelerate/deepspeed-zero3.yaml?raw';
import fsdp from '../../../trl/accelerate/fsdp.yaml?raw';
import oneGpu from '../../../trl/accelerate/one-gpu.yaml?raw';
import oneNode from '../../../trl/accelerate/one-node.yaml?raw';
import antisd from '../../../trl/antisd.py?raw';
import trainer from '../../../trl/antisd_trainer.py?raw';
import readme from '../../../trl/README.md?raw';
import requirements from '../../../trl/requirements.txt?raw';
import slurm from '../../../trl/several-nodes.slurm?raw';
import taskSource from '../../../trl/task.py?raw';
import train from '../../../trl/train.py?raw';
import { codeFactsOf } from '../../data/code/rows';
import { BadInput } from '../../data/errors';
import { nativeTask } from '../../data/tasks';
import type { Problem, Task } from '../../data/types';
import type { Elsewhere } from '../../library/elsewhere';
import type { TrainConfig } from '../../settings/config';
import { type TrlData, type TrlParts, trlRun } from './run-json';

/** What every exported folder has. */
const TEMPLATES: Readonly<Record<string, string>> = {
  'README.md': readme,
  'requirements.txt': requirements,
  'train.py': train,
  'antisd_trainer.py': trainer,
  'antisd.py': antisd,
  'task.py': taskSource,
  'accelerate/one-gpu.yaml': oneGpu,
  'accelerate/one-node.yaml': oneNode,
  'accelerate/deepspeed-zero3.yaml': zero3,
  'accelerate/fsdp.yaml': fsdp,
  'several-nodes.slurm': slurm,
};

/** Rows of problems at most: TRL begins again where a run asks more. */
const MOST_ROWS = 65_536;
/** Where a built-in model's files lie. */
const MODEL = 'model';

type Contents = Map<string, Uint8Array<ArrayBuffer>>;

/** The folder of a run on a task of the lab. Throws BadInput for what TRL's trainer cannot do. */
export function trlFolder(config: TrainConfig, task: Task, model: Elsewhere): Contents {
  const { minDepth, seed } = config;
  const count = Math.min(MOST_ROWS, config.steps * config.problems);
  const rows = task.generate({ split: 'train', count, seed, minDepth });
  if (rows.some((row) => codeFactsOf(row)))
    throw new BadInput(
      'The folder for TRL has no judge of code',
      config.task,
      'Take a task whose answers are no code, or train here.',
    );
  const heldOut =
    config.evalEvery > 0 ? task.generate({ split: 'heldout', count: config.evalProblems, seed: 0, minDepth }) : [];
  const contents = withTemplates(config, {
    model: 'files' in model ? { folder: MODEL } : named(model.name),
    kind: nativeTask(task.tokenizer)?.name ?? 'chat',
    data: { file: 'problems.jsonl' },
    heldOut: heldOut.length > 0 ? { file: 'held-out.jsonl' } : null,
  });
  contents.set('problems.jsonl', lines(rows));
  if (heldOut.length > 0) contents.set('held-out.jsonl', lines(heldOut));
  for (const [name, bytes] of 'files' in model ? model.files : []) contents.set(`${MODEL}/${name}`, bytes);
  return contents;
}

/** A setting that the lab itself is too small for: a model and a data set of the Hub. */
export interface Recipe {
  readonly label: string;
  readonly doc: string;
  /** Those of the lab's settings that differ from its defaults. */
  readonly settings: Partial<TrainConfig>;
  readonly data: TrlData;
  /** Arguments of GRPOConfig that the lab has no setting for, or no such value. */
  readonly trl: Readonly<Record<string, unknown>>;
}

/** The folder of a recipe with these settings. Throws BadInput as trlFolder does. */
export function recipeFolder({ data, trl }: Recipe, config: TrainConfig): Contents {
  return withTemplates(config, { model: named(config.model), kind: 'chat', data, heldOut: null, trl });
}

/** A commit of the Hub is a name's revision. */
function named(pinned: string) {
  const [, name, revision] = /^(.+)@([0-9a-f]{7,40})$/.exec(pinned) ?? [null, pinned];
  return revision ? { name, revision } : { name };
}

function withTemplates(config: TrainConfig, parts: TrlParts): Contents {
  const run = trlRun(config, parts);
  const texts = { ...TEMPLATES, 'run.json': `${JSON.stringify(run, null, 2)}\n` };
  return new Map(Object.entries(texts).map(([name, text]) => [name, encoded(text)]));
}

/** A row a problem: what prompts, contexts and rewards are made of. */
function lines(problems: readonly Problem[]): Uint8Array<ArrayBuffer> {
  const rows = problems.map(({ id, question, solution, answer, facts: { cards, target } }) => {
    return JSON.stringify({ id, question, solution, answer, ...(Array.isArray(cards) && { cards, target }) });
  });
  return encoded(`${rows.join('\n')}\n`);
}

const encoded = (text: string) => new TextEncoder().encode(text);
