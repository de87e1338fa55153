/**
 * One run over a trainer, of whatever kind: opened at its beginning or where it was left, stepped by a host (the command
 * line or the page's engine), changed, stored and ended. What it does is told as events.
 */
import type { Gpu } from '../gpu/device';
import type { StorageError } from '../host/storage-error';
import { attentionVariant, setAttentionVariant } from '../kernels/attention/attention-variant';
import type { DeviceReport, SelfTest } from '../kernels/device-report';
import { type MatmulChoice, matmulChoice, setMatmulChoice } from '../kernels/matmul/variants';
import { choiceTable } from '../kernels/tuner';
import { planMemory } from '../model/net/decoder';
import type { OnLoaded } from '../model/net/parameters';
import type { Policy, TrainingState } from '../model/net/policy';
import { trainedFiles } from './checkpoint';
import type { RunFacts } from './checkpoint-record';
import { faultOf } from './fault';
import type { RunConfig } from './run-config';
import { RunLog, type RunLogOptions, type Tell } from './run-log';
import type { RunStore } from './run-store';
import type { Patch, Trainer } from './trainer';
import type { WalkedStage } from './walked-stage';

/** What a run is opened on. */
export interface RunPlace extends RunLogOptions {
  gpu: Gpu;
  device: DeviceReport;
  /** How far loading the weights is, in values; what it throws ends the opening. */
  onLoaded?: OnLoaded;
  /** Waited for between the stages of a reinforced step. */
  between?: (told: WalkedStage) => Promise<void>;
}

/** A step in host memory: with the same configuration a run goes on from it as if it had never stopped. */
export interface HeldStep<Own extends object = object> {
  readonly step: number;
  readonly state: TrainingState;
  readonly extra: Own & RunFacts;
}

/** Where a run goes on from: a state held in memory, or the step of a checkpoint in its folder or, for a new run, in another's. */
export type Resume<Own extends object = object> = HeldStep<Own> | { readonly step: number; readonly of?: RunStore };

export class Run<Own extends object = object> {
  /** Updates done. */
  step = 0;
  private seconds = 0;

  private constructor(
    private readonly gpu: Gpu,
    private readonly trainer: Trainer<Own>,
    private readonly log: RunLog,
    /** What was changed since the run was begun. */
    public patch: Patch,
  ) {}

  /**
   * Makes the trainer, with `patch` in its configuration, puts it where the run goes on from, and tells the beginning.
   * Throws BadInput and OutOfMemory, and DamagedCheckpoint where `from` is one; then nothing stays allocated.
   */
  static async open<Own extends object>(
    place: RunPlace,
    make: (tell: Tell) => Promise<Trainer<Own>>,
    from?: Resume<Own>,
    patch: Patch = {},
  ): Promise<Run<Own>> {
    const log = new RunLog(place);
    const trainer = await make(log.tell);
    try {
      const run = new Run(place.gpu, trainer, log, patch);
      if (from) await run.restore(from);
      const { policy } = trainer;
      const memory = planMemory(policy.config, policy.decoder.capacity);
      const parameters = policy.trainedLayout.count;
      const device = { ...place.device, variants: choiceTable(place.gpu) };
      log.tell(trainer.opening({ device, memory, parameters, resumedFrom: from?.step ?? null }));
      return run;
    } catch (error) {
      trainer.destroy();
      throw error;
    }
  }

  private async restore(from: Resume<Own>): Promise<void> {
    const { policy, trainer } = this;
    const { state, extra, config } =
      'state' in from
        ? { ...from, config: null }
        : await this.log.load(from.step, policy.trainedLayout, trainer.stateSchema, from.of);
    trainer.restore(extra, 'of' in from && from.of ? { config, step: from.step } : null);
    setMatmulChoice(this.gpu, productsOf(extra));
    setAttentionVariant(this.gpu, policy.config.headDim, extra.attention ?? 'rows');
    policy.restore(state);
    this.step = from.step;
    this.seconds = extra.seconds ?? 0;
    if (!('of' in from)) await this.log.cut(from.step, extra.eventBytes);
  }

