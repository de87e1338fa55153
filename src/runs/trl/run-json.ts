/** A run's configuration in the words of TRL 1.13 (trl/train.py reads them): what it cannot say there is refused by name. */
import { ARMS, type Method, resolveMethod } from '../../antisd/arms';
import type { Aggregation } from '../../antisd/objective';
import { BadInput } from '../../data/errors';
import { NATIVE_TASK, taskRow } from '../../data/tasks';
import { wordingOf } from '../../data/wording';
import { loraSettings } from '../../library/capacity';
import { mixtureOf } from '../../library/task-names';
import { settled, type TrainConfig } from '../../settings/config';

/** Where problems are: a file of the folder, or a data set of the Hub with the names of its columns. */
export type TrlData =
  | { readonly file: string }
  | {
      readonly hub: string;
      readonly config?: string;
      readonly split: string;
      readonly question: string;
      readonly answer: string;
      /** Words around each question that are taken off: the run's own wording takes their place. */
      readonly strip?: readonly string[];
    };

/** What of the folder does not follow from the configuration. */
export interface TrlParts {
  /** A folder beside train.py, or what transformers knows it by. */
  readonly model: { readonly folder: string } | { readonly name: string; readonly revision?: string };
  /** A native task, or any that is asked in a chat template. */
  readonly kind: string;
  readonly data: TrlData;
  readonly heldOut: TrlData | null;
  /** Arguments of GRPOConfig that the lab has no setting for. */
  readonly trl?: Readonly<Record<string, unknown>>;
}

/** With num_items_in_batch over all processes, dapo is the lab's token-mean. */
const LOSS_TYPES: Record<Aggregation, string> = {
  'token-mean': 'dapo',
  'sequence-mean': 'grpo',
  'dr-grpo': 'dr_grpo',
};

/** Rollouts that a process works on at once, where the batch allows it. */
const PER_DEVICE = 8;

/** run.json of an exported folder. Throws BadInput for what TRL's trainer cannot do. */
export function trlRun(config: TrainConfig, parts: TrlParts) {
  const method = resolveMethod(config);
  refuse(config, method);
  const lora = loraSettings(config);
  const native = parts.kind !== 'chat';
  return {
    model: { ...parts.model, dtype: lora && !native ? 'bfloat16' : 'float32' },
    lora: lora && { r: lora.rank, lora_alpha: lora.alpha, target_modules: lora.targets },
    task: { kind: parts.kind, wording: wordingOf(config.wording), solutionTokens: config.solutionTokens },
    data: parts.data,
    heldOut: config.evalEvery > 0 ? parts.heldOut : null,
    rollouts: config.problems * config.group,
    perDevice: PER_DEVICE,
    warmupSteps: config.warmupSteps,
    method: methodJson(config, method),
    trl: { ...grpoArguments(config, native), ...parts.trl },
    /** The lab's own, for the way back. */
    config,
  };
}

/** The switches of antisd.py. */
function methodJson(config: TrainConfig, { divergence, distil: _, process: __, ...method }: Method) {
  return {
    ...method,
    divergence: divergence.name,
    alpha: config.alpha,
    wrongShare: config.wrongShare,
    std: config.advantageStd ? config.groupStd : null,
    /** First steps in which deviation and perplexity are measured. */
    measured: config.gateWarmup,
  };
}

function grpoArguments(c: TrainConfig, native: boolean) {
  const evaluated = c.evalEvery > 0;
  return {
    num_generations: c.group,
    max_completion_length: settled(c).maxNewTokens,
    temperature: c.temperature,
    top_p: c.topP,
    top_k: c.topK,
    learning_rate: c.learningRate,
    adam_beta1: c.beta1,
    adam_beta2: c.beta2,
    adam_epsilon: 1e-8,
    weight_decay: c.weightDecay,
    max_grad_norm: c.clipNorm,
    num_iterations: c.updates,
    epsilon: c.clipEpsilon,
    beta: c.klCoefficient,
    loss_type: LOSS_TYPES[c.aggregation],
    scale_rewards: c.advantageStd ? 'group' : 'none',
    max_steps: c.steps * c.updates,
    seed: c.seed,
    bf16: !native,
    gradient_checkpointing: c.recompute,
    save_steps: c.checkpointEvery * c.updates,
    ...(c.keepCheckpoints > 0 && { save_total_limit: c.keepCheckpoints + 1 }),
    eval_strategy: evaluated ? 'steps' : 'no',
    ...(evaluated && { eval_steps: c.evalEvery * c.updates, eval_on_start: true, num_generations_eval: c.evalSamples }),
    ...(!native && { chat_template_kwargs: { enable_thinking: c.thinking } }),
  };
}

function refuse(config: TrainConfig, { distil, evidence, process }: Method): void {
  const fail = (what: string, mend: string): never => {
    throw new BadInput(what, 'export for TRL', mend);
  };
  const { label } = ARMS[config.arm];
  for (const { name } of mixtureOf(config.task) ?? [{ name: config.task }]) {
    const row = taskRow(name);
    if (row?.kind === 'native' && row !== NATIVE_TASK)
      fail(`${row.name} has prompts and a judge of its own, which the folder does not have`, 'Choose another task.');
    if (row?.kind === 'chat' && row.judge)
      fail(`${row.name} is judged by a rule of its own, which the folder does not have`, 'Choose another task.');
  }
  if (distil)
    fail(`${label} distils over more than its advantages`, 'Use TRL’s own trainer for it: trl.experimental.sdpo.');
  if (process > 0)
    fail(`${label} rewards single steps, which the exported trainer does not judge`, 'Choose another method.');
  if (evidence === 'contrast')
    fail(`${label} scores wrong hints too, which the exported trainer does not`, 'Choose another method.');
  if (config.scoreTemperature !== null && config.scoreTemperature !== config.temperature)
    fail('TRL scores at the temperature of sampling', 'Leave scoreTemperature empty.');
  if (config.decayAll && config.weightDecay > 0)
    fail('transformers’ Trainer leaves norms and biases without decay', 'Switch decayAll off.');
}
