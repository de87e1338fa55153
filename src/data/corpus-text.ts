import type { SupervisedExample } from './types';

/** A supervised example in the making: ids and loss mask that grow together. No loss on the prompt. */
export class CorpusText {
  private readonly ids: number[];
  private readonly lossMask: number[];

  constructor(prompt: readonly number[]) {
    this.ids = [...prompt];
    this.lossMask = prompt.map(() => 0);
  }

  write(ids: readonly number[], loss: 0 | 1 = 1): this {
    this.ids.push(...ids);
    for (let i = 0; i < ids.length; i++) this.lossMask.push(loss);
    return this;
  }

  example(): SupervisedExample {
    return { ids: this.ids, lossMask: this.lossMask };
  }
}
