/** Reinforcement learning on a task's problems: the method's step, the held-out accuracy, and settings that change on the way. */
import { resolveMethod } from '../antisd/arms';
import { evaluate } from '../antisd/evaluate';
import { TokenTable } from '../antisd/measures';
import { begunAnew, type MethodState, newMethodState } from '../antisd/method-state';
import { type ProbeText, sampleProbes, scoreProbes } from '../antisd/probes';
import { rowsOf } from '../antisd/signals';
import { type StepOutcome, trainStep } from '../antisd/step';
import type { Task } from '../data/types';
import { VERSION } from '../data/version';
import { initialLora, sessionCapacity } from '../library/capacity';
import type { PlannedBatch } from '../model/net/batch';
import { Policy } from '../model/net/policy';
import type { Scores } from '../model/net/scores';
import type { ModelFolder } from '../model/weights/folder';
import { parseTrainConfig, settled, type TrainConfig } from '../settings/config';
import { warningsOf } from '../settings/warnings';
import { type ReinforcedState, reinforcedState } from './reinforced-state';
import { evalSamplesEvent, probeEvent, signalsEvent, stepFigures } from './report';
import type { RunPlace } from './run';
import type { RunConfig } from './run-config';
import type { Tell, Unstamped } from './run-log';
import type { Beginning, BegunFrom, Clock, Patch, Report, Schedule, Trainer } from './trainer';
import { walkedStage } from './walked-stage';

export interface ReinforcedOptions extends Pick<RunPlace, 'gpu' | 'onLoaded' | 'between'> {
  model: Pick<ModelFolder, 'config' | 'tensors' | 'where'>;
  task: Task;
  config: TrainConfig;
  /** Show each token's likeliest alternatives (live only, never stored). */
  alternatives: boolean;
  tell: Tell;
}

export class Reinforced implements Trainer<ReinforcedState> {
  config: TrainConfig;
  readonly stateSchema = reinforcedState;
  private method: MethodState = newMethodState();
  private evalAccuracy: number | null = null;
  /** The step whose accuracy that is. */
  private measuredAt: number | null = null;
  private readonly table = new TokenTable();
  private probes: readonly ProbeText[] | undefined;
  /** What readers should know of how it began. */
  private readonly notes: string[] = [];

  private constructor(
    private readonly o: ReinforcedOptions,
    readonly policy: Policy,
    /** A second, frozen copy of the model, where the KL term needs one and no adapter can be switched off instead. */
    private readonly frozen: Policy | null,
  ) {
    this.config = o.config;
  }

  /** Throws OutOfMemory and BadInput; then nothing stays allocated. */
  static async create(o: ReinforcedOptions): Promise<Reinforced> {
    const { gpu, model, config } = o;
    const capacity = sessionCapacity(model, config);
    const policy = await Policy.create(gpu, model.config, capacity, model, o.onLoaded);
    try {
      const copied = config.klCoefficient > 0 && !capacity.lora;
      const frozen = copied ? await Policy.create(gpu, model.config, { ...capacity, training: false }, model) : null;
      if (capacity.lora) policy.setLora(initialLora(policy, config.seed));
      policy.distillation?.begin();
      return new Reinforced(o, policy, frozen);
    } catch (error) {
      policy.destroy();
      throw error;
    }
  }

  get schedule(): Schedule {
    const { steps, checkpointEvery, keepCheckpoints, evalEvery } = this.config;
    return { steps, checkpointEvery, keepCheckpoints, evalEvery, evalAtEnd: false };
  }

  get tokenizer(): ReadonlyMap<string, string> {
    return this.o.task.tokenizerFiles;
  }

  get baseModel(): string {
    return this.config.model;
  }

  opening(beginning: Beginning): Unstamped {
    const { config } = this;
    const { leftOut, readAs, tokenizer } = this.o.task;
    const { separator, warning } = tokenizer;
    const warnings = [
      ...this.notes,
      ...warningsOf(config).map(({ text }) => text),
      ...(warning === undefined ? [] : [warning]),
    ];
    return {
      ...{ type: 'start', config, ...beginning, lab: VERSION, separator },
      ...(leftOut === undefined ? {} : { leftOut }),
      ...(readAs === undefined ? {} : { readAs }),
      ...(warnings.length === 0 ? {} : { warnings }),
    };
  }

  change(patch: Patch): void {
    this.config = parseTrainConfig({ ...this.config, ...patch }, 'settings');
  }

  state(): ReinforcedState {
    const { method, evalAccuracy, probes } = this;
    return { method, evalAccuracy, table: this.table.sums(), ...(probes && { probes }) };
  }

  score(step: number): number | null {
    return step === this.measuredAt ? this.evalAccuracy : null;
  }

