/** `pretrain`: supervised training of a model from scratch on a task's corpus, resumable. */
import { BadInput } from '../data/errors';
import { Random } from '../data/random';
import { findTask } from '../data/tasks';
import type { Files } from '../host/files';
import { type MatmulVariant, matmulVariant, setMatmulVariant } from '../kernels/matmul/matmul';
import { type ModelConfig, NANO_CONFIG } from '../model/net/config';
import { ParameterLayout } from '../model/net/parameters';
import { Policy } from '../model/net/policy';
import { NANO_RECIPE, type PretrainOptions, pretrainStep } from '../model/net/pretrain';
import { writeModelFolder } from '../model/weights/folder';
import { checkpointFacts, loadCheckpoint, saveCheckpoint } from '../runs/checkpoint';
import { clock, defineCommand, EXIT, stopSignal } from './command';
import { newRunFolder, openDevice, openRunFolder, writeConfig } from './places';

interface PretrainConfig {
  kind: 'pretrain';
  task: string;
  model: ModelConfig;
  options: PretrainOptions;
}

/** What a checkpoint holds besides the policy. */
interface PretrainState {
  eventBytes: number;
  matmul: MatmulVariant;
}

/** Stream of the random initial weights, apart from the data's streams. */
const INIT_STREAM = 100;

export const pretrain = defineCommand({
  name: 'pretrain',
  summary: 'train a model from scratch on a task (supervised)',
  details:
    'The folder gets config.json, events.jsonl, checkpoints/ and final/ (a Hugging Face model folder). The same seed gives the same bits on the same adapter.',
  flags: {
    task: { kind: 'text', doc: 'task whose corpus is used', default: 'two-cards' },
    out: { kind: 'text', doc: 'folder of the run (must be new)', placeholder: 'DIR' },
    resume: { kind: 'text', doc: 'continue this run folder from its last checkpoint', placeholder: 'DIR' },
    steps: { kind: 'integer', doc: 'updates', default: NANO_RECIPE.steps, min: 1 },
    batch: { kind: 'integer', doc: 'examples a step', default: NANO_RECIPE.batch, min: 1 },
    lr: { kind: 'number', doc: 'peak learning rate', default: NANO_RECIPE.learningRate, min: 0 },
    'warmup-steps': { kind: 'integer', doc: 'linear warm-up', default: NANO_RECIPE.warmupSteps, min: 0 },
    'weight-decay': { kind: 'number', doc: 'AdamW weight decay', default: NANO_RECIPE.weightDecay, min: 0 },
    'kv-heads': { kind: 'integer', doc: 'key/value heads', default: NANO_CONFIG.kvHeads, min: 1 },
    layers: { kind: 'integer', doc: 'decoder layers', default: NANO_CONFIG.layers, min: 1 },
    seed: { kind: 'integer', doc: 'seed of weights and data', default: 0, min: 0 },
    'checkpoint-every': { kind: 'integer', doc: 'steps between checkpoints', default: 100, min: 1 },
    json: { kind: 'boolean', doc: 'print events as JSON lines' },
  },
  async run(flags) {
    const stop = stopSignal();
    const { files, config, from } = flags.resume ? await reopen(flags.resume) : await begin(flags);
    const task = findTask(config.task);
    const corpus = task.pretrainExample;
    if (!corpus)
      throw new BadInput(
        `The task ${task.name} has no corpus`,
        '--task',
        'Choose a task that can be pre-trained on, such as two-cards.',
      );
    const tokenizer = task.tokenizerFiles;
    const { gpu } = await openDevice();
    const layout = new ParameterLayout(config.model);
    const capacity = {
      tokens: 4096,
      targets: 4096,
      positions: config.model.maxPositions,
      rows: 1,
      maxNewTokens: 1,
      training: true,
      recompute: false,
    };
    const packed = layout.initialise(normals(new Random(INIT_STREAM, config.options.seed)));
    const policy = await Policy.create(gpu, config.model, capacity, packed);
    if (from > 0) {
      const { state, extra } = await loadCheckpoint<PretrainState>(files, from, layout);
      setMatmulVariant(gpu, extra.matmul);
      policy.restore(state);
    }
    process.stderr.write(`${gpu.adapter.name}: ${layout.count} parameters, step ${from} of ${config.options.steps}\n`);
    const started = performance.now();
    let tokens = 0;
    let smooth = Number.NaN;
    for (let step = from + 1; step <= config.options.steps; step++) {
      const figures = await pretrainStep(policy, corpus, config.options, step);
      tokens += figures.tokens;
      smooth = Number.isNaN(smooth) ? figures.loss : 0.98 * smooth + 0.02 * figures.loss;
      const line = JSON.stringify({ v: 1, type: 'pretrain-step', ...figures });
      await files.append('events.jsonl', `${line}\n`);
      if (flags.json) process.stdout.write(`${line}\n`);
      if (step % 25 === 0 || step === from + 1) {
        const seconds = (performance.now() - started) / 1000;
        const eta = (seconds / (step - from)) * (config.options.steps - step);
        process.stderr.write(
          `step ${step}/${config.options.steps}  loss ${figures.loss.toFixed(4)} (mean ${smooth.toFixed(4)})  |g| ${figures.gradNorm.toFixed(2)}  ${Math.round(tokens / seconds)} tokens/s  ETA ${clock(eta)}\n`,
        );
      }
      if (step % (flags['checkpoint-every'] ?? 100) === 0 || stop.requested) {
        await saveCheckpoint(files, step, policy, tokenizer, {
          eventBytes: await files.size('events.jsonl'),
          matmul: matmulVariant(gpu),
        });
        if (stop.requested) {
          process.stderr.write(`Stopped at step ${step}. Continue: npm run lab -- pretrain --resume ${files.where}\n`);
          return EXIT.stopped;
        }
      }
    }
    for (const [name, bytes] of writeModelFolder(config.model, await policy.tensors(), tokenizer))
      await files.write(`final/${name}`, bytes);
    process.stderr.write(`Done: ${files.where}/final\n`);
    return EXIT.done;
  },
});

