/**
 * Supervised fine-tuning on conversations: the loss is on the assistant's words only, sequences are packed end to end
 * without padding, and what is held out measures the loss. A host steps it, as it does a Session.
 */
import { type ChatTemplate, chatTemplate } from '../data/chat';
import { type Conversation, splitOfQuestion } from '../data/dataset';
import { BadInput } from '../data/errors';
import { Random, STREAMS } from '../data/random';
import { supervisedExample } from '../data/supervised';
import type { SupervisedExample, Tokenizer } from '../data/types';
import type { Gpu } from '../gpu/device';
import { type MatmulVariant, matmulVariant, setMatmulVariant } from '../kernels/matmul';
import type { ModelFolder } from '../model/folder';
import { generate } from '../model/generate';
import type { Trainable } from '../model/parameters';
import { Policy } from '../model/policy';
import { cosineRate } from '../model/pretrain';
import { supervisedLoss, supervisedUpdate } from '../model/supervised';
import { initialAdapters, sessionCapacity } from './capacity';
import { loadCheckpoint, saveCheckpoint, trainedFiles } from './checkpoint';
import { parseTrainConfig } from './config';
import type { Files } from './files';

/** Everything that determines a run. */
export interface SftConfig {
  readonly kind: 'sft';
  readonly model: string;
  readonly data: string;
  readonly epochs: number;
  /** Examples an update. */
  readonly batch: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly seed: number;
  readonly loraRank: number; // 0 trains all parameters
  readonly loraAlpha: number;
  readonly loraDropout: number;
  readonly loraTargets: string;
  readonly storage: string;
  /** Longest example in tokens; longer ones are left out. */
  readonly maxLength: number;
  /** Tokens worked on at once; 0 chooses. */
  readonly microBatch: number;
  readonly recompute: boolean;
  /** Updates between measurements of the held-out loss. */
  readonly evalEvery: number;
  readonly checkpointEvery: number;
  /** Held-out prompts answered before and after. */
  readonly samples: number;
  readonly sampleTokens: number;
}

export const SFT_DEFAULTS: SftConfig = {
  kind: 'sft',
  model: 'nano',
  data: '',
  epochs: 1,
  batch: 8,
  learningRate: 2e-4,
  warmupSteps: 10,
  weightDecay: 0,
  clipNorm: 1,
  seed: 0,
  loraRank: 16,
  loraAlpha: 32,
  loraDropout: 0,
  loraTargets: 'all',
  storage: 'auto',
  maxLength: 512,
  microBatch: 0,
  recompute: false,
  evalEvery: 50,
  checkpointEvery: 100,
  samples: 3,
  sampleTokens: 64,
};

/** What a run tells; events.jsonl holds one a line. */
export type SftEvent = { v: 1 } & (
  | { type: 'sft-start'; config: SftConfig; examples: number; heldOut: number; leftOut: number; steps: number }
  | {
      type: 'sft-step';
      step: number;
      epoch: number;
      loss: number; // nats a learnt token
      gradNorm: number;
      lr: number;
      tokens: number;
      seconds: number;
    }
  | { type: 'sft-eval'; step: number; loss: number; examples: number }
  | { type: 'sample'; step: number; prompt: string; text: string }
);

type Unstamped = SftEvent extends infer E ? (E extends SftEvent ? Omit<E, 'v'> : never) : never;

/** What a checkpoint holds besides the policy. */
interface SftState {
  eventBytes: number;
  matmul: MatmulVariant;
}

export interface SftOptions {
  gpu: Gpu;
  model: ModelFolder;
  tokenizer: Tokenizer;
  conversations: readonly Conversation[];
  config: SftConfig;
  files: Files;
  emit: (event: SftEvent) => void;
  /** Step of the checkpoint to continue from; 0 begins. */
  from: number;
}

const HELD_OUT_AT_MOST = 64;

