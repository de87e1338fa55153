/** `eval`: avg@k, pass@k and maj@k of a model on held-out problems, and on benchmarks. */

import { evaluate } from '../antisd/evaluate';
import { measureSignature } from '../antisd/signature';
import { usualTokens } from '../data/tasks';
import { defineCommand, EXIT } from './command';
import { evaluateOnData } from './eval-data';
import { EVAL_FLAGS } from './eval-flags';
import { modelOf, openPolicy, taskNamed } from './inspect';
import { print } from './output';
import { loadTask } from './places';

export const evaluation = defineCommand({
  name: 'eval',
  summary: 'avg@k, pass@k and maj@k on held-out problems and benchmarks',
  details:
    'With --data every problem is asked, and the folder gets evaluation.json, events.jsonl, results.json (as lm-evaluation-harness\n' +
    'writes them, with intervals) and samples_NAME.jsonl. A kill loses a batch at most; --resume goes on to the same bytes.',
  flags: EVAL_FLAGS,
  async run(flags) {
    if (flags.data !== undefined || flags.resume !== undefined) return evaluateOnData(flags);
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