  restore({ method, evalAccuracy, table, probes }: ReinforcedState, begunFrom: BegunFrom | null): void {
    this.probes = probes;
    this.evalAccuracy = evalAccuracy;
    const before = begunFrom?.config && methodChanged(begunFrom.config, this.config);
    this.method = before ? begunAnew(method, begunFrom.step) : method;
    this.table.restore(before ? [] : (table ?? []));
    if (before)
      this.notes.push(
        `The run begins at step ${begunFrom.step} of one of ${before}: weights and optimiser are that one’s; the gate, σ_ref, λ’s schedule and the token table begin anew.`,
      );
  }

  async begin(): Promise<void> {
    if (this.config.evalEvery > 0) await this.evaluate(0);
    await this.probe(0);
  }

  /** The fixed texts under the policy after `step`, where they are due. */
  private async probe(step: number): Promise<void> {
    const { policy } = this;
    const config = settled(this.config);
    const { task, tell } = this.o;
    if (config.probeEvery === 0 || step % config.probeEvery !== 0) return;
    this.probes ??= await sampleProbes(policy, task, config);
    const scored = await scoreProbes(policy, task, this.probes, config);
    if (scored) tell(probeEvent(step, scored, task.tokenizer));
  }

  async update(step: number): Promise<Report> {
    const { policy } = this;
    const config = settled(this.config);
    const { task, alternatives, tell, between } = this.o;
    const { tokenizer } = task;
    const { reference } = this;
    const outcome = await trainStep(
      {
        policy,
        reference,
        task,
        config,
        alternatives,
        onPhase: (phase) => tell({ type: 'phase', step, phase }, null),
        onRollouts: (problems) => {
          const group = (i: number) => Math.floor(i / config.group);
          const rollouts = problems.map((p, i) => ({ problem: p.id, group: group(i), question: p.question }));
          tell({ type: 'rollouts', step, rollouts }, null);
        },
        onTokens: (pieces) => {
          const named = (ids: readonly number[]) => ids.map((id) => tokenizer.token(id));
          tell(
            { type: 'tokens', step, pieces: pieces.map(({ rollout, ids }) => ({ rollout, tokens: named(ids) })) },
            null,
          );
        },
        onScored: (scored) => {
          const event = signalsEvent(step, scored, config, tokenizer);
          tell(event, config.keepRollouts > 0 && step % config.keepRollouts === 0 ? event : null);
        },
        between: between && ((reached, ms) => between(walkedStage(reached, ms, config, tokenizer))),
      },
      this.method,
      step,
    );
    this.method = outcome.state;
    return (clock) => this.report(outcome, clock);
  }

  /** Scores by the policy that the KL term holds on to. */
  private get reference(): ((batch: PlannedBatch) => Promise<Scores>) | null {
    const { frozen, policy } = this;
    if (this.config.klCoefficient === 0) return null;
    if (frozen) return (batch) => frozen.score(batch);
    return policy.decoder.capacity.lora ? (batch) => policy.withoutLora(() => policy.score(batch)) : null;
  }

  private async report(o: StepOutcome, { step, seconds, eta, due }: Clock): Promise<void> {
    const { tokenizer } = this.o.task;
    const { tell } = this.o;
    for (const row of rowsOf(o.signals))
      this.table.add(
        Array.from(row.ids, (id) => tokenizer.token(id)),
        row,
      );
    const figures = stepFigures(step, o, seconds, this.evalAccuracy, tokenizer);
    tell({
      type: 'gate',
      step,
      state: figures.gateState,
      statistic: figures.gateStatistic,
      closesBelow: figures.gateClosesBelow,
      opensAbove: figures.gateOpensAbove,
    });
    tell({ type: 'tokens-table', step, rows: this.table.list() });
    tell({ type: 'step', eta, ...figures });
    if (due) await this.evaluate(step);
    await this.probe(step);
  }

  /** Held-out accuracy after `step`. */
  private async evaluate(step: number): Promise<void> {
    const { tell, task } = this.o;
    tell({ type: 'phase', step, phase: 'eval' }, null);
    const c = settled(this.config);
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
    const { figures, asked } = await evaluate(this.policy, task, options);
    const { truncatedShare: _, ...told } = figures;
    this.evalAccuracy = figures.accuracy;
    this.measuredAt = step;
    tell({ type: 'eval', step, ...told });
    tell(evalSamplesEvent(step, asked));
  }

  async end(): Promise<void> {}

  destroy(): void {
    this.policy.destroy();
    this.frozen?.destroy();
  }
}

/** The method's name before, where a run's method or its gate is another now; null where both are as they were. */
function methodChanged(before: RunConfig, now: TrainConfig): string | null {
  if ('kind' in before) return null;
  const was = parseTrainConfig(before, 'checkpoint');
  const gateOf = (c: TrainConfig) => JSON.stringify(resolveMethod(c).gate);
  return was.arm === now.arm && gateOf(was) === gateOf(now) ? null : was.arm;
}
