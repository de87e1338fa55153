import { expect, test } from 'vitest';
import { memoryBytes } from '../../src/data/bytes';
import { datasetOf, wholeWeights } from '../../src/data/mixture';
import type { Problem } from '../../src/data/types';
import { oneFile } from '../../src/library/data-files';
import { openModel } from '../../src/library/open-model';
import { openTask } from '../../src/library/open-task';
import { mixtureOf } from '../../src/library/task-names';
import { utf8 } from '../setup/checkpoints';
import { diskFolder, fixturePath } from '../setup/fixtures';

const rows = (n: number, what: string) =>
  Array.from({ length: n }, (_, i) => JSON.stringify({ question: `${what} ${i}?`, answer: String(i) })).join('\n');

async function mixture(name: string) {
  const model = await openModel(diskFolder(fixturePath('tiny-chat')));
  const setting = { model, tokenizer: model.text, maxNewTokens: 64, thinking: false };
  const texts: Record<string, string> = { 'a.jsonl': rows(40, 'apples'), 'b.jsonl': rows(9, 'bees') };
  return openTask(name, setting, async (file) =>
    texts[file] ? oneFile(memoryBytes(utf8(texts[file]), file), file) : null,
  );
}

test('a mixture keeps its weights in every block, and problem k is the same however the stream is cut', async () => {
  const task = await mixture('a.jsonl:2,b.jsonl:0.5');
  expect(task).toMatchObject({ datasets: ['a.jsonl', 'b.jsonl'], pinned: 'a.jsonl:2,b.jsonl:0.5' });
  const query = { split: 'train', seed: 7, minDepth: null } as const;
  const all = task.generate({ ...query, count: 200 });
  expect(all).toHaveLength(200);
  for (let from = 0; from < 200; from += 5)
    expect(all.slice(from, from + 5).filter((p) => datasetOf(p) === 'b.jsonl')).toHaveLength(1);
  for (const [first, count] of [
    [0, 1],
    [3, 8],
    [97, 40],
    [199, 1],
  ] as const)
    expect(task.generate({ ...query, first, count })).toEqual(all.slice(first, first + count));
  expect(task.generate({ ...query, seed: 8, count: 200 })).not.toEqual(all);
  // Each dataset's own stream, in order: a pass over it before anything comes again.
  const bees = all.filter((p) => datasetOf(p) === 'b.jsonl').map(({ question }) => question);
  const alone = (await mixture('b.jsonl')).generate({ ...query, count: bees.length });
  expect(bees).toEqual(alone.map(({ question }) => question));
});

test('each problem has the prompts and the judge of its own task; held-out problems come once', async () => {
  const task = await mixture('countdown,word-problems:3');
  const held = task.generate({ split: 'heldout', count: 40, seed: 0, minDepth: null });
  expect(new Set(held.map(({ id }) => id)).size).toBe(40);
  for (const problem of held.slice(0, 8)) {
    const solved = [...task.tokenizer.encode(problem.solution as string), task.tokenizer.eosId];
    expect(task.verify(problem, solved).reward).toBe(1);
  }
  const few = await mixture('a.jsonl,b.jsonl');
  const own = few.generate({ split: 'heldout', count: 1000, seed: 0, minDepth: null });
  expect(new Set(own.map(({ id }: Problem) => id)).size).toBe(own.length);
});

test('weights are whole numbers without a common factor; what is none, or comes twice, is refused', async () => {
  expect(wholeWeights([2, 0.5], 'x')).toEqual([4, 1]);
  expect(wholeWeights([0.333, 0.667], 'x')).toEqual([333, 667]);
  expect(() => wholeWeights([1, 0], 'x')).toThrow(/above 0/);
  expect(() => wholeWeights([1, 0.0001], 'x')).toThrow(/three decimals/);
  expect(() => wholeWeights([1000, 0.001], 'x')).toThrow(/far apart/);
  await expect(mixture('a.jsonl,a.jsonl:2')).rejects.toThrow(/named twice/);
});

test('what is a mixture, and what only has a comma or a colon in its name', () => {
  expect(mixtureOf('openai/gsm8k:main/train:2,aime-2025')).toEqual([
    { name: 'openai/gsm8k:main/train', weight: 2 },
    { name: 'aime-2025', weight: 1 },
  ]);
  for (const name of ['two-cards', 'a.jsonl:2', 'dropped:my,file.jsonl', 'openai/gsm8k:main'])
    expect(mixtureOf(name)).toBeNull();
});
