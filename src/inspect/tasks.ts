/** The tasks of the model that is inspected, each made once, and what is asked of them about one response. */
import { verdictsOn } from '../antisd/verdicts';
import type { SymbolicJudge } from '../data/maths';
import type { Problem, Task, Verdict } from '../data/types';
import type { Python } from '../host/python/judge';
import type { LoadedModel } from '../library/open-model';
import { openTask } from '../library/open-task';
import type { AskedSetting } from '../runs/evaluation/asked-data';
import { OWN, ownTask, rolloutIds } from './contexts';
import type { ModelOpener, OpenHooks } from './models';
import type { ContextChoice } from './types';

/** Longest response that a task is told of; the inspector itself knows only the model's context. */
const RESPONSE_TOKENS = 4096;

export class InspectTasks {
  private readonly made = new Map<string, Promise<Task>>();

  constructor(
    private readonly models: ModelOpener,
    private readonly symbolic: SymbolicJudge | undefined,
    private readonly python: Python | undefined,
  ) {}

  /** A task by name, of a file, or the user's own, for `model`. Throws BadInput. */
  of(model: LoadedModel, name: string, { thinking, wording }: Omit<ContextChoice, 'mode'>): Promise<Task> {
    const key = JSON.stringify([name, thinking, wording]);
    let task = this.made.get(key);
    if (!task) {
      task = this.make(model, name, thinking, wording);
      this.made.set(key, task);
      task.catch(() => this.made.delete(key));
    }
    return task;
  }

  /** Another model, or another file of the same name. */
  forget(): void {
    this.made.clear();
  }

  /** A task with all its problems held out, for an evaluation. Throws BadInput. */
  asked(model: LoadedModel, name: string, setting: AskedSetting, hooks: OpenHooks): Promise<Task> {
    const { symbolic, python } = this;
    const whole = { ...setting, model, tokenizer: model.text, symbolic, python };
    return openTask(name, whole, async (file) => (await this.models.readData?.(file, hooks, 'eval')) ?? null);
  }

  private async make(model: LoadedModel, name: string, thinking: boolean, wording: string): Promise<Task> {
    const { symbolic, python } = this;
    const setting = {
      model,
      tokenizer: model.text,
      maxNewTokens: RESPONSE_TOKENS,
      thinking,
      wording,
      symbolic,
      python,
    };
    if (name === OWN) return ownTask(setting);
    return openTask(name, setting, async (file) => (await this.models.readData?.(file)) ?? null);
  }
}

/** A prompt as text that the tokenizer turns into these ids again. */
export const promptText = (task: Task, ids: number[]): string => task.promptText?.(ids) ?? task.tokenizer.decode(ids);

/** A response's ids as a rollout has them, and what the task's judges say of it. */
export async function judged(
  task: Task,
  problem: Problem,
  response: string,
): Promise<[ids: number[], verdict: Verdict]> {
  const ids = rolloutIds(task, response);
  const [verdict] = await verdictsOn(task, [ids], () => problem);
  return [ids, verdict];
}
