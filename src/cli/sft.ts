/** `sft`: supervised fine-tuning on people's own conversations, headless. */
import { basename, dirname, resolve } from 'node:path';
import { type Conversation, readConversations } from '../data/dataset';
import { BadInput } from '../data/errors';
import type { Files } from '../lab/files';
import { diskFiles } from '../lab/files.node';
import { SFT_DEFAULTS, type SftConfig, type SftEvent, SftRun } from '../lab/sft';
import { clock, defineCommand, EXIT, stopSignal } from './command';
import type { Flag } from './options';
import { loadModel, newRunFolder, openDevice, openRunFolder } from './places';

const D = SFT_DEFAULTS;
const integer = (doc: string, fallback: number, min = 0): Flag => ({ kind: 'integer', doc, default: fallback, min });

export const sft = defineCommand({
  name: 'sft',
  summary: 'supervised fine-tuning on your own conversations, with LoRA or of all parameters',
  details:
    '--data is JSONL, JSON or parquet of {"messages": [{"role", "content"}, …]} or {"prompt", "completion"}. The loss is on\n' +
    'the assistant’s words only; one example in eight is held out. DIR gets config.json, events.jsonl, checkpoints/ and\n' +
    'final/ (PEFT’s adapter folder, or a model folder). --resume continues from the last checkpoint, bit for bit.',
  flags: {
    model: { kind: 'text', doc: 'nano, a model folder, a .gguf file, a web address or a Hub id', placeholder: 'MODEL' },
    data: { kind: 'text', doc: 'file of conversations', placeholder: 'FILE' },
    out: { kind: 'text', doc: 'folder of the run (must be new)', placeholder: 'DIR' },
    resume: { kind: 'text', doc: 'continue this run folder from its last checkpoint', placeholder: 'DIR' },
    epochs: integer('passes over the data', D.epochs, 1),
    batch: integer('examples an update', D.batch, 1),
    lr: { kind: 'number', doc: 'peak learning rate', default: D.learningRate, min: 0 },
    'warmup-steps': integer('linear warm-up', D.warmupSteps),
    'weight-decay': { kind: 'number', doc: 'AdamW weight decay', default: D.weightDecay, min: 0 },
    'clip-norm': { kind: 'number', doc: 'largest gradient norm', default: D.clipNorm, min: 1e-6 },
    'lora-rank': integer('rank of the adapter; 0 trains all parameters', D.loraRank),
    'lora-alpha': { kind: 'number', doc: 'the adapter’s output times alpha / rank', default: D.loraAlpha, min: 0.001 },
    'lora-dropout': { kind: 'number', doc: 'share of its inputs dropped', default: D.loraDropout, min: 0, max: 0.9 },
    'lora-targets': { kind: 'text', doc: 'all, or projections with commas', default: D.loraTargets },
    storage: { kind: 'text', doc: 'frozen weights: auto, f32, bf16, f16, q8 or q4', default: D.storage },
    'max-length': integer('longest example in tokens; longer ones are left out', D.maxLength, 8),
    'micro-batch': integer('tokens worked on at once; 0 chooses', D.microBatch),
    recompute: { kind: 'boolean', doc: 'compute activations again in the backward pass' },
    'eval-every': integer('updates between measurements of the held-out loss', D.evalEvery, 1),
    'checkpoint-every': integer('updates between checkpoints', D.checkpointEvery, 1),
    samples: integer('held-out prompts answered before and after', D.samples),
    'sample-tokens': integer('longest such answer', D.sampleTokens, 1),
    seed: integer('seed of order and adapter', D.seed),
    json: { kind: 'boolean', doc: 'print events as JSON lines' },
  },
  async run(flags) {
    const stop = stopSignal();
    const { files, config, from } = flags.resume ? await reopen(flags.resume) : await begin(flags);
    const model = await loadModel(config.model);
    const conversations = await readData(config.data);
    const { gpu } = await openDevice();
    const emit = (event: SftEvent) => {
      if (flags.json) process.stdout.write(`${JSON.stringify(event)}\n`);
      else process.stderr.write(line(event));
    };
    const run = await SftRun.open({ gpu, model, tokenizer: model.text, conversations, config, files, emit, from });
    if (from === 0) await files.write('config.json', new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`));
    process.stderr.write(`${gpu.adapter.name}; ${files.where}; ${run.steps} updates\n`);
    const started = performance.now();
    while (!run.finished) {
      await run.next();
      if (stop.requested && !run.finished) {
        await run.checkpoint();
        process.stderr.write(
          `Stopped and saved at step ${run.step}. Continue: npm run lab -- sft --resume ${files.where}\n`,
        );
        return EXIT.stopped;
      }
    }
    await run.finish();
    process.stderr.write(`Done in ${clock((performance.now() - started) / 1000)}: ${files.where}/final\n`);
    return EXIT.done;
  },
});

async function readData(path: string): Promise<Conversation[]> {
  const bytes = await diskFiles(dirname(resolve(path))).read(basename(path));
  if (!bytes)
    throw new BadInput('There is no such file', resolve(path), 'Give --data a .jsonl, .json or .parquet file.');
  return readConversations(bytes, path);
}

type Given = Record<string, string | number | boolean | undefined>;

async function begin(flags: Given): Promise<{ files: Files; config: SftConfig; from: number }> {
  for (const name of ['model', 'data', 'out'])
    if (!flags[name]) throw new BadInput(`--${name} is missing`, 'lab sft', 'See: npm run lab -- sft --help');
  const { model, data, epochs, batch, lr, storage, recompute, samples, seed } = flags;
  const config = {
    ...SFT_DEFAULTS,
    ...{ model, data, epochs, batch, storage, recompute, samples, seed, learningRate: lr },
    warmupSteps: flags['warmup-steps'],
    weightDecay: flags['weight-decay'],
    clipNorm: flags['clip-norm'],
    loraRank: flags['lora-rank'],
    loraAlpha: flags['lora-alpha'],
    loraDropout: flags['lora-dropout'],
    loraTargets: flags['lora-targets'],
    maxLength: flags['max-length'],
    microBatch: flags['micro-batch'],
    evalEvery: flags['eval-every'],
    checkpointEvery: flags['checkpoint-every'],
    sampleTokens: flags['sample-tokens'],
  } as SftConfig;
  return { files: await newRunFolder(String(flags.out)), config, from: 0 };
}

async function reopen(folder: string): Promise<{ files: Files; config: SftConfig; from: number }> {
  const { files, config, from } = await openRunFolder(folder);
  if ((config as SftConfig).kind !== 'sft')
    throw new BadInput('This run was made by another command', folder, 'Resume it with that command.');
  return { files, config: config as SftConfig, from };
}

function line(e: SftEvent): string {
  switch (e.type) {
    case 'sft-start':
      return `${e.examples} examples, ${e.heldOut} held out, ${e.leftOut} too long\n`;
    case 'sft-step':
      return `step ${e.step}  epoch ${e.epoch}  loss ${e.loss.toFixed(4)}  |g| ${e.gradNorm.toFixed(2)}  ${Math.round(e.tokens / e.seconds)} tokens/s\n`;
    case 'sft-eval':
      return `  held-out loss after step ${e.step}: ${e.loss.toFixed(4)} (${e.examples} examples)\n`;
    case 'sample':
      return `  sample after step ${e.step}: ${JSON.stringify(e.text)}\n`;
  }
  return e satisfies never;
}
