/**
 * Supervised fine-tuning on conversations: the loss is on the assistant's words only, sequences are packed end to end
 * without padding, and what is held out measures the loss. A host steps it, as it does a Session.
 */
import { BadInput } from '../data/errors';
import { Random, STREAMS } from '../data/random';
import { hasEnded } from '../data/tokenizer';
import type { SupervisedExample } from '../data/types';
import type { Gpu } from '../gpu/device';
import type { Files } from '../host/files';
import type { DeviceReport } from '../kernels/device-report';
import { type MatmulVariant, matmulVariant, setMatmulVariant } from '../kernels/matmul/matmul';
import { initialLora, sftCapacity } from '../library/capacity';
import type { LoadedModel } from '../library/open-model';
import { planMemory } from '../model/net/decoder';
import { generate } from '../model/net/generate';
import type { OnLoaded, Trainable } from '../model/net/parameters';
import { Policy } from '../model/net/policy';
import { cosineRate } from '../model/net/pretrain';
import { supervisedLoss, supervisedUpdate } from '../model/net/supervised';
import type { SftConfig } from '../settings/settings-sft';
import { loadCheckpoint, trainedFiles } from './checkpoint';
import type { Fault } from './events';
import { RunLog, type RunLogOptions, type Unstamped } from './run-log';
import { batchLosses, type Examples } from './sft-examples';
import type { HeldStep, Resume, TrainingRun } from './training-run';

/** What a checkpoint holds besides the policy. */
export interface SftState {
  /** Length of the log up to this step; null where none was written. */
  eventBytes: number | null;
  seconds: number;
  totalTokens: number;
  heldOutLoss: number | null;
  /** Of the examples. */
  fingerprint: number;
  /** Variants sum in different orders, so a resumed run keeps its own. */
  matmul: MatmulVariant;
}

export interface SftOptions extends RunLogOptions {
  gpu: Gpu;
  device: DeviceReport;
  model: LoadedModel;
  /** What the model learns from, in its own words. */
  examples: Examples;
  config: SftConfig;
  /** Somebody looks on: the losses of every update's tokens are told, and a run that is stopped answers once more. */
  watched: boolean;
  onLoaded?: OnLoaded;
  resume?: Resume<SftState>;
}

/** The learning rate's end, as a share of its peak. */
const FINAL_FACTOR = 0.1;

export class SftRun implements TrainingRun<SftConfig, SftState> {
  step = 0;
  readonly steps: number;
  private readonly perEpoch: number;
  private readonly log: RunLog;
  private seconds = 0;
  private totalTokens = 0;
  private heldOutLoss: number | null = null;
  /** The last losses by token, where they were told and not stored. */
  private unstored: Unstamped | null = null;
  /** The step whose samples were told last. */
  private sampledAt: number | null = null;

  private constructor(
    private readonly o: SftOptions,
    readonly policy: Policy,
  ) {
    this.perEpoch = Math.ceil(o.examples.train.length / o.config.batch);
    this.steps = this.perEpoch * o.config.epochs;
    this.log = new RunLog(o);
  }

  /** Loads the model, restores where asked, and tells 'sft-start'. Throws BadInput and OutOfMemory; then nothing stays allocated. */
  static async open(o: SftOptions): Promise<SftRun> {
    const { gpu, model, examples, config: c } = o;
    const capacity = sftCapacity(model, c, examples.longest);
    const policy = await Policy.create(gpu, model.config, capacity, model, o.onLoaded);
    try {
      if (capacity.lora) policy.setLora(initialLora(policy, c.seed));
      const run = new SftRun(o, policy);
      if (o.resume) await run.restore(o.resume);
      run.log.tell({
        type: 'sft-start',
        config: c,
        examples: examples.train.length,
        heldOut: examples.heldOut.length,
        leftOut: examples.leftOut.length,
        steps: run.steps,
        device: o.device,
        memory: planMemory(model.config, capacity),
        parameters: run.trained.layout.count,
        resumedFrom: o.resume?.step ?? null,
      });
      return run;
    } catch (error) {
      policy.destroy();
      throw error;
    }
  }

  private get trained(): Trainable {
    return this.policy.decoder.trainable as Trainable;
  }

  private async restore(resume: Resume<SftState>): Promise<void> {
    const { gpu, examples, config } = this.o;
    const from =
      'state' in resume
        ? resume
        : await loadCheckpoint<SftState>(this.o.files as Files, resume.step, this.trained.layout);
    if (from.extra.fingerprint !== examples.fingerprint)
      throw new BadInput(
        'The examples are not those that the run began with',
        config.data,
        'Put the file back as it was, or start a new run.',
      );
    setMatmulVariant(gpu, from.extra.matmul);
    this.policy.restore(from.state);
    this.step = resume.step;
    this.seconds = from.extra.seconds;
    this.totalTokens = from.extra.totalTokens;
    this.heldOutLoss = from.extra.heldOutLoss;
    await this.log.cut(resume.step, from.extra.eventBytes);
  }

  get config(): SftConfig {
    return this.o.config;
  }

  get finished(): boolean {
    return this.step >= this.steps;
  }

