/** `eval`: avg@k and pass@k of a model on held-out problems. */

import { evaluate } from '../antisd/evaluate';
import { measureSignature } from '../antisd/signature';
import { usualTokens } from '../data/tasks';
import { defineCommand, EXIT } from './command';
import { MODEL_FLAGS, modelOf, openPolicy, taskNamed } from './inspect';
import { print } from './output';
import { loadTask } from './places';

export const evaluation = defineCommand({
  name: 'eval',
  summary: 'avg@k and pass@k on held-out problems',
  flags: {
    ...MODEL_FLAGS,
    task: { kind: 'text', doc: 'task, or a file of problems [the model’s own]' },
    problems: { kind: 'integer', doc: 'held-out problems', default: 128, min: 1 },
    samples: { kind: 'integer', doc: 'samples a problem: k', default: 8, min: 1 },
    'min-depth': { kind: 'integer', doc: 'least depth; absent: as the task says', min: 1, max: 15 },
    temperature: { kind: 'number', doc: '0 takes the most likely token', default: 1, min: 0 },
    'top-p': { kind: 'number', doc: 'nucleus; 1 is off', default: 1, min: 0.01, max: 1 },
    'max-new-tokens': { kind: 'integer', doc: 'longest response', default: 83, min: 1 },
    thinking: { kind: 'boolean', doc: 'let a model that can think do so' },
    seed: { kind: 'integer', doc: 'seed of sampling', default: 0, min: 0 },
    signature: {
      kind: 'boolean',
      doc: 'also: accuracy with the hint; at temperature 1 the probability of going on, and the accuracy of the forced scan',
    },
  },
  async run(flags) {
    const problems = flags.problems ?? 128;
    const samples = flags.samples ?? 8;
    const maxNewTokens = flags['max-new-tokens'] ?? usualTokens(taskNamed(flags));
    const model = await modelOf(flags);
    const task = await loadTask(taskNamed(flags), model, { maxNewTokens, thinking: flags.thinking });
    const rows = Math.min(256, problems * samples);
    const policy = await openPolicy(model, { rows, tokens: 2048, maxNewTokens }, flags);
    const options = {
      problems,
      samples,
      minDepth: flags['min-depth'] ?? null,
      temperature: flags.temperature ?? 1,
      topP: flags['top-p'] ?? 1,
      topK: 0,
      maxNewTokens,
      seed: flags.seed ?? 0,
    };
    const { figures } = await evaluate(policy, task, options);
    const signature = flags.signature ? await measureSignature(policy, task, options) : {};
    print(`${JSON.stringify({ ...figures, ...signature })}\n`);
    return EXIT.done;
  },
});
