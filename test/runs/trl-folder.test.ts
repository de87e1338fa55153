/** The folder for TRL: what is in it, what of a configuration it says, and what is refused by name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARM_NAMES } from '../../src/antisd/arms';
import { NATIVE_TASK } from '../../src/data/tasks';
import { recipeFolder, trlFolder } from '../../src/runs/trl/folder';
import { RECIPES, recipeOf } from '../../src/runs/trl/recipes';
import type { trlRun } from '../../src/runs/trl/run-json';
import { parseTrainConfig } from '../../src/settings/config';

const TEMPLATES = join(import.meta.dirname, '../../trl');
const { task } = NATIVE_TASK;
const model = { files: new Map([['config.json', new TextEncoder().encode('{}')]]) };
const folder = (settings: object) => trlFolder(parseTrainConfig(settings), task, model);
const text = (files: ReturnType<typeof folder>, name: string) => new TextDecoder().decode(files.get(name));
const runOf = (files: ReturnType<typeof folder>) => JSON.parse(text(files, 'run.json')) as ReturnType<typeof trlRun>;

it('has every template as it is, and a trainer of less than 250 lines', () => {
  const names = (readdirSync(TEMPLATES, { recursive: true }) as string[]).filter((name) => /\.\w+$/.test(name));
  const files = folder({});
  for (const name of names.filter((n) => !n.includes('__pycache__')))
    expect(text(files, name), name).toBe(readFileSync(join(TEMPLATES, name), 'utf8'));
  expect(text(files, 'antisd_trainer.py').split('\n').length).toBeLessThan(250);
  expect([...files.keys()].filter((name) => !names.includes(name)).sort()).toEqual([
    'held-out.jsonl',
    'model/config.json',
    'problems.jsonl',
    'run.json',
  ]);
});

it('asks the problems that the run asks, in its order', () => {
  const rows = text(folder({ steps: 3, problems: 2, seed: 5 }), 'problems.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const asked = [0, 1, 2].flatMap((step) =>
    task.generate({ split: 'train', count: 2, seed: 5, minDepth: null, first: 2 * step }),
  );
  expect(rows.map(({ id }) => id)).toEqual(asked.map(({ id }) => id));
  expect(rows[0]).toEqual({
    ...{ id: asked[0].id, question: asked[0].question, solution: asked[0].solution, answer: asked[0].answer },
    ...{ cards: asked[0].facts.cards, target: asked[0].facts.target },
  });
});

it('says the settings in TRL’s words', () => {
  const settings = { steps: 50, problems: 6, group: 8, updates: 2, evalEvery: 10, checkpointEvery: 5, seed: 4 };
  const run = runOf(folder({ ...settings, aggregation: 'dr-grpo', advantageStd: false, klCoefficient: 0.1 }));
  expect(run.trl).toMatchObject({
    ...{ num_generations: 8, max_steps: 100, num_iterations: 2, eval_steps: 20, save_steps: 10, seed: 4, beta: 0.1 },
    ...{ loss_type: 'dr_grpo', scale_rewards: 'none', learning_rate: 2e-4, adam_beta2: 0.95, bf16: false },
  });
  expect(run).toMatchObject({ rollouts: 48, lora: null, model: { folder: 'model' }, task: { kind: 'two-cards' } });
  expect(run.method.std).toBeNull();
  expect(runOf(folder({ evalEvery: 0 }))).toMatchObject({ heldOut: null, trl: { eval_strategy: 'no' } });
  const hub = trlFolder(parseTrainConfig({ loraRank: 4 }), task, { name: 'org/model@0123456789ab' });
  expect(runOf(hub)).toMatchObject({ model: { name: 'org/model', revision: '0123456789ab' }, lora: { r: 4 } });
});

describe('the methods', () => {
  const elsewhere = ['opsd', 'sdpo', 'rlcsd', 'process', 'grpo-process', 'antisd-process'];

  it.each(ARM_NAMES.filter((arm) => !elsewhere.includes(arm)))('%s goes out as its switches', (arm) => {
    const { method } = runOf(folder({ arm }));
    expect(method).toMatchObject({ divergence: expect.any(String), gate: { kind: expect.any(String) }, std: 'sample' });
    expect(method.evidence).not.toBe('contrast');
  });

  it.each<{ settings: object; words: RegExp }>([
    ...elsewhere.map((arm) => ({ settings: { arm }, words: /export for TRL/ })),
    { settings: { scoreTemperature: 0.5 }, words: /scoreTemperature/ },
    { settings: { decayAll: true, weightDecay: 0.1 }, words: /decayAll/ },
    { settings: { task: 'stories' }, words: /stories has prompts and a judge of its own/ },
    { settings: { task: 'word-problems:2,countdown' }, words: /countdown is judged by a rule of its own/ },
    { settings: { task: 'countdown' }, words: /countdown is judged by a rule of its own/ },
  ])('$settings is refused', ({ settings, words }) => {
    expect(() => folder(settings)).toThrow(words);
  });
});

describe('recipes', () => {
  it.each(Object.keys(RECIPES))('%s goes out with each of the paper’s methods', (name) => {
    for (const arm of ['grpo', 'sd', 'antisd-paper', 'antisd-code'] as const) {
      const run = runOf(recipeFolder(recipeOf(name), parseTrainConfig({ ...recipeOf(name).settings, arm })));
      expect(run).toMatchObject({
        model: { name: 'Qwen/Qwen3-4B-Instruct-2507' },
        ...{ data: { hub: expect.stringContaining('DAPO-Math-17k') }, rollouts: 256, heldOut: null },
        trl: { learning_rate: 1e-6, max_steps: 200, num_generations: 8, max_completion_length: 16_384 },
        ...{ method: { context: 'sibling' }, config: { arm } },
      });
    }
  });

  it('an unknown one is refused with the nearest', () => {
    expect(() => recipeOf('qwen3-4b-dap')).toThrow('Did you mean "qwen3-4b-dapo"?');
  });
});
