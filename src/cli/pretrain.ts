/** `pretrain`: supervised training of a model from scratch on a task's corpus, resumable. */
import { BadInput } from '../data/errors';
import { NATIVE_TASK } from '../data/tasks';
import { NANO_CONFIG } from '../model/net/config';
import type { RunEvent, RunEventOf } from '../runs/events';
import { CHECKPOINT_EVERY, NANO_RECIPE, type PretrainConfig } from '../settings/settings-pretrain';
import { clock, defineCommand } from './command';
import { runFlags, runHeadless } from './headless-run';
import type { Values } from './options';

const FLAGS = {
  task: { kind: 'text', doc: 'task whose corpus is used', default: NATIVE_TASK.name },
  ...runFlags('folder of the run (must be new)'),
  steps: { kind: 'integer', doc: 'updates', default: NANO_RECIPE.steps, min: 1 },
  batch: { kind: 'integer', doc: 'examples a step', default: NANO_RECIPE.batch, min: 1 },
  lr: { kind: 'number', doc: 'peak learning rate', default: NANO_RECIPE.learningRate, min: 0 },
  'warmup-steps': { kind: 'integer', doc: 'linear warm-up', default: NANO_RECIPE.warmupSteps, min: 0 },
  'weight-decay': { kind: 'number', doc: 'AdamW weight decay', default: NANO_RECIPE.weightDecay, min: 0 },
  'kv-heads': { kind: 'integer', doc: 'key/value heads', default: NANO_CONFIG.kvHeads, min: 1 },
  layers: { kind: 'integer', doc: 'decoder layers', default: NANO_CONFIG.layers, min: 1 },
  seed: { kind: 'integer', doc: 'seed of weights and data', default: 0, min: 0 },
  'checkpoint-every': { kind: 'integer', doc: 'steps between checkpoints', default: CHECKPOINT_EVERY, min: 1 },
} as const;

export const pretrain = defineCommand({
  name: 'pretrain',
  summary: 'train a model from scratch on a task (supervised)',
  details:
    'The folder gets config.json, events.jsonl, checkpoints/ and final/ (a Hugging Face model folder). The same seed gives the same bits on the same adapter.',
  flags: FLAGS,
  async run(flags) {
    const line = progress();
    const { resume, json } = flags;
    return runHeadless({ kind: 'pretrain', json, resume, begin: async () => begin(flags), line });
  },
});

function begin(flags: Values<typeof FLAGS>): { out: string; config: PretrainConfig } {
  if (!flags.out) throw new BadInput('--out is missing', 'lab pretrain', 'Name a new folder for the run.');
  const {
    task = FLAGS.task.default,
    layers = NANO_CONFIG.layers,
    'kv-heads': kvHeads = NANO_CONFIG.kvHeads,
    'checkpoint-every': checkpointEvery,
  } = flags;
  const sliding = new Array<boolean>(layers).fill(false);
  const options = {
    ...NANO_RECIPE,
    steps: flags.steps ?? NANO_RECIPE.steps,
    batch: flags.batch ?? NANO_RECIPE.batch,
    learningRate: flags.lr ?? NANO_RECIPE.learningRate,
    warmupSteps: flags['warmup-steps'] ?? NANO_RECIPE.warmupSteps,
    weightDecay: flags['weight-decay'] ?? NANO_RECIPE.weightDecay,
    seed: flags.seed ?? NANO_RECIPE.seed,
  };
  const model = { ...NANO_CONFIG, kvHeads, layers, sliding };
  return { out: flags.out, config: { kind: 'pretrain', task, model, options, checkpointEvery } };
}

/** Steps between two lines. */
const TELL = 25;

/** What a person reads of the events: of the first step, and of every TELL-th. */
function progress(): (e: RunEvent) => string {
  let [steps, from] = [0, 0];
  let [tokens, seconds, smooth] = [0, 0, Number.NaN];
  const told = (e: RunEventOf<'pretrain-step'>): string => {
    tokens += e.tokens;
    seconds += e.seconds ?? 0;
    smooth = Number.isNaN(smooth) ? e.loss : 0.98 * smooth + 0.02 * e.loss;
    if (e.step % TELL !== 0 && e.step !== from + 1) return '';
    const columns = [
      `step ${e.step}/${steps}`,
      `loss ${e.loss.toFixed(4)} (mean ${smooth.toFixed(4)})`,
      `|g| ${e.gradNorm.toFixed(2)}`,
      `${Math.round(tokens / seconds)} tokens/s`,
      `ETA ${clock(e.eta ?? 0)}`,
    ];
    return `${columns.join('  ')}\n`;
  };
  return (e) => {
    if (e.type === 'pretrain-step') return told(e);
    if (e.type !== 'pretrain-start') return '';
    [steps, from] = [e.config.options.steps, e.resumedFrom ?? 0];
    return `${e.device.name}: ${e.parameters} parameters, step ${from} of ${steps}\n`;
  };
}