  get policy(): Policy {
    return this.trainer.policy;
  }

  /** As it stands, with what was changed while the run was going. */
  get config(): RunConfig {
    return this.trainer.config;
  }

  get finished(): boolean {
    return this.step >= this.trainer.schedule.steps;
  }

  /** Changes live settings from the next step on. Throws BadInput where they cannot be changed. */
  change(patch: Patch): void {
    this.trainer.change(patch);
    this.patch = { ...this.patch, ...patch };
    this.log.tell({ type: 'change', step: this.step + 1, patch });
  }

  /** What is now known of the kernels that it began with. */
  checked(selfTest: SelfTest): void {
    this.log.tell({ type: 'checked', step: this.step, selfTest });
  }

  /** The next update, with what is due around it. Rejects where it failed; the weights are then those before it. */
  async next(): Promise<void> {
    const { trainer } = this;
    if (this.step === 0) await trainer.begin();
    const step = this.step + 1;
    const started = performance.now();
    const report = await trainer.update(step);
    const seconds = (performance.now() - started) / 1000;
    this.step = step;
    this.seconds += seconds;
    const { steps, checkpointEvery, evalEvery, evalAtEnd } = trainer.schedule;
    const due = (evalEvery > 0 && step % evalEvery === 0) || (evalAtEnd && this.finished);
    await report({ step, seconds, eta: (this.seconds / step) * (steps - step), due });
    await this.log.stored(step);
    const onBeat = step % checkpointEvery === 0;
    if (onBeat || this.log.owes(step)) await this.checkpoint(!onBeat);
  }

  /** What the storage said, where something of the run could not be stored; null where all of it is. */
  get unstored(): StorageError | null {
    return this.log.failure;
  }

  /** Stores everything the next step depends on, where the run is stored. The next checkpoint replaces a `passing` one. */
  checkpoint(passing = false): Promise<void> {
    const { step, policy, trainer } = this;
    return this.log.checkpoint({
      ...{ step, policy, passing, tokenizer: trainer.tokenizer, keep: trainer.schedule.keepCheckpoints },
      score: trainer.score(step),
      extra: () => this.extra(),
    });
  }

  /** The step that was just done. */
  async held(): Promise<HeldStep<Own>> {
    await this.log.stored(this.step);
    return { step: this.step, state: await this.policy.state(), extra: await this.extra() };
  }

  private async extra(): Promise<Own & RunFacts> {
    const { gpu } = this;
    const { rule: matmul, shapes: products } = matmulChoice(gpu);
    const variants = { matmul, products, attention: attentionVariant(gpu, this.policy.config.headDim) };
    const facts = { eventBytes: await this.log.bytes(), seconds: this.seconds, ...variants };
    return { ...this.trainer.state(), ...facts };
  }

  /** Ends the run: what is measured after it, 'done', and of a finished run what was trained under final/. */
  async finish(reason: 'finished' | 'stopped'): Promise<void> {
    await this.trainer.end(this.step, reason);
    if (this.unstored) await this.checkpoint();
    await this.log.end(this.step, reason, this.seconds, () => this.exportModel());
  }

  /** What was trained, as the ecosystem reads it: a Hugging Face model folder, or PEFT's adapter folder. */
  exportModel(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
    const { tokenizer, baseModel } = this.trainer;
    return trainedFiles(this.policy, tokenizer, baseModel);
  }

  /** Tells an error as a fault, with what can still be done, and stores that where it can be. */
  async fault(error: unknown): Promise<void> {
    this.log.tell({ type: 'fault', step: this.step, fault: faultOf(error, this.step) });
    await this.log.stored(this.step).catch(() => {}); // the error itself may be that nothing can
  }

  destroy(): void {
    this.trainer.destroy();
  }
}

/** A stored run's choice; what earlier versions called by the size of a tile was a rule for all sizes. */
const productsOf = ({ matmul, products }: RunFacts): MatmulChoice =>
  products ? { rule: matmul, shapes: products } : { rule: matmul.startsWith('tiles') ? 'tiles' : matmul, shapes: {} };