/** Conversations as examples: those to learn from, those held out, and how many are too long. */
export function splitConversations(
  conversations: readonly Conversation[],
  tokenizer: Tokenizer,
  template: ChatTemplate,
  file: string,
  maxLength: number,
) {
  const train: SupervisedExample[] = [];
  const heldOut: { example: SupervisedExample; conversation: Conversation }[] = [];
  let leftOut = 0;
  conversations.forEach((conversation, i) => {
    const example = supervisedExample(conversation, tokenizer, template, `${file}, example ${i + 1}`);
    const split = splitOfQuestion(conversation.messages.map((m) => m.content).join('\n'));
    if (example.ids.length > maxLength) leftOut += 1;
    else if (split === 'train') train.push(example);
    else if (heldOut.length < HELD_OUT_AT_MOST) heldOut.push({ example, conversation });
  });
  if (train.length === 0)
    throw new BadInput(
      `of ${conversations.length} examples none can be learnt from: ${leftOut} are longer than ${maxLength} tokens`,
      file,
      'Raise --max-length, or add examples (one in eight is held out).',
    );
  return { train, heldOut, leftOut };
}

export class SftRun {
  step = 0;
  readonly steps: number;

  private constructor(
    private readonly o: SftOptions,
    readonly policy: Policy,
    private readonly template: ChatTemplate,
    private readonly examples: ReturnType<typeof splitConversations>,
  ) {
    this.steps = Math.max(1, Math.ceil(examples.train.length / o.config.batch)) * o.config.epochs;
  }

  /** Loads the model and, where asked, a checkpoint. Throws BadInput and OutOfMemory; then nothing stays allocated. */
  static async open(o: SftOptions): Promise<SftRun> {
    const { gpu, model, tokenizer, conversations, config: c } = o;
    const template = chatTemplate(model.tokenizer, model.where);
    const examples = splitConversations(conversations, tokenizer, template, c.data, c.maxLength);
    const { loraRank, loraAlpha, loraTargets, storage, microBatch, recompute } = c;
    const shape = parseTrainConfig({
      ...{ loraRank, loraAlpha, loraTargets, storage, microBatch, recompute },
      contextLength: c.maxLength + c.sampleTokens,
      maxNewTokens: c.sampleTokens,
      problems: 1,
      group: Math.max(2, c.batch),
      evalProblems: 1,
      evalSamples: 1,
    });
    const planned = sessionCapacity(model, shape);
    const lora = planned.lora && { ...planned.lora, dropout: c.loraDropout };
    const policy = await Policy.create(gpu, model.config, { ...planned, rows: Math.max(1, c.samples), lora }, model);
    try {
      if (lora) policy.setAdapters(initialAdapters(policy, c.seed));
      const run = new SftRun(o, policy, template, examples);
      if (o.from > 0) await run.restore(o.from);
      return run;
    } catch (error) {
      policy.destroy();
      throw error;
    }
  }

  private async restore(step: number): Promise<void> {
    const { files, gpu } = this.o;
    const { layout } = this.policy.decoder.trainable as Trainable;
    const { state, extra } = await loadCheckpoint<SftState>(files, step, layout);
    setMatmulVariant(gpu, extra.matmul);
    this.policy.restore(state);
    this.step = step;
    if ((await files.size('events.jsonl')) > extra.eventBytes) await files.truncate('events.jsonl', extra.eventBytes);
  }

  get finished(): boolean {
    return this.step >= this.steps;
  }