  /** The next update, with what is due around it. Throws NotFinite. */
  async next(): Promise<void> {
    const { config: c } = this.o;
    if (this.step === 0) await this.look();
    const step = this.step + 1;
    this.log.tell({ type: 'phase', step, phase: 'update' }, null);
    const started = performance.now();
    const { loraState } = this.policy.decoder;
    loraState.dropout =
      c.loraRank > 0 && c.loraDropout > 0 ? { rate: c.loraDropout, seed: c.seed, stream: step } : null;
    const lr = cosineRate({ ...c, steps: this.steps, finalFactor: FINAL_FACTOR }, step);
    const options = { lr, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: c.weightDecay, clipNorm: c.clipNorm };
    const batch = this.batchOf(step);
    const { loss, gradNorm, tokens, learnt, logprob } = await supervisedUpdate(this.policy, batch, options).finally(
      () => {
        loraState.dropout = null;
      },
    );
    const seconds = (performance.now() - started) / 1000;
    this.step = step;
    this.seconds += seconds;
    this.totalTokens += tokens;
    const due = step % c.evalEvery === 0 || this.finished;
    this.tellTokens(batch, logprob, due);
    if (due) await this.measure();
    this.log.tell({
      type: 'sft-step',
      eta: (this.seconds / step) * (this.steps - step),
      step,
      epoch: Math.ceil(step / this.perEpoch),
      loss,
      heldOutLoss: this.heldOutLoss,
      gradNorm,
      lr,
      tokens,
      learnt,
      tokensPerSecond: tokens / seconds,
      totalTokens: this.totalTokens,
      seconds,
    });
    if (step % c.checkpointEvery === 0) await this.checkpoint();
    await this.log.stored(step);
  }

  /** The examples of update `step`: every epoch in an order of its own. */
  private batchOf(step: number): SupervisedExample[] {
    const { config: c, examples } = this.o;
    const { train } = examples;
    const epoch = Math.floor((step - 1) / this.perEpoch);
    const order = new Random(STREAMS.fileOrder, c.seed, epoch).shuffle(train.map((_, i) => i));
    const first = ((step - 1) % this.perEpoch) * c.batch;
    return order.slice(first, first + c.batch).map((i) => train[i]);
  }

  /** The losses of the batch's tokens; stored where the held-out loss is measured, and with a checkpoint. */
  private tellTokens(batch: readonly SupervisedExample[], logprob: Float32Array, due: boolean): void {
    if (!this.o.watched && !due) return;
    const { text } = this.o.model;
    const examples = batchLosses(batch, (id) => text.token(id), logprob);
    const event = { type: 'sft-tokens', step: this.step, examples } as const;
    this.log.tell(event, due ? event : null);
    this.unstored = due ? null : event;
  }

  /** Held-out loss and answers before the first update. */
  private async look(): Promise<void> {
    await this.measure();
    await this.sample();
  }

  /** Held-out loss. */
  private async measure(): Promise<void> {
    const held = this.o.examples.heldOut.map((h) => h.example);
    if (held.length === 0) return;
    this.log.tell({ type: 'phase', step: this.step, phase: 'eval' }, null);
    this.heldOutLoss = await supervisedLoss(this.policy, held);
    this.log.tell({ type: 'sft-eval', step: this.step, loss: this.heldOutLoss, examples: held.length });
  }

  /** Answers to held-out prompts, the likeliest token each time, so that before and after can be compared. */
  private async sample(): Promise<void> {
    const { config: c, model, examples } = this.o;
    const asked = examples.heldOut.slice(0, c.samples);
    if (asked.length === 0 || this.sampledAt === this.step) return;
    this.log.tell({ type: 'phase', step: this.step, phase: 'sample' }, null);
    const requests = asked.map(({ prompt }) => ({ ids: model.text.encode(prompt), count: 1 }));
    const greedy = { temperature: 0, topK: 0, topP: 1, seed: 0, stream: 0 };
    const options = { ...greedy, maxNewTokens: c.sampleTokens, endIds: model.text.endIds };
    const responses = await generate(this.policy.decoder, requests, options);
    this.policy.forget();
    this.sampledAt = this.step;
    for (const [index, response] of responses.entries()) {
      const { prompt, expected } = asked[index];
      const ended = hasEnded(model.text, response);
      const text = model.text.decode(ended ? response.slice(0, -1) : response);
      this.log.tell({ type: 'sample', step: this.step, index, prompt, text, ended, expected });
    }
  }

  checkpoint(passing = false): Promise<void> {
    if (this.unstored) this.log.store(this.unstored);
    this.unstored = null;
    return this.log.checkpoint(this.step, this.policy, this.o.model.tokenizer, () => this.state(), passing);
  }

  async held(): Promise<HeldStep<SftState>> {
    await this.log.stored(this.step);
    return { step: this.step, state: await this.policy.state(), extra: await this.state() };
  }

  private async state(): Promise<SftState> {
    const { seconds, totalTokens, heldOutLoss } = this;
    const eventBytes = await this.log.bytes();
    const { gpu, examples } = this.o;
    const { fingerprint } = examples;
    return { eventBytes, seconds, totalTokens, heldOutLoss, fingerprint, matmul: matmulVariant(gpu) };
  }

  /** Ends the run: the answers after it, 'done', and under final/ what was trained: PEFT's adapter folder, or the model's. */
  async finish(reason: 'finished' | 'stopped'): Promise<void> {
    if (reason === 'finished' || this.o.watched) await this.sample();
    await this.log.end(this.step, reason, this.seconds, () => this.exportModel());
  }

  exportModel(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
    return trainedFiles(this.policy, this.o.model.tokenizer, this.o.config.model);
  }

  /** Tells a fault as an event. */
  fault(error: unknown): Fault {
    return this.log.fault(error, this.step);
  }

  destroy(): void {
    this.policy.destroy();
  }
}
