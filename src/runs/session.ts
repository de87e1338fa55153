/**
 * A lab session: a policy, a task and a configuration, stepped by a host (the command line or the browser's Worker) that
 * decides when the next step comes. It stores what happens and tells it as events.
 */
import { evaluate } from '../antisd/evaluate';
import { type TokenSums, TokenTable } from '../antisd/measures';
import { rowsOf } from '../antisd/signals';
import { type MethodState, newMethodState, type StepOutcome, trainStep } from '../antisd/step';
import type { Task } from '../data/types';
import type { Gpu } from '../gpu/device';
import type { Files } from '../host/files';
import type { DeviceReport } from '../kernels/device-report';
import { type MatmulVariant, matmulVariant, setMatmulVariant } from '../kernels/matmul/matmul';
import { initialLora, sessionCapacity } from '../library/capacity';
import { planMemory } from '../model/net/decoder';
import type { Layout } from '../model/net/layout';
import type { OnLoaded } from '../model/net/parameters';
import { type PlannedBatch, Policy, type Scores } from '../model/net/policy';
import type { ModelFolder } from '../model/weights/folder';
import type { TrainConfig } from '../settings/config';
import { loadCheckpoint, trainedFiles } from './checkpoint';
import type { Fault } from './events';
import { signalRollouts, stepFigures } from './report';
import { RunLog, type RunLogOptions, type Unstamped } from './run-log';
import type { HeldStep, Resume, TrainingRun } from './training-run';

export interface SessionOptions extends RunLogOptions {
  gpu: Gpu;
  model: Pick<ModelFolder, 'config' | 'tensors' | 'where'>;
  task: Task;
  config: TrainConfig;
  device: DeviceReport;
  /** How far loading the weights is, in values. */
  onLoaded?: OnLoaded;
  /** Show each token's likeliest alternatives (live only, never stored). */
  alternatives: boolean;
  /** Step of the checkpoint in `files` to continue from, or a state held in memory. */
  resume?: Resume<SessionState>;
}

/** What a checkpoint holds besides the policy. */
export interface SessionState {
  method: MethodState;
  /** Length of the log up to this step; null where none was written. */
  eventBytes: number | null;
  seconds: number;
  evalAccuracy: number | null;
  /** Variants sum in different orders, so a resumed run keeps its own. */
  matmul: MatmulVariant;
  /** The token table's sums; absent in checkpoints of earlier versions. */
  table?: TokenSums;
}

export class Session implements TrainingRun<TrainConfig, SessionState> {
  step = 0;
  private method: MethodState = newMethodState();
  private seconds = 0;
  private evalAccuracy: number | null = null;
  private readonly table = new TokenTable();
  private readonly log: RunLog;

  private constructor(
    private readonly o: SessionOptions,
    readonly policy: Policy,
    /** A second, frozen copy of the model, where the KL term needs one and no adapter can be switched off instead. */
    private readonly frozen: Policy | null,
    public config: TrainConfig,
  ) {
    this.log = new RunLog(o);
  }

  /** Opens the policy, restores where asked, and tells 'start'. Throws OutOfMemory and BadInput; then nothing stays allocated. */
  static async open(o: SessionOptions): Promise<Session> {
    const { model, config } = o;
    const capacity = sessionCapacity(model, config);
    const policy = await Policy.create(o.gpu, model.config, capacity, model, o.onLoaded);
    let frozen: Policy | null = null;
    try {
      if (config.klCoefficient > 0 && !capacity.lora)
        frozen = await Policy.create(o.gpu, model.config, { ...capacity, training: false }, model);
      if (capacity.lora) policy.setLora(initialLora(policy, config.seed));
      const session = new Session(o, policy, frozen, config);
      if (o.resume) await session.restore(o.resume);
      const memory = planMemory(model.config, capacity);
      const { layout } = policy.decoder.trainable ?? policy.decoder.parameters;
      session.tell({
        type: 'start',
        config,
        device: o.device,
        memory,
        resumedFrom: o.resume?.step ?? null,
        parameters: layout.count,
      });
      return session;
    } catch (error) {
      policy.destroy();
      frozen?.destroy();
      throw error;
    }
  }

  /** Scores by the policy that the KL term holds on to. */
  private get reference(): ((batch: PlannedBatch) => Promise<Scores>) | null {
    const { frozen, policy } = this;
    if (this.config.klCoefficient === 0) return null;
    if (frozen) return (batch) => frozen.score(batch);
    return policy.decoder.capacity.lora ? (batch) => policy.withoutLora(() => policy.score(batch)) : null;
  }

  private async restore(resume: Resume<SessionState>): Promise<void> {
    const from =
      'state' in resume
        ? resume
        : await loadCheckpoint<SessionState>(this.o.files as Files, resume.step, this.trainedLayout);
    setMatmulVariant(this.o.gpu, from.extra.matmul);
    this.policy.restore(from.state);
    this.step = resume.step;
    this.method = from.extra.method;
    this.seconds = from.extra.seconds;
    this.evalAccuracy = from.extra.evalAccuracy;
    this.table.restore(from.extra.table ?? []);
    await this.log.cut(resume.step, from.extra.eventBytes);
  }