async function begin(flags: {
  out?: string;
  task?: string;
  steps?: number;
  batch?: number;
  lr?: number;
  'warmup-steps'?: number;
  'weight-decay'?: number;
  'kv-heads'?: number;
  layers?: number;
  seed?: number;
}) {
  if (!flags.out) throw new BadInput('--out is missing', 'lab pretrain', 'Name a new folder for the run.');
  const given = {
    steps: flags.steps,
    batch: flags.batch,
    learningRate: flags.lr,
    warmupSteps: flags['warmup-steps'],
    weightDecay: flags['weight-decay'],
    seed: flags.seed,
  };
  const options = { ...NANO_RECIPE, ...given } as PretrainOptions;
  const layers = flags.layers ?? NANO_CONFIG.layers;
  const sliding = new Array<boolean>(layers).fill(false);
  const model: ModelConfig = { ...NANO_CONFIG, kvHeads: flags['kv-heads'] ?? NANO_CONFIG.kvHeads, layers, sliding };
  const config: PretrainConfig = { kind: 'pretrain', task: flags.task ?? 'two-cards', model, options };
  const files = await newRunFolder(flags.out);
  await writeConfig(files, config);
  return { files, config, from: 0 };
}

async function reopen(folder: string): Promise<{ files: Files; config: PretrainConfig; from: number }> {
  const { files, config, from } = await openRunFolder(folder);
  if ((config as PretrainConfig).kind !== 'pretrain') {
    throw new BadInput('This run was made by another command', folder, 'Resume it with train --resume.');
  }
  if (from > 0) {
    const extra = await checkpointFacts<PretrainState>(files, from);
    if ((await files.size('events.jsonl')) > extra.eventBytes) await files.truncate('events.jsonl', extra.eventBytes);
  }
  return { files, config: config as PretrainConfig, from };
}

/** Standard normal numbers, Box-Muller. */
function normals(random: Random): () => number {
  const uniform = () => (random.uint32() + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
