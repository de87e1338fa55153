/** Training of a model from scratch on a task's corpus: an update is a pure function of the weights, the recipe and the step. */
import * as v from 'valibot';
import { BadInput } from '../data/errors';
import { Random } from '../data/random';
import { NATIVE_TASK } from '../data/tasks';
import type { SupervisedExample, Task } from '../data/types';
import { ParameterLayout } from '../model/net/parameters';
import { Policy } from '../model/net/policy';
import { cosineRate, supervisedUpdate } from '../model/net/supervised';
import { CHECKPOINT_EVERY, type PretrainConfig } from '../settings/settings-pretrain';
import type { RunPlace } from './run';
import type { Tell, Unstamped } from './run-log';
import { type Beginning, nothingLive, type Report, type Schedule, type Trainer } from './trainer';

export interface PretrainingOptions extends Pick<RunPlace, 'gpu'> {
  task: Task;
  config: PretrainConfig;
  tell: Tell;
}

/** Stream of the random initial weights, apart from the data's streams. */
const INIT_STREAM = 100;
/** Tokens of a micro-batch. */
const TOKENS = 4096;

type Corpus = (index: number, seed: number) => SupervisedExample;

/** A task's corpus. Throws BadInput where it has none. */
export function corpusOf(task: Task): Corpus {
  const { pretrainExample } = task;
  if (!pretrainExample)
    throw new BadInput(
      `The task ${task.name} has no corpus`,
      '--task',
      `Choose a task that can be pre-trained on, such as ${NATIVE_TASK.name}.`,
    );
  return pretrainExample;
}

/** Has no state of its own. */
export class Pretraining implements Trainer {
  readonly schedule: Schedule;
  readonly baseModel = null;
  readonly stateSchema = v.looseObject({});
  private readonly corpus: Corpus;

  private constructor(
    private readonly o: PretrainingOptions,
    readonly policy: Policy,
  ) {
    const { checkpointEvery = CHECKPOINT_EVERY, keepCheckpoints = 0, options } = o.config;
    this.schedule = { steps: options.steps, checkpointEvery, keepCheckpoints, evalEvery: 0, evalAtEnd: false };
    this.corpus = corpusOf(o.task);
  }

  /** Draws the first weights. Throws OutOfMemory; then nothing stays allocated. */
  static async create(o: PretrainingOptions): Promise<Pretraining> {
    const { model, options } = o.config;
    const capacity = {
      tokens: TOKENS,
      targets: TOKENS,
      positions: model.maxPositions,
      rows: 1,
      maxNewTokens: 1,
      training: true,
      recompute: false,
    };
    const weights = new ParameterLayout(model).initialise(normals(new Random(INIT_STREAM, options.seed)));
    return new Pretraining(o, await Policy.create(o.gpu, model, capacity, weights));
  }

  get config(): PretrainConfig {
    return this.o.config;
  }

  get tokenizer(): ReadonlyMap<string, string> {
    return this.o.task.tokenizerFiles;
  }

  opening(beginning: Beginning): Unstamped {
    return { type: 'pretrain-start', config: this.config, ...beginning };
  }

  change(): void {
    nothingLive('Pretraining');
  }

  state(): object {
    return {};
  }

  score(): null {
    return null;
  }

  restore(): void {}

  async begin(): Promise<void> {}

  async update(step: number): Promise<Report> {
    const { options } = this.config;
    const { batch, seed } = options;
    const examples = Array.from({ length: batch }, (_, i) => this.corpus((step - 1) * batch + i, seed));
    const lr = cosineRate(options, step);
    const { logprob: _, ...figures } = await supervisedUpdate(this.policy, examples, { ...options, lr, eps: 1e-8 });
    return async ({ eta, seconds }) => this.o.tell({ type: 'pretrain-step', step, lr, ...figures, eta, seconds });
  }

  async end(): Promise<void> {}

  destroy(): void {
    this.policy.destroy();
  }
}

/** Standard normal numbers, Box-Muller. */
function normals(random: Random): () => number {
  const uniform = () => (random.uint32() + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
