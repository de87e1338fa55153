/** Steps of a model: drawn by the decoder, scored by packed batches with the question and without it. */

import { mean, sum } from '../../antisd/statistics';
import { nativeSteps } from '../../data/tasks';
import type { Tokenizer } from '../../data/types';
import { MAX_ENDS } from '../../model/net/activations';
import { generate, type SamplingOptions } from '../../model/net/generate';
import type { Policy } from '../../model/net/policy';
import type { Step, StepModel, StepScore } from './mits';

export interface StepSetting extends Pick<SamplingOptions, 'temperature' | 'topK' | 'topP' | 'seed'> {
  /** The question as the student reads it, tokens. */
  readonly prompt: readonly number[];
  /** What ends a response, and what ends a step. */
  readonly endIds: readonly number[];
  readonly stepEnds: readonly number[];
  /** Longest step. */
  readonly stepTokens: number;
}

/** Streams of a search's draws lie apart from those of training steps and evaluations. */
const SEARCH_STREAM = 0x400000;

/** Without the question a step follows on the prompt's first token alone, where models have their `<bos>` (M 3.1). */
const START = 1;

export class PolicySteps implements StepModel {
  /** Tokens that were drawn, and tokens whose probability without the question was asked for. */
  drawn = 0;
  scored = 0;

  constructor(
    private readonly policy: Policy,
    private readonly setting: StepSetting,
    private readonly signal?: AbortSignal,
  ) {}

  async propose(paths: readonly { ids: readonly number[]; count: number }[], depth: number): Promise<Step[][]> {
    this.signal?.throwIfAborted();
    const { prompt, endIds, stepEnds, stepTokens, ...sampling } = this.setting;
    const requests = paths.map(({ ids, count }) => ({ ids: [...prompt, ...ids], count }));
    const options = { ...sampling, maxNewTokens: stepTokens, endIds: [...endIds, ...stepEnds] };
    const drawn = await generate(this.policy.decoder, requests, { ...options, stream: SEARCH_STREAM + depth });
    this.policy.forget();
    const steps = drawn.map((ids): Step => ({ ids: [...ids], ended: endIds.includes(ids[ids.length - 1]) }));
    this.drawn += sum(steps.map(({ ids }) => ids.length));
    let end = 0;
    return paths.map(({ count }) => {
      end += count;
      return steps.slice(end - count, end);
    });
  }

  async score(paths: readonly { ids: readonly number[]; from: number }[]): Promise<StepScore[]> {
    const { prompt } = this.setting;
    const given = await this.after(prompt, paths);
    const alone = await this.after(prompt.slice(0, START), paths);
    return paths.map((_, i): StepScore => {
      this.scored += alone[i].logprob.length;
      return { conditional: sum(given[i].logprob), marginal: sum(alone[i].logprob), entropy: mean(given[i].entropy) };
    });
  }

  /** Columns of each path's new tokens after a prefix. */
  private async after(prefix: readonly number[], paths: readonly { ids: readonly number[]; from: number }[]) {
    this.signal?.throwIfAborted();
    const sequences = paths.map(({ ids, from }) => ({ ids: [...prefix, ...ids], from: prefix.length + from }));
    const { logprob, entropy, offsets } = await this.policy.score(this.policy.plan(sequences));
    return paths.map((_, i) => ({
      logprob: logprob.subarray(offsets[i], offsets[i + 1]),
      entropy: entropy.subarray(offsets[i], offsets[i + 1]),
    }));
  }
}

/**
 * Tokens that end a step: the words of a task with a vocabulary of its own, else what has a line end in it, the shortest
 * first, as many as the sampler takes beside the ends of a response (M delimits by a marker in the prompt; choice).
 */
export function stepEndsOf(tokenizer: Tokenizer): number[] {
  const own = nativeSteps(tokenizer);
  if (own) return own.ends.flatMap((word) => tokenizer.encode(word));
  const lines: { id: number; length: number }[] = [];
  for (let id = 0; id < tokenizer.vocabSize; id++) {
    const text = tokenizer.token(id);
    if (text.includes('\n')) lines.push({ id, length: text.length });
  }
  const shortest = lines.toSorted((a, b) => a.length - b.length || a.id - b.id);
  return shortest.slice(0, MAX_ENDS - tokenizer.endIds.length).map(({ id }) => id);
}
