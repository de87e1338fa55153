/** A model, with an adapter or without, on the device: it scores and writes responses, and grows when a text needs it. */

import { chatTemplate } from '../data/chat';
import { BadInput } from '../data/errors';
import { CHAT_TASK, nativeTask } from '../data/tasks';
import type { Gpu } from '../gpu/device';
import { OutOfMemory } from '../gpu/errors';
import { chosenFormat, rowsAtOnce } from '../library/capacity';
import type { LoadedModel } from '../library/open-model';
import type { Capacity } from '../model/net/activations';
import { generate, type SamplingOptions } from '../model/net/generate';
import type { OnLoaded } from '../model/net/parameters';
import { type LayerScores, type LayersWanted, Policy } from '../model/net/policy';
import type { Scores } from '../model/net/scores';
import type { LoraFolder } from '../model/weights/adapter';
import type { ModelOpener, OpenHooks } from './models';
import { SEARCH_ROWS } from './search/types';
import type { OpenSubject, Subject } from './types';

/** Positions of a model that was just opened, where it takes as many; and the steps in which it grows. */
const POSITIONS = 1024;
/** Keys and values of the rows that a search decodes at once, beyond the first one's. */
const CACHE_BYTES = 64 * 1024 * 1024;

export interface LoadHooks extends OpenHooks {
  /** How far the weights are, in values. */
  readonly onLoaded?: OnLoaded;
}

export class LoadedSubject {
  private constructor(
    private readonly gpu: Gpu,
    readonly subject: Subject,
    readonly model: LoadedModel,
    private readonly adapter: LoraFolder | null,
    /** null after a failure that left nothing on the device. */
    private policy: Policy | null,
    private seconds: number,
  ) {}

  /** Opens by name and loads the weights. Throws BadInput, OutOfMemory, DeviceLost; then nothing stays on the device. */
  static async open(gpu: Gpu, models: ModelOpener, subject: Subject, hooks: LoadHooks = {}): Promise<LoadedSubject> {
    const started = performance.now();
    const model = await models.open(subject.model, hooks);
    hooks.signal?.throwIfAborted();
    const adapter = subject.adapter === null ? null : await models.openLora(subject.adapter, model.config, hooks);
    const loaded = new LoadedSubject(gpu, subject, model, adapter, null, 0);
    await loaded.allocate(Math.min(model.config.maxPositions, POSITIONS), hooks);
    loaded.seconds = (performance.now() - started) / 1000;
    return loaded;
  }

  private async allocate(positions: number, hooks: LoadHooks, wanted?: number): Promise<void> {
    const { model, adapter } = this;
    const rows = wanted ?? Math.min(SEARCH_ROWS, rowsAtOnce(model.config, positions, CACHE_BYTES));
    const capacity: Capacity = {
      tokens: Math.max(positions, rows),
      targets: Math.max(positions, rows),
      positions,
      rows,
      maxNewTokens: positions,
      training: false,
      recompute: false,
      format: chosenFormat(this.subject.weightFormat, model),
      lora: adapter?.settings,
    };
    this.policy = await Policy.create(this.gpu, model.config, capacity, model, (done, total) => {
      hooks.signal?.throwIfAborted();
      hooks.onLoaded?.(done, total);
    });
    if (adapter) this.policy.setLora(adapter.packed);
  }

  /** The model with room for a sequence of this many tokens; its weights are read again where it must grow. */
  private async withRoom(tokens: number, hooks: LoadHooks): Promise<Policy> {
    const had = this.policy?.decoder.capacity.positions ?? 0;
    if (this.policy && had >= tokens) return this.policy;
    this.destroy();
    try {
      const steps = Math.ceil(tokens / POSITIONS) * POSITIONS;
      await this.allocate(Math.min(this.model.config.maxPositions, steps), hooks);
    } catch (error) {
      // The model itself may still fit: it goes on with the room that it had.
      if (had > 0 && !(error instanceof Error && error.name === 'DeviceLost'))
        await this.allocate(had, {}).catch(() => {});
      if (!(error instanceof OutOfMemory)) throw error;
      throw new OutOfMemory(
        `${tokens} tokens are too many for this adapter beside the model (${error.message}) Shorten the response, or choose a smaller weight format.`,
      );
    }
    return this.policy as unknown as Policy;
  }

  /** Throws BadInput with the numbers where a prompt and a response are longer than the model's context. */
  checkLength(what: string, prompt: number, more: number): void {
    const { maxPositions } = this.model.config;
    if (prompt + more <= maxPositions) return;
    const room = maxPositions - prompt;
    throw new BadInput(
      `${what} of ${count(prompt)} and ${count(more)} of response are ${prompt + more - maxPositions} more than the model’s context of ${maxPositions}`,
      this.model.where,
      room > 0 ? `Shorten the response to ${count(room)}, or the prompt.` : 'Shorten the prompt.',
    );
  }