  private get trainedLayout(): Layout {
    const { trainable } = this.policy.decoder;
    if (!trainable) throw new Error('A session trains its policy.');
    return trainable.layout;
  }

  get finished(): boolean {
    return this.step >= this.config.steps;
  }

  /** Changes live settings from the next step on. */
  change(patch: Partial<TrainConfig>): void {
    this.config = { ...this.config, ...patch };
    this.tell({ type: 'change', step: this.step + 1, patch });
  }

  /** The next training step, with its evaluation and checkpoint where they are due. */
  async next(): Promise<void> {
    if (this.step === 0 && this.config.evalEvery > 0) await this.evaluate();
    const step = this.step + 1;
    const started = performance.now();
    const { tokenizer } = this.o.task;
    const outcome = await trainStep(
      {
        policy: this.policy,
        reference: this.reference,
        task: this.o.task,
        config: this.config,
        alternatives: this.o.alternatives,
        onPhase: (phase) => this.tell({ type: 'phase', step, phase }),
        onRollouts: (problems) =>
          this.tell({
            type: 'rollouts',
            step,
            rollouts: problems.map((p, i) => ({
              problem: p.id,
              group: Math.floor(i / this.config.group),
              question: p.question,
            })),
          }),
        onTokens: (pieces) =>
          this.tell({
            type: 'tokens',
            step,
            pieces: pieces.map(({ rollout, ids }) => ({ rollout, tokens: ids.map((id) => tokenizer.token(id)) })),
          }),
        onScored: (scored) => this.tell({ type: 'signals', step, rollouts: signalRollouts(scored, tokenizer) }),
      },
      this.method,
      step,
    );
    const seconds = (performance.now() - started) / 1000;
    this.step = step;
    this.method = outcome.state;
    this.seconds += seconds;
    this.tellStep(outcome, seconds);
    if (this.config.evalEvery > 0 && step % this.config.evalEvery === 0) await this.evaluate();
    if (step % this.config.checkpointEvery === 0) await this.checkpoint();
    await this.log.stored(this.step);
  }

  private tellStep(o: StepOutcome, seconds: number): void {
    const { step } = this;
    const { tokenizer } = this.o.task;
    for (const row of rowsOf(o.signals))
      this.table.add(
        Array.from(row.ids, (id) => tokenizer.token(id)),
        row,
      );
    const figures = stepFigures(step, o, seconds, this.evalAccuracy);
    this.tell({
      type: 'gate',
      step,
      state: figures.gateState,
      statistic: figures.gateStatistic,
      closesBelow: figures.gateClosesBelow,
      opensAbove: figures.gateOpensAbove,
    });
    this.tell({ type: 'tokens-table', step, rows: this.table.list() });
    this.tell({ type: 'step', eta: (this.seconds / step) * (this.config.steps - step), ...figures });
  }

  /** Held-out accuracy now. */
  async evaluate(): Promise<void> {
    this.tell({ type: 'phase', step: this.step, phase: 'eval' });
    const c = this.config;
    const options = {
      problems: c.evalProblems,
      samples: c.evalSamples,
      minDepth: c.minDepth,
      temperature: c.evalTemperature,
      topP: c.evalTopP,
      topK: 0,
      maxNewTokens: c.maxNewTokens,
      seed: c.seed,
    };
    const result = await evaluate(this.policy, this.o.task, options);
    this.evalAccuracy = result.accuracy;
    const { truncatedShare: _, ...figures } = result;
    this.tell({ type: 'eval', step: this.step, ...figures });
  }

  checkpoint(passing = false): Promise<void> {
    return this.log.checkpoint(this.step, this.policy, this.o.task.tokenizerFiles, () => this.state(), passing);
  }

  async held(): Promise<HeldStep<SessionState>> {
    await this.log.stored(this.step);
    return { step: this.step, state: await this.policy.state(), extra: await this.state() };
  }

  /** What a later session needs besides the policy's own state. */
  private async state(): Promise<SessionState> {
    return {
      method: this.method,
      eventBytes: await this.log.bytes(),
      seconds: this.seconds,
      evalAccuracy: this.evalAccuracy,
      matmul: matmulVariant(this.o.gpu),
      table: this.table.sums(),
    };
  }

  /** Ends the run: 'done', and what was trained, a Hugging Face model folder or PEFT's adapter folder, under final/. */
  finish(reason: 'finished' | 'stopped'): Promise<void> {
    return this.log.end(this.step, reason, this.seconds, () => this.exportModel());
  }

  async exportModel(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
    return trainedFiles(this.policy, this.o.task.tokenizerFiles, this.config.model);
  }

  /** Tells a fault as an event. */
  fault(error: unknown): Fault {
    return this.log.fault(error, this.step);
  }

  /** Alternatives and single tokens are for live eyes only. */
  private tell(event: Unstamped): void {
    const fleeting = event.type === 'tokens' || event.type === 'rollouts' || event.type === 'phase';
    this.log.tell(event, fleeting ? null : event.type === 'signals' ? withoutAlternatives(event) : event);
  }

  destroy(): void {
    this.policy.destroy();
    this.frozen?.destroy();
  }
}

const withoutAlternatives = (event: Extract<Unstamped, { type: 'signals' }>): Unstamped => ({
  ...event,
  rollouts: event.rollouts.map(({ alternatives: _, ...r }) => r),
});
