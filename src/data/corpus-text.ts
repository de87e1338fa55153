import type { SupervisedExample } from './types';

/** What a supervised example is to answer, in the making: ids and loss mask that grow together. */
export class CorpusText {
  private readonly ids: number[] = [];
  private readonly lossMask: number[] = [];

  write(ids: readonly number[], loss: 0 | 1 = 1): this {
    this.ids.push(...ids);
    for (let i = 0; i < ids.length; i++) this.lossMask.push(loss);
    return this;
  }

  /** Behind a prompt, which has no loss. */
  after(prompt: readonly number[]): SupervisedExample {
    return { ids: [...prompt, ...this.ids], lossMask: [...prompt.map(() => 0), ...this.lossMask] };
  }
}
