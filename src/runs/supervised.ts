/**
 * Supervised fine-tuning on conversations: the loss is on the assistant's words only, sequences are packed end to end
 * without padding, and what is held out measures the loss.
 */
import * as v from 'valibot';
import { BadInput } from '../data/errors';
import { Random, STREAMS } from '../data/random';
import { hasEnded } from '../data/tokenizer';
import type { SupervisedExample } from '../data/types';
import { initialLora, sftCapacity } from '../library/capacity';
import type { LoadedModel } from '../library/open-model';
import { generate } from '../model/net/generate';
import { Policy } from '../model/net/policy';
import { cosineRate, type SupervisedStep, supervisedLoss, supervisedUpdate } from '../model/net/supervised';
import type { SftConfig } from '../settings/settings-sft';
import type { RunPlace } from './run';
import type { Tell, Unstamped } from './run-log';
import { batchLosses, type Examples } from './sft-examples';
import { type Beginning, type Clock, nothingLive, type Report, type Schedule, type Trainer } from './trainer';

const stateSchema = v.looseObject({
  totalTokens: v.number(),
  heldOutLoss: v.nullable(v.number()),
  /** Of the examples. */
  fingerprint: v.number(),
});
export type SupervisedState = v.InferOutput<typeof stateSchema>;

export interface SupervisedOptions extends Pick<RunPlace, 'gpu' | 'onLoaded'> {
  model: LoadedModel;
  /** What the model learns from, in its own words. */
  examples: Examples;
  config: SftConfig;
  /** Somebody looks on: the losses of every update's tokens are told, and a run that is stopped answers once more. */
  watched: boolean;
  tell: Tell;
}

/** The learning rate's end, as a share of its peak. */
const FINAL_FACTOR = 0.1;

export class Supervised implements Trainer<SupervisedState> {
  readonly schedule: Schedule;
  readonly stateSchema = stateSchema;
  private readonly perEpoch: number;
  /** The examples' numbers as this epoch has them. */
  private order: { readonly epoch: number; readonly numbers: Uint32Array } | null = null;
  private totalTokens = 0;
  private heldOutLoss: number | null = null;
  /** The step whose held-out loss that is. */
  private measuredAt: number | null = null;
  /** The step whose samples were told last. */
  private sampledAt: number | null = null;

  private constructor(
    private readonly o: SupervisedOptions,
    readonly policy: Policy,
  ) {
    const { batch, epochs, checkpointEvery, keepCheckpoints, evalEvery } = o.config;
    this.perEpoch = Math.ceil(o.examples.train.length / batch);
    this.schedule = { steps: this.perEpoch * epochs, checkpointEvery, keepCheckpoints, evalEvery, evalAtEnd: true };
  }

  /** Loads the model. Throws BadInput and OutOfMemory; then nothing stays allocated. */
  static async create(o: SupervisedOptions): Promise<Supervised> {
    const { gpu, model, examples, config } = o;
    const capacity = sftCapacity(model, config, examples.longest);
    const policy = await Policy.create(gpu, model.config, capacity, model, o.onLoaded);
    if (capacity.lora) policy.setLora(initialLora(policy, config.seed));
    return new Supervised(o, policy);
  }

  get config(): SftConfig {
    return this.o.config;
  }

  get tokenizer(): ReadonlyMap<string, string> {
    return this.o.model.tokenizer;
  }

  get baseModel(): string {
    return this.o.config.model;
  }

  opening(beginning: Beginning): Unstamped {
    const { examples, config } = this.o;
    const { separator, warning } = this.o.model.text;
    return {
      type: 'sft-start',
      config,
      examples: examples.train.length,
      heldOut: examples.heldOut.length,
      leftOut: examples.leftOut.count,
      ...(examples.unused.length > 0 ? { unused: examples.unused } : {}),
      steps: this.schedule.steps,
      ...beginning,
      separator,
      ...(warning === undefined ? {} : { warnings: [warning] }),
    };
  }

  change(): void {
    nothingLive('Supervised fine-tuning');
  }

  state(): SupervisedState {
    const { totalTokens, heldOutLoss } = this;
    return { totalTokens, heldOutLoss, fingerprint: this.o.examples.fingerprint };
  }

  score(step: number): number | null {
    return step === this.measuredAt && this.heldOutLoss !== null ? -this.heldOutLoss : null;
  }

  restore({ totalTokens, heldOutLoss, fingerprint }: SupervisedState): void {
    if (fingerprint !== this.o.examples.fingerprint)
      throw new BadInput(
        'The examples are not those that the run began with',
        this.o.config.data,
        'Put the file back as it was, or start a new run.',
      );
    this.totalTokens = totalTokens;
    this.heldOutLoss = heldOutLoss;
  }

  /** Held-out loss and answers before the first update. */
  async begin(): Promise<void> {
    await this.measure(0);
    await this.sample(0);
  }