  /** The next update, with what is due around it. Throws NotFinite. */
  async next(): Promise<void> {
    const { config: c } = this.o;
    if (this.step === 0) await this.begin();
    const step = this.step + 1;
    const started = performance.now();
    const { lora } = this.policy.decoder.capacity;
    const { adapterState } = this.policy.decoder;
    adapterState.dropout = lora && c.loraDropout > 0 ? { rate: c.loraDropout, seed: c.seed, stream: step } : null;
    const lr = cosineRate({ ...c, steps: this.steps, finalFactor: 0.1 }, step);
    const options = { lr, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: c.weightDecay, clipNorm: c.clipNorm };
    const result = await supervisedUpdate(this.policy, this.batchOf(step), options);
    adapterState.dropout = null;
    this.step = step;
    const perEpoch = this.steps / c.epochs;
    const seconds = (performance.now() - started) / 1000;
    await this.tell({ type: 'sft-step', step, epoch: Math.ceil(step / perEpoch), lr, seconds, ...result });
    if (step % c.evalEvery === 0 || this.finished) await this.measure();
    if (this.finished) await this.sample();
    if (step % c.checkpointEvery === 0) await this.checkpoint();
  }

  /** The examples of update `step`: every epoch in an order of its own. */
  private batchOf(step: number): SupervisedExample[] {
    const { config: c } = this.o;
    const { train } = this.examples;
    const perEpoch = this.steps / c.epochs;
    const epoch = Math.floor((step - 1) / perEpoch);
    const order = new Random(STREAMS.fileOrder, c.seed, epoch).shuffle(train.map((_, i) => i));
    const first = ((step - 1) % perEpoch) * c.batch;
    return order.slice(first, first + c.batch).map((i) => train[i]);
  }

  private async begin(): Promise<void> {
    const { train, heldOut, leftOut } = this.examples;
    const counts = { examples: train.length, heldOut: heldOut.length, leftOut, steps: this.steps };
    await this.tell({ type: 'sft-start', config: this.o.config, ...counts });
    await this.measure();
    await this.sample();
  }

  /** Held-out loss. */
  private async measure(): Promise<void> {
    const held = this.examples.heldOut.map((h) => h.example);
    if (held.length === 0) return;
    const loss = await supervisedLoss(this.policy, held);
    await this.tell({ type: 'sft-eval', step: this.step, loss, examples: held.length });
  }

  /** Answers to held-out prompts, the likeliest token each time, so that before and after can be compared. */
  private async sample(): Promise<void> {
    const { tokenizer, config: c } = this.o;
    const asked = this.examples.heldOut.slice(0, c.samples).map(({ conversation: { messages } }) => {
      const upTo = messages.findIndex((m) => m.role === 'assistant');
      return this.template.render(messages.slice(0, upTo), { addGenerationPrompt: true, thinking: false });
    });
    if (asked.length === 0) return;
    const greedy = { temperature: 0, topK: 0, topP: 1, seed: 0, stream: 0 };
    const requests = asked.map((prompt) => ({ ids: tokenizer.encode(prompt), count: 1 }));
    const options = { ...greedy, maxNewTokens: c.sampleTokens, eosId: tokenizer.eosId };
    const responses = await generate(this.policy.decoder, requests, options);
    this.policy.forget();
    for (const [i, response] of responses.entries())
      await this.tell({ type: 'sample', step: this.step, prompt: asked[i], text: tokenizer.decode(response) });
  }

  async checkpoint(): Promise<void> {
    const { files, model, gpu } = this.o;
    const extra: SftState = { eventBytes: await files.size('events.jsonl'), matmul: matmulVariant(gpu) };
    await saveCheckpoint(files, this.step, this.policy, model.tokenizer, extra);
  }

  /** Writes what was trained under final/: PEFT's adapter folder, or the model's. */
  async finish(): Promise<void> {
    const { files, model, config } = this.o;
    for (const [name, bytes] of await trainedFiles(this.policy, model.tokenizer, config.model))
      await files.write(`final/${name}`, bytes);
  }

  private async tell(event: Unstamped): Promise<void> {
    const stamped = { v: 1, ...event } as SftEvent;
    this.o.emit(stamped);
    await this.o.files.append('events.jsonl', `${JSON.stringify(stamped)}\n`);
  }

  destroy(): void {
    this.policy.destroy();
  }
}