  /** Scores of one response after each of the prompts, in order. Throws BadInput where a sequence is too long. */
  async score(
    prompts: readonly (readonly number[])[],
    response: readonly number[],
    options: { alternatives: boolean; withAdapter: boolean; hooks?: LoadHooks },
  ): Promise<Scores[]> {
    const { hooks = {} } = options;
    const policy = await this.withRoom(Math.max(...prompts.map((p) => p.length)) + response.length, hooks);
    const each = async () => {
      const scores: Scores[] = [];
      for (const prompt of prompts) {
        hooks.signal?.throwIfAborted();
        const batch = policy.plan([{ ids: [...prompt, ...response], from: prompt.length }]);
        scores.push(await policy.score(batch, options.alternatives));
      }
      return scores;
    };
    return this.adapted(policy, options.withAdapter, each);
  }

  /** Every layer of one response after a prompt, the first layer first; see `Policy.scoreLayers`. Throws BadInput. */
  async layers(
    prompt: readonly number[],
    response: readonly number[],
    wanted: LayersWanted,
    hooks: LoadHooks = {},
  ): Promise<LayerScores[]> {
    this.checkLength('A prompt', prompt.length, response.length);
    const policy = await this.withRoom(prompt.length + response.length, hooks);
    const layers: LayerScores[] = [];
    await policy.scoreLayers({ ids: [...prompt, ...response], from: prompt.length }, wanted, (layer) => {
      hooks.signal?.throwIfAborted();
      layers.push(layer);
    });
    return layers;
  }

  /** One response, token by token; `onTokens` may throw to end it. Throws BadInput where it does not fit the context. */
  async generate(
    prompt: readonly number[],
    options: Omit<SamplingOptions, 'endIds' | 'stream' | 'topK'> & { withAdapter: boolean; hooks?: LoadHooks },
    onTokens: (ids: readonly number[]) => void,
  ): Promise<number[]> {
    const { withAdapter, hooks = {}, ...sampling } = options;
    this.checkLength('A prompt', prompt.length, options.maxNewTokens);
    const policy = await this.withRoom(prompt.length + options.maxNewTokens, hooks);
    const work = () =>
      generate(
        policy.decoder,
        [{ ids: [...prompt], count: 1 }],
        { ...sampling, topK: 0, stream: 0, endIds: this.model.text.endIds },
        (pieces) => {
          for (const { ids } of pieces) onTokens(ids);
        },
      );
    const [response] = await this.adapted(policy, withAdapter, work);
    policy.forget();
    return [...response];
  }

  /** Work on the model with room for sequences of this many tokens, its adapter on. Throws BadInput where they are too long. */
  async use<T>(prompt: number, more: number, hooks: LoadHooks, work: (policy: Policy) => Promise<T>): Promise<T> {
    this.checkLength('A prompt', prompt, more);
    return work(await this.withRoom(prompt + more, hooks));
  }

  /** Work on the model with room for so many rows of so many tokens; afterwards it has its usual room again, when it is asked. */
  async wide<T>(
    { tokens, rows }: { readonly tokens: number; readonly rows: number },
    hooks: LoadHooks,
    work: (policy: Policy) => Promise<T>,
  ): Promise<T> {
    this.destroy();
    try {
      await this.allocate(tokens, hooks, rows);
      return await work(this.policy as unknown as Policy);
    } finally {
      this.destroy();
    }
  }

  private adapted<T>(policy: Policy, on: boolean, work: () => Promise<T>): Promise<T> {
    return on || !this.adapter ? work() : policy.withoutLora(work);
  }

  describe(): OpenSubject {
    const { model, adapter, policy, subject, seconds } = this;
    const template = chatTemplate(model.tokenizer, model.where);
    const asked = [{ role: 'user', content: '1 + 1 = ?' }] as const;
    const prompt = (thinking: boolean) => template.render(asked, { addGenerationPrompt: true, thinking });
    const memory: number[] = policy ? Object.values(policy.decoder.memory.bytes) : [];
    return {
      subject,
      family: model.config.family,
      parameters: policy?.decoder.parameters.layout.count ?? 0,
      weightFormat: chosenFormat(subject.weightFormat, model),
      bytes: memory.reduce((sum, bytes) => sum + bytes, 0),
      positions: model.config.maxPositions,
      chat: template.ofModel,
      thinks: prompt(true) !== prompt(false),
      task: (nativeTask(model.text) ?? CHAT_TASK).name,
      adapter: adapter && { rank: adapter.settings.rank, targets: adapter.settings.targets },
      seconds,
      ...(model.tokenizerWarning === undefined ? {} : { warning: model.tokenizerWarning }),
    };
  }

  destroy(): void {
    this.policy?.destroy();
    this.policy = null;
  }
}

const count = (tokens: number): string => `${tokens} token${tokens === 1 ? '' : 's'}`;
