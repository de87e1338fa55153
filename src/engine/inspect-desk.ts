/**
 * The inspector's commands, one after the other. A device that fails is given back with everything on it, and the next
 * command opens a new one.
 */
import type { EvaluationRequest } from '../inspect/evaluate';
import { Inspector, type InspectorHost } from '../inspect/inspector';
import type { ModelShelf } from '../library/model-shelf';
import type { StoredEvaluations } from '../runs/evaluation/stored-evaluations';
import type { Device } from './device';
import { listedEvaluations, newEvaluationId } from './evaluation-desk';
import { hooksFor } from './opening';
import type { Ask, ListedEvaluation, News } from './protocol';
import type { Call, Handlers } from './service';

export interface InspectDeskHost extends Pick<InspectorHost, 'symbolic' | 'python'> {
  readonly shelf: ModelShelf;
  readonly evaluations: StoredEvaluations;
}

/** What it is asked, beside being opened. */
export type InspectCommand =
  | 'load'
  | 'unload'
  | 'problem'
  | 'prompts'
  | 'generate'
  | 'score'
  | 'contexts'
  | 'layers'
  | 'trace'
  | 'search'
  | 'evaluate';

export class InspectDesk {
  private last: Promise<unknown> = Promise.resolve();
  private readonly inspector: Inspector;

  constructor(
    private readonly host: InspectDeskHost,
    private readonly device: Device,
    private readonly tell: (news: News) => void,
  ) {
    this.inspector = new Inspector({
      openGpu: async () => (await device.open()).gpu,
      prepare: async () => (await device.open()).report,
      models: host.shelf,
      symbolic: host.symbolic,
      python: host.python,
    });
  }

  readonly handlers: Handlers<InspectCommand> = {
    load: ({ subject, slot }, call) =>
      this.inTurn(call, async () => {
        await this.device.open(call.progress);
        return this.inspector.load(subject, slot, loading(call));
      }),
    unload: ({ slot }, call) => this.inTurn(call, () => this.inspector.unload(slot)),
    problem: ({ choice }, call) => this.inTurn(call, () => this.inspector.problem(choice)),
    prompts: ({ problem, task, response, context }, call) =>
      this.inTurn(call, () => this.inspector.prompts(problem, task, response, context)),
    generate: (ask, call) =>
      this.inTurn(call, async () => {
        const seconds = stopwatch();
        const generated = await this.inspector.generate(ask.prompt, ask, call.part, loading(call));
        return { ...generated, seconds: seconds() };
      }),
    score: ({ texts, slot, withAdapter }, call) =>
      this.inTurn(call, async () => {
        const seconds = stopwatch();
        const scored = await this.inspector.score(texts, slot, withAdapter, loading(call));
        return { scored, seconds: seconds() };
      }),
    contexts: (ask, call) => this.inTurn(call, () => this.inspector.contexts(ask, call.part, loading(call))),
    trace: (ask, call) => this.inTurn(call, () => this.inspector.trace(ask, loading(call))),
    layers: (ask, call) => this.inTurn(call, async () => ({ layers: await this.inspector.layers(ask, loading(call)) })),
    search: (ask, call) => this.inTurn(call, () => this.inspector.search(ask, call.part, loading(call))),
    evaluate: ({ evaluation }, call) => this.inTurn(call, () => this.evaluate(evaluation, call)),
  };

  private async evaluate(asked: Ask<'evaluate'>['evaluation'], call: Call<'evaluate'>): Promise<ListedEvaluation[]> {
    const { evaluations } = this.host;
    const hooks = loading(call);
    const { store, config } = 'resume' in asked ? await evaluations.take(asked.resume) : await this.begun(asked, hooks);
    try {
      await this.inspector.evaluate(
        { store, config },
        (progress) => call.part({ progress, evaluation: store.id }),
        hooks,
      );
    } finally {
      await store.release();
    }
    return listedEvaluations(evaluations);
  }

  private async begun(asked: EvaluationRequest, hooks: ReturnType<typeof loading>) {
    const config = await this.inspector.plan(asked, hooks);
    return { config, store: await this.host.evaluations.create(newEvaluationId(asked.data), config) };
  }

  /** Another file may go by the name of one that a task was made of. */
  forgetTasks(): void {
    this.inspector.forgetTasks();
  }

  private inTurn<T>({ signal }: Pick<Call, 'signal'>, work: () => T | Promise<T>): Promise<T> {
    const turn = this.last.then(async () => {
      signal.throwIfAborted();
      const held = this.inspector.loaded();
      try {
        return await work();
      } catch (error) {
        this.tidy();
        const left = this.inspector.loaded();
        for (const slot of held) if (!left.includes(slot)) this.tell({ type: 'unloaded', slot });
        throw error;
      }
    });
    this.last = turn.catch(() => {});
    return turn;
  }

  private tidy(): void {
    if (this.inspector.sound) return;
    const { gpu } = this.device;
    this.inspector.close();
    if (gpu) this.device.forget(gpu);
  }
}

function stopwatch(): () => number {
  const started = performance.now();
  return () => (performance.now() - started) / 1000;
}

/** For a model that is being opened, or grows. */
const loading = (call: Pick<Call, 'signal' | 'progress'>) => hooksFor(call, 'weights', ({ file }) => file);
