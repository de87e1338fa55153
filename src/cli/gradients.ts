/** `gradients`: gradients of Σ w · logprob for every parameter, for checks against other frameworks. */
import { largest } from '../antisd/statistics';
import { BadInput } from '../data/errors';
import { writeSafetensors } from '../model/weights/safetensors';
import { defineCommand, EXIT } from './command';
import { MODEL_FLAGS, modelOf, openPolicy, readJsonFile, readTokenLists } from './inspect';
import { writeResult } from './places';

export const gradients = defineCommand({
  name: 'gradients',
  summary: 'gradients of Σ w · logprob for every parameter, as safetensors',
  details:
    'FILE of --tokens: {"tokens": int[][]}; of --weights: {"weights": number[][]} of the same shape (the first of each list is not used).',
  flags: {
    model: MODEL_FLAGS.model,
    tokens: { kind: 'text', doc: 'file of token ids', required: true, placeholder: 'FILE' },
    weights: { kind: 'text', doc: 'file of weights', required: true, placeholder: 'FILE' },
    out: {
      kind: 'text',
      doc: 'where the gradients go: Hugging Face names, f32',
      required: true,
      placeholder: 'FILE.safetensors',
    },
  },
  async run(flags) {
    const lists = await readTokenLists(flags.tokens as string);
    const { weights } = ((await readJsonFile(flags.weights as string)) ?? {}) as { weights?: unknown };
    const fits =
      Array.isArray(weights) &&
      weights.length === lists.length &&
      weights.every(
        (row, i) => Array.isArray(row) && row.length === lists[i].length && row.every((w) => Number.isFinite(w)),
      );
    if (!fits)
      throw new BadInput(
        'The weights do not fit the tokens',
        flags.weights as string,
        'Write {"weights": number[][]} with one finite number per token id.',
      );
    const tokens = Math.min(
      8192,
      lists.reduce((n, l) => n + l.length, 0),
    );
    const policy = await openPolicy(await modelOf(flags), {
      tokens,
      positions: largest(lists.map((l) => l.length)),
      training: true,
    });
    const flat = Float32Array.from((weights as number[][]).flatMap((row) => row.slice(1)));
    policy.zeroGradients();
    policy.accumulate(policy.plan(lists.map((ids) => ({ ids, from: 1 }))), flat);
    await writeResult(flags.out as string, writeSafetensors(await policy.gradients()));
    return EXIT.done;
  },
});
