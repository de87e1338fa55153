/** Stored runs compared and shown again in a real browser, without a GPU. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { eventLine } from '../../src/runs/event-lines';
import type { RunEvent } from '../../src/runs/events';
import { DEFAULT_CONFIG } from '../../src/settings/config';
import { fakeRunEvents } from '../report/fake-runs';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';
import { fakeSignals } from '../ui/fake-events';

const real = realPage();
let lab: LabPage;
afterEach(() => lab?.close());

const STEPS = 40;
const RUNS = (['grpo', 'antisd'] as const).map((arm, i) => {
  const config = { ...DEFAULT_CONFIG, arm, steps: STEPS };
  const events = fakeRunEvents({ arm, steps: STEPS, takesOff: arm === 'grpo' ? 30 : 12 });
  const told = events.flatMap((event): RunEvent[] =>
    event.type === 'step' ? [fakeSignals(event.step, 2), event] : [event],
  );
  return {
    id: `2026-01-0${i + 1}T00-00-00-000Z-${arm}`,
    config: JSON.stringify(config),
    log: told.map(eventLine).join(''),
  };
});

/** What eval --data writes of one problem, right once of two. */
const half = { value: 0.5, low: 0, high: 1 };
const EVALUATION = JSON.stringify({
  model_name: 'nano',
  antisd_lab: {
    ...{ version: '0', complete: true },
    settings: { samples: 2, temperature: 0.7, topP: 0.95, maxNewTokens: 9, seed: 0, adapter: null },
    datasets: {
      a: {
        ...{
          name: 'aime-2025',
          pinned: 'a/b@1',
          leftOut: null,
          avg: half,
          pass: [{ k: 1, ...half }],
          maj: [],
          overlap: null,
        },
        problems: [{ problem: 'p', avg: half, maj: 0, right: 1, truncated: 0, unanswered: 1 }],
        ...{ samples: 2, tokens: 9, truncated: 0, unanswered: 1, cutWithoutAnswer: 0 },
      },
    },
  },
});

test('runs are compared, taken along, shown again and gone through without a GPU', async () => {
  lab = await LabPage.open(real.browser, real.site.url, '#compare');
  const { page } = lab;
  await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));
  await page.evaluate(async (runs) => {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs', { create: true });
    for (const { id, config, log } of runs) {
      const folder = await root.getDirectoryHandle(id, { create: true });
      for (const [name, text] of [
        ['config.json', config],
        ['events.jsonl', log],
      ]) {
        const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
        await file.write(text);
        await file.close();
      }
    }
  }, RUNS);
  await page.reload();
  await lab.click('All');
  await page.getByRole('img', { name: /Held-out accuracy/ }).waitFor();
  const results = page.getByRole('region', { name: 'Results', exact: true });
  expect(await results.getByRole('row').allTextContents()).toEqual([
    expect.stringContaining('speed-up'),
    expect.stringMatching(/^antisd0/),
    expect.stringMatching(/^grpo0/),
  ]);
  const [saved] = await Promise.all([page.waitForEvent('download'), lab.click('HTML report')]);
  const html = readFileSync((await saved.path()) as string, 'utf8');
  expect(html).toContain('To the best of grpo');
  expect(html).not.toContain('<script');
  const [picture] = await Promise.all([page.waitForEvent('download'), lab.click(/Held-out accuracy.* as PNG/)]);
  expect(
    readFileSync((await picture.path()) as string)
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');

  // An evaluation's folder, from files: its own tables, beside the runs'.
  const chosen = page.locator('input[type=file]').last();
  await chosen.setInputFiles({ name: 'results.json', mimeType: 'application/json', buffer: Buffer.from(EVALUATION) });
  const evaluations = page.getByRole('region', { name: 'Evaluations', exact: true });
  expect(await evaluations.getByRole('row').last().textContent()).toMatch(/^aime-2025nanoevaluation1\.500/);

  await page.getByRole('link', { name: 'Train' }).click();
  await page.getByText('Diagnostics and stored runs').click();
  await lab.click(/^Star antisd/);
  await lab.until('a star', async () => (await lab.button(/^Star antisd/).getAttribute('aria-pressed')) === 'true');
  await lab.click(/^Replay antisd/);
  await lab.click('To the end');
  await lab.until('the end', async () => (await lab.stepsDone()) === STEPS);
  await page.getByRole('combobox', { name: 'Go to' }).selectOption({ label: await praised() });
  await lab.until('a token’s numbers', async () => (await lab.scored.count()) > 10);
  await page.getByRole('slider', { name: 'Step of the replay' }).fill('4');
  await lab.until('step 5', async () => (await lab.stepsDone()) === 5);
  expect(lab.strangers).toEqual([]);
});

const praised = async (): Promise<string> =>
  (await lab.page.getByRole('combobox', { name: 'Go to' }).locator('option').allTextContents()).find((text) =>
    text.includes('praised'),
  ) as string;
