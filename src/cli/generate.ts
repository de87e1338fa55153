/** `generate`: stream a rollout of a prompt or of a held-out problem. */
import { generate as sampleResponses } from '../model/generate';
import { defineCommand, EXIT } from './command';
import { openPolicy } from './inspect';
import { loadTask } from './places';

export const generate = defineCommand({
  name: 'generate',
  summary: 'stream a response to a prompt, or to a held-out problem',
  flags: {
    model: { kind: 'text', doc: 'model folder', default: 'nano', placeholder: 'DIR' },
    prompt: { kind: 'text', doc: 'prompt text; without it, a held-out problem of the task' },
    task: { kind: 'text', doc: 'task of the problem', default: 'two-cards' },
    problem: { kind: 'integer', doc: 'index of the held-out problem', default: 0, min: 0 },
    'min-depth': { kind: 'integer', doc: 'least depth of the problem', default: 5, min: 1, max: 15 },
    'max-new-tokens': { kind: 'integer', doc: 'longest response', default: 83, min: 1 },
    temperature: { kind: 'number', doc: '0 takes the most likely token', default: 1, min: 0 },
    'top-p': { kind: 'number', doc: 'nucleus; 1 is off', default: 1, min: 0.01, max: 1 },
    'top-k': { kind: 'integer', doc: '0 is off', default: 0, min: 0 },
    seed: { kind: 'integer', doc: 'same seed, same response', default: 0, min: 0 },
  },
  async run(flags) {
    const task = await loadTask(flags.task ?? 'two-cards');
    const [problem] = task.generate({
      split: 'heldout',
      count: 1,
      seed: 0,
      minDepth: flags['min-depth'] ?? 5,
      first: flags.problem ?? 0,
    });
    const maxNewTokens = flags['max-new-tokens'] ?? 83;
    const { policy, model } = await openPolicy(flags.model ?? 'nano', { maxNewTokens });
    const ids = flags.prompt ? model.text.encode(flags.prompt) : task.studentPrompt(problem);
    process.stderr.write(`${model.text.decode(ids)}\n`);
    const options = {
      temperature: flags.temperature ?? 1,
      topK: flags['top-k'] ?? 0,
      topP: flags['top-p'] ?? 1,
      maxNewTokens,
      eosId: model.text.eosId,
      seed: flags.seed ?? 0,
      stream: 0,
    };
    const [response] = await sampleResponses(policy.decoder, [{ ids, count: 1 }], options, (pieces) => {
      for (const piece of pieces) process.stdout.write(piece.ids.map((id) => `${model.text.token(id)} `).join(''));
    });
    process.stdout.write('\n');
    if (!flags.prompt) process.stderr.write(`${task.verify(problem, response).reason}\n`);
    return EXIT.done;
  },
});
