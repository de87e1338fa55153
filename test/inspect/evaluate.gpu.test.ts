/** An evaluation from the page: stopped in the middle and gone on with, it is what it would have been; as the command line's. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ListedEvaluation } from '../../src/engine/protocol';
import { diskFiles } from '../../src/host/files.node';
import { testDevice } from '../setup/gpu';
import { onModel, testPage } from '../setup/inspect';

const device = testDevice();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-evaluate-'));
});
afterEach(() => rm(folder, { recursive: true, maxRetries: 10 }));

const ASKED = {
  ...{ data: 'two-cards', problems: 3, samples: 200, temperature: 1, topP: 1, maxNewTokens: 4 },
  ...{ wording: 'standard', thinking: false, seed: 3 },
};

const written = (id: string) =>
  Promise.all(['results.json', 'samples_two-cards.jsonl'].map((name) => readFile(join(folder, id, name), 'utf8')));

it('a stopped evaluation is listed as unfinished and goes on to the same bytes; another model is refused', async () => {
  const page = testPage(() => device.gpu, {
    evaluationsFolder: async () => diskFiles(folder),
    evaluationFolder: async (id) => diskFiles(join(folder, id)),
  });
  await page.ask({ type: 'load', subject: onModel('nano'), slot: 'main' });
  const [whole] = await page.ask({ type: 'evaluate', evaluation: ASKED });
  expect(whole.evaluation).toMatchObject({ complete: true, model: 'nano', settings: { samples: 200 } });
  expect(whole.evaluation?.datasets[0].problems).toHaveLength(3);
  // A problem a batch: after the first one it is stopped.
  page.react = (message) => {
    if (message.type !== 'part') return;
    page.react = () => {};
    void page.cancel();
  };
  const [stopped, other] = await page.ask({ type: 'evaluate', evaluation: ASKED });
  expect(other.id).toBe(whole.id);
  const done = (one: ListedEvaluation) => [one.evaluation?.complete, one.evaluation?.datasets[0].problems.length];
  expect([stopped.open, ...done(stopped)]).toEqual([false, false, 1]);
  const resume = { type: 'evaluate', evaluation: { resume: stopped.id } } as const;
  const [finished] = await page.ask(resume);
  expect(done(finished)).toEqual([true, 3]);
  expect(await written(stopped.id)).toEqual(await written(whole.id));
  // What was open serves as before.
  const generated = page.ask({
    type: 'generate',
    prompt: '<bos> 4',
    temperature: 0,
    topP: 1,
    maxNewTokens: 2,
    seed: 0,
  });
  expect((await generated).tokens).toBeGreaterThan(0);
  await page.ask({ type: 'load', subject: { ...onModel('nano'), weightFormat: 'bf16' }, slot: 'main' });
  await expect(page.ask(resume)).rejects.toMatchObject({ message: expect.stringMatching(/evaluation is of nano/) });
  expect(await page.ask({ type: 'delete-evaluation', evaluation: stopped.id })).toHaveLength(1);
  await page.ask({ type: 'unload', slot: 'main' });
});