  async update(step: number): Promise<Report> {
    const { config: c, tell } = this.o;
    const batch = await this.batchOf(step);
    const { loraState } = this.policy.decoder;
    loraState.dropout =
      c.loraRank > 0 && c.loraDropout > 0 ? { rate: c.loraDropout, seed: c.seed, stream: step } : null;
    const lr = cosineRate({ ...c, steps: this.schedule.steps, finalFactor: FINAL_FACTOR }, step);
    const { weightDecay, decayAll, clipNorm } = c;
    const options = { lr, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay, decayAll, clipNorm };
    const done = await supervisedUpdate(this.policy, batch, options, (phase) =>
      tell({ type: 'phase', step, phase }, null),
    ).finally(() => {
      loraState.dropout = null;
    });
    this.totalTokens += done.tokens;
    return (clock) => this.report(batch, lr, done, clock);
  }

  private async report(
    batch: readonly SupervisedExample[],
    lr: number,
    { logprob, ...done }: SupervisedStep,
    { step, seconds, eta, due }: Clock,
  ): Promise<void> {
    this.tellTokens(step, batch, logprob, due);
    if (due) await this.measure(step);
    this.o.tell({
      type: 'sft-step',
      eta,
      step,
      epoch: Math.ceil(step / this.perEpoch),
      loss: done.loss,
      heldOutLoss: this.heldOutLoss,
      gradNorm: done.gradNorm,
      lr,
      tokens: done.tokens,
      learnt: done.learnt,
      tokensPerSecond: done.tokens / seconds,
      totalTokens: this.totalTokens,
      seconds,
    });
  }

  /** The examples of update `step`: every epoch in an order of its own. */
  private async batchOf(step: number): Promise<SupervisedExample[]> {
    const { config: c, examples } = this.o;
    const epoch = Math.floor((step - 1) / this.perEpoch);
    if (epoch !== this.order?.epoch) this.order = { epoch, numbers: this.shuffled(epoch) };
    const first = ((step - 1) % this.perEpoch) * c.batch;
    const batch: SupervisedExample[] = [];
    for (const i of this.order.numbers.subarray(first, first + c.batch)) batch.push(await examples.train.at(i));
    return batch;
  }

  private shuffled(epoch: number): Uint32Array {
    const { config: c, examples } = this.o;
    const numbers = [...Array(examples.train.length).keys()];
    return Uint32Array.from(new Random(STREAMS.fileOrder, c.seed, epoch).shuffle(numbers));
  }

  /** The losses of the batch's tokens; stored where the held-out loss is measured, and with a checkpoint. */
  private tellTokens(step: number, batch: readonly SupervisedExample[], logprob: Float32Array, due: boolean): void {
    if (!this.o.watched && !due) return;
    const { text } = this.o.model;
    const examples = batchLosses(batch, (id) => text.token(id), logprob);
    const event = { type: 'sft-tokens', step, examples } as const;
    this.o.tell(event, due ? event : 'with the checkpoint');
  }

  /** Held-out loss. */
  private async measure(step: number): Promise<void> {
    const { examples, tell } = this.o;
    const held = examples.heldOut.map((h) => h.example);
    if (held.length === 0) return;
    tell({ type: 'phase', step, phase: 'eval' }, null);
    this.heldOutLoss = await supervisedLoss(this.policy, held);
    this.measuredAt = step;
    tell({ type: 'sft-eval', step, loss: this.heldOutLoss, examples: held.length });
  }

  /** Answers to held-out prompts, the likeliest token each time, so that before and after can be compared. */
  private async sample(step: number): Promise<void> {
    const { config: c, model, examples, tell } = this.o;
    const asked = examples.heldOut.slice(0, c.samples);
    if (asked.length === 0 || this.sampledAt === step) return;
    tell({ type: 'phase', step, phase: 'sample' }, null);
    const requests = asked.map(({ prompt }) => ({ ids: model.text.encode(prompt), count: 1 }));
    const greedy = { temperature: 0, topK: 0, topP: 1, seed: 0, stream: 0 };
    const options = { ...greedy, maxNewTokens: c.sampleTokens, endIds: model.text.endIds };
    const responses = await generate(this.policy.decoder, requests, options);
    this.policy.forget();
    this.sampledAt = step;
    for (const [index, response] of responses.entries()) {
      const { prompt, expected } = asked[index];
      const ended = hasEnded(model.text, response);
      const text = model.text.decode(ended ? response.slice(0, -1) : response);
      tell({ type: 'sample', step, index, prompt, text, ended, expected });
    }
  }

  /** The answers after it. */
  async end(step: number, reason: 'finished' | 'stopped'): Promise<void> {
    if (reason === 'finished' || this.o.watched) await this.sample(step);
  }

  destroy(): void {
    this.policy.destroy();
  }
}
