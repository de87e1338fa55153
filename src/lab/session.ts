/**
 * A lab session: a policy, a task and a configuration, stepped by a host (the command line or the browser's Worker) that
 * decides when the next step comes. It stores what happens and tells it as events.
 */
import { evaluate } from '../antisd/evaluate';
import { TokenTable } from '../antisd/measures';
import { type MethodState, newMethodState, type StepOutcome, trainStep } from '../antisd/step';
import type { Task } from '../data/types';
import type { Gpu } from '../gpu/device';
import { DeviceLost, GpuValidationError, NotFinite, OutOfMemory, ShaderError } from '../gpu/errors';
import { type MatmulVariant, matmulVariant, setMatmulVariant } from '../kernels/matmul';
import { planMemory } from '../model/decoder';
import type { ModelFolder } from '../model/folder';
import type { Layout } from '../model/layout';
import type { OnLoaded } from '../model/parameters';
import { type PlannedBatch, Policy, type Scores, type TrainingState } from '../model/policy';
import { initialAdapters, sessionCapacity } from './capacity';
import { checkpointFolder, loadCheckpoint, saveCheckpoint, trainedFiles } from './checkpoint';
import type { TrainConfig } from './config';
import { type DeviceReport, EVENT_VERSION, type Fault, type RunEvent } from './events';
import type { Files } from './files';
import { signalRollout, stepFigures } from './report';

/** An event before the session stamps it with the version. */
export type Unstamped = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'v'> : never) : never;

export interface SessionOptions {
  gpu: Gpu;
  model: Pick<ModelFolder, 'config' | 'tensors' | 'where'>;
  task: Task;
  config: TrainConfig;
  device: DeviceReport;
  /** Where the run is stored; null for a run that is not. */
  files: Files | null;
  /** What a full disk means: the run stops (command line), or goes on unsaved after a fault event (page). Default: stop. */
  onStorageError?: 'stop' | 'go on';
  emit: (event: RunEvent) => void;
  /** How far loading the weights is, in values. */
  onLoaded?: OnLoaded;
  /** Show each token's likeliest alternatives (live only, never stored). */
  alternatives: boolean;
  /** Step of the checkpoint in `files` to continue from, or a state held in memory. */
  resume?: { step: number; state: TrainingState; extra: SessionState } | { step: number };
}

/** What a checkpoint holds besides the policy. */
export interface SessionState {
  method: MethodState;
  eventBytes: number;
  seconds: number;
  evalAccuracy: number | null;
  /** Variants sum in different orders, so a resumed run keeps its own. */
  matmul: MatmulVariant;
}

