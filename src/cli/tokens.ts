/** `tokens`: the token table of a model, the most shortcut and the most deliberation tokens by mean u. */

import { computeAdvantages, NO_REFERENCES } from '../antisd/advantages';
import { resolveMethod } from '../antisd/arms';
import { TokenTable } from '../antisd/measures';
import { rowsOf } from '../antisd/signals';
import { hintsOf, judge, sample, score } from '../antisd/step';
import { usualTokens } from '../data/tasks';
import { TOKEN_METRICS } from '../runs/metrics';
import { parseTrainConfig } from '../settings/config';
import { defineCommand, EXIT } from './command';
import { MODEL_FLAGS, modelOf, openPolicy, taskNamed } from './inspect';
import { print } from './output';
import { loadTask } from './places';

export const tokens = defineCommand({
  name: 'tokens',
  summary: 'the token table: shortcut and deliberation tokens by mean u',
  details:
    'Sampled and scored at temperature 1. A token after "no" is counted apart ("no So", "no Wait"): there the model\n' +
    'chooses to go on or to give up.',
  flags: {
    ...MODEL_FLAGS,
    task: { kind: 'text', doc: 'task, or a file of problems [the model’s own]' },
    method: { kind: 'text', doc: 'arm whose term is shown', default: 'antisd-paper' },
    problems: { kind: 'integer', doc: 'training problems', default: 64, min: 1 },
    samples: { kind: 'integer', doc: 'rollouts a problem', default: 8, min: 2 },
    'min-depth': { kind: 'integer', doc: 'least depth; absent: as the task says', min: 1, max: 15 },
    'max-new-tokens': { kind: 'integer', doc: 'longest response [the task’s]', min: 1 },
    'at-least': { kind: 'integer', doc: 'leave out tokens that occur less often', default: 10, min: 1 },
    seed: { kind: 'integer', doc: 'seed of problems and sampling', default: 0, min: 0 },
    json: { kind: 'boolean', doc: 'print the rows as JSON' },
  },
  async run(flags) {
    const model = await modelOf(flags);
    const maxNewTokens = flags['max-new-tokens'] ?? usualTokens(taskNamed(flags));
    const task = await loadTask(taskNamed(flags), model, { maxNewTokens, thinking: false });
    const method = resolveMethod(parseTrainConfig({ arm: flags.method }, '--method'));
    const samples = flags.samples ?? 8;
    const seed = flags.seed ?? 0;
    const count = flags.problems ?? 64;
    const rows = Math.min(256, count * samples);
    const policy = await openPolicy(model, { rows, tokens: 8192, maxNewTokens }, flags);
    const problems = task.generate({ split: 'train', count, seed, minDepth: flags['min-depth'] ?? null });
    const sampling = { group: samples, temperature: 1, topK: 0, topP: 1, maxNewTokens, seed, stream: 0 };
    const sampled = await sample(policy, task, problems, sampling);
    const judging = { group: samples, ...hintsOf(method), wrongShare: 0, seed: [seed, 0] };
    const rollouts = await judge(task, sampled, judging);
    const { signals } = await score({ policy, task, alternatives: false }, rollouts, sampling);
    const rewarded = rollouts.map((r) => ({ reward: r.verdict.reward, groupAdvantage: 0 }));
    computeAdvantages(signals, rewarded, method, method.lambda, NO_REFERENCES);
    const table = new TokenTable();
    for (const row of rowsOf(signals))
      table.add(
        Array.from(row.ids, (id) => task.tokenizer.token(id)),
        row,
      );
    const list = table.list().filter((row) => row.count >= (flags['at-least'] ?? 10));
    print(flags.json ? `${JSON.stringify(list)}\n` : asText(list));
    return EXIT.done;
  },
});

function asText(rows: ReturnType<TokenTable['list']>): string {
  const line = (a: string, b: string, c: string, d: string, e: string) =>
    `${a.padEnd(12)}${b.padStart(8)}${c.padStart(10)}${d.padStart(10)}${e.padStart(9)}\n`;
  const body = rows.map((r) =>
    line(r.token, String(r.count), r.meanU.toFixed(3), r.meanTerm.toFixed(3), `${(100 * r.share).toFixed(1)} %`),
  );
  const { token, count, meanU, meanTerm, share } = TOKEN_METRICS;
  return line(token.label, count.label, meanU.label, meanTerm.label, share.label) + body.join('');
}