export class Session {
  step = 0;
  private method: MethodState = newMethodState();
  private seconds = 0;
  private evalAccuracy: number | null = null;
  private readonly table = new TokenTable();
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private o: SessionOptions,
    readonly policy: Policy,
    /** A second, frozen copy of the model, where the KL term needs one and no adapter can be switched off instead. */
    private readonly frozen: Policy | null,
    public config: TrainConfig,
  ) {}

  /** Opens the policy, restores where asked, and tells 'start'. Throws OutOfMemory and BadInput; then nothing stays allocated. */
  static async open(o: SessionOptions): Promise<Session> {
    const { model, config } = o;
    const capacity = sessionCapacity(model, config);
    const policy = await Policy.create(o.gpu, model.config, capacity, model, o.onLoaded);
    let frozen: Policy | null = null;
    try {
      if (config.klCoefficient > 0 && !capacity.lora)
        frozen = await Policy.create(o.gpu, model.config, { ...capacity, training: false }, model);
      if (capacity.lora) policy.setAdapters(initialAdapters(policy, config.seed));
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
    return policy.decoder.capacity.lora ? (batch) => policy.withoutAdapters(() => policy.score(batch)) : null;
  }

  private async restore(resume: NonNullable<SessionOptions['resume']>): Promise<void> {
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
    // From a checkpoint the log goes back to it; a state in memory is ahead of the last checkpoint, and so is its log.
    const { files } = this.o;
    if (!('state' in resume) && files && (await files.size('events.jsonl')) > from.extra.eventBytes) {
      await files.truncate('events.jsonl', from.extra.eventBytes);
    }
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
        onScored: (rollouts) =>
          this.tell({ type: 'signals', step, rollouts: rollouts.map((r) => signalRollout(r, tokenizer)) }),
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
    await this.stored();
  }

  /** Writes happen one after the other; a failure is kept until `stored` asks. */
  private enqueue(write: () => Promise<void>): void {
    this.writing = this.writing.then(write);
    this.writing.catch(() => {});
  }

  /** Waits until all events are stored. A full disk ends the run or, where the host says so, the storing. */
  private async stored(): Promise<void> {
    try {
      await this.writing;
    } catch (error) {
      if (this.o.onStorageError !== 'go on') throw error;
      this.o = { ...this.o, files: null };
      this.writing = Promise.resolve();
      const message = `The run can no longer be stored (${error instanceof Error ? error.message : String(error)}); it goes on unsaved. Free some space and download the model before you close the page.`;
      this.tell({
        type: 'fault',
        step: this.step,
        fault: { kind: 'storage', message, lastGoodStep: this.step, resumable: false },
      });
    }
  }

  private tellStep(o: StepOutcome, seconds: number): void {
    const { step } = this;
    const { tokenizer } = this.o.task;
    for (const { response, token } of o.rollouts) {
      this.table.add(
        Array.from(response, (id) => tokenizer.token(id)),
        token.u,
        token.term,
        token.advantage,
      );
    }
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

  /** Stores a checkpoint; its event is written after everything it stands for. */
  async checkpoint(): Promise<void> {
    await this.stored();
    const { files } = this.o;
    if (!files) return;
    // The event first, so that the bytes counted include it: a resumed log and an unbroken one are then the same.
    this.tell({ type: 'checkpoint', step: this.step, path: checkpointFolder(this.step) });
    this.enqueue(async () => {
      const extra: SessionState = { ...this.state(), eventBytes: await files.size('events.jsonl') };
      await saveCheckpoint(files, this.step, this.policy, this.o.task.tokenizerFiles, extra);
    });
    await this.stored();
  }

  /** What a later session needs besides the policy's own state. */
  state(): SessionState {
    return {
      method: this.method,
      eventBytes: 0,
      seconds: this.seconds,
      evalAccuracy: this.evalAccuracy,
      matmul: matmulVariant(this.o.gpu),
    };
  }

  /** Ends the run: 'done', and what was trained, a Hugging Face model folder or PEFT's adapter folder, under final/. */
  async finish(reason: 'finished' | 'stopped'): Promise<void> {
    if (this.o.files && reason === 'finished') {
      for (const [name, bytes] of await this.exportModel()) await this.o.files.write(`final/${name}`, bytes);
    }
    this.tell({ type: 'done', step: this.step, reason, seconds: this.seconds });
    await this.stored();
  }

  async exportModel(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
    return trainedFiles(this.policy, this.o.task.tokenizerFiles, this.config.model);
  }

  /** Tells a fault as an event. */
  fault(error: unknown): Fault {
    const fault = faultOf(error, this.step);
    this.tell({ type: 'fault', step: this.step, fault });
    return fault;
  }

  /** Stamps, sends and stores an event. Alternatives and single tokens are for live eyes only. */
  private tell(event: Unstamped): void {
    const stamped = { v: EVENT_VERSION, ...event } as RunEvent;
    this.o.emit(stamped);
    if (!this.o.files || event.type === 'tokens' || event.type === 'rollouts' || event.type === 'phase') return;
    const stored =
      stamped.type === 'signals'
        ? { ...stamped, rollouts: stamped.rollouts.map(({ alternatives: _, ...r }) => r) }
        : stamped;
    const { files } = this.o;
    this.enqueue(() => files.append('events.jsonl', `${JSON.stringify(stored)}\n`));
  }

  destroy(): void {
    this.policy.destroy();
    this.frozen?.destroy();
  }
}

/** An error as a fault, with what can still be done. */
export function faultOf(error: unknown, lastGoodStep: number | null): Fault {
  const message = error instanceof Error ? error.message : String(error);
  const kind: Fault['kind'] =
    error instanceof DeviceLost
      ? 'device-lost'
      : error instanceof OutOfMemory
        ? 'out-of-memory'
        : error instanceof NotFinite
          ? 'nan'
          : error instanceof GpuValidationError || error instanceof ShaderError
            ? 'validation'
            : error instanceof Error && error.name === 'BadInput'
              ? 'bad-input'
              : error instanceof Error && error.name === 'QuotaExceededError'
                ? 'storage'
                : 'internal';
  return { kind, message, lastGoodStep, resumable: lastGoodStep !== null && kind !== 'bad-input' };
}
