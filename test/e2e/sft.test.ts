/** Supervised runs in the page: one's own model and examples, the preview, losses and answers, the adapter, the link. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { fixturePath } from '../setup/fixtures';
import { expectQuietLooks } from '../setup/looks';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';

/** Three updates or so of the tiny chat model. */
const SMALL = '?kind=sft&loraRank=4&learningRate=0.01&warmupSteps=0&evalEvery=2&samples=1&sampleTokens=8';

const real = realPage();
let lab: LabPage;

afterEach(() => lab?.close());

const openLab = async (query: string, options = {}) => {
  lab = await LabPage.open(real.browser, real.site.url, query, options);
};
const text = (words: string | RegExp) => lab.page.getByText(words);
/** As the page has it: what the browser's driver knows of it may lag behind. */
const query = () => lab.page.evaluate(() => location.search);
const region = (name: string) => lab.page.getByRole('region', { name });
const losses = () => region('Losses of the batch').locator('span[data-learnt="true"]');

/** The tiny chat model and its examples, chosen as from this computer. */
async function chooseOwn(): Promise<void> {
  await lab.page.locator('input[webkitdirectory]').first().setInputFiles(fixturePath('tiny-chat'));
  await lab.page.locator('input[accept*=".jsonl"]').setInputFiles(fixturePath('tiny-chat/conversations.jsonl'));
}

test('one’s own model learns one’s own examples; losses, answers and the adapter', async () => {
  await openLab(SMALL);
  await chooseOwn();
  const preview = region('Data preview');
  await lab.until('the preview', () => preview.getByText(/\d+ examples to learn from, [\d,]+ tokens/).isVisible());
  expect(await preview.getByText('The first example, in the model’s chat template').isVisible()).toBe(true);
  const learnt = await preview.locator('span[data-learnt="true"]').allTextContents();
  expect(learnt.join('')).toMatch(/^\\boxed\{\d+\}<\|im_end\|>$/);
  expect(await preview.getByText('3 updates in all: too few to learn much.').isVisible()).toBe(true);
  await lab.click('Start');
  await lab.until('the end', async () => (await lab.stepsDone()) === 3 && (await lab.button('Start').isEnabled()));

  expect(await losses().count()).toBeGreaterThan(20);
  const tints = await losses().evaluateAll((spans) => spans.map((s) => Number((s as HTMLElement).dataset.tint)));
  expect(Math.max(...tints)).toBeGreaterThan(0);
  await losses().first().focus();
  await lab.until('the numbers of a token', () => text(/−log p = [\d.]+ nats/).isVisible());

  const answers = region('Before and after');
  expect(await answers.getByText('after update 3').count()).toBe(1);
  expect(await answers.getByText(/^\\boxed\{\d+\}$/).count()).toBeGreaterThan(0); // what the data say
  await lab.button('As table').click();
  const rows = region('Figures by update').locator('tbody tr');
  expect(await rows.count()).toBe(3);
  const loss = (await rows.locator('td:nth-child(3)').allTextContents()).map(Number);
  expect(loss[0]).toBeLessThan(loss[2]); // newest first

  expect(await region('Next').getByText('PeftModel.from_pretrained').isVisible()).toBe(true);
  const [archive] = await Promise.all([lab.page.waitForEvent('download'), lab.click('Download the adapter')]);
  expect(archive.suggestedFilename()).toBe('antisd-adapter.zip');
  const zip = readFileSync(await archive.path());
  for (const name of ['adapter_config.json', 'adapter_model.safetensors']) expect(zip.includes(name)).toBe(true);

  await text('Diagnostics and stored runs').click();
  await lab.page
    .getByRole('button', { name: /^Replay sft on .*conversations\.jsonl/ })
    .first()
    .click();
  await lab.until('the replay', () => lab.page.getByText('stored run', { exact: true }).isVisible());
  await lab.until('its end', () => answers.getByText('after update 3').isVisible());
  expect(lab.strangers).toEqual([]);
});

test('a link opens the form of supervised runs; a recorded one plays; the switch leads back', async () => {
  await openLab('?kind=sft&epochs=7', { recorded: true });
  expect(await lab.page.getByRole('radio', { name: 'Supervised' }).isChecked()).toBe(true);
  expect(await lab.page.getByRole('textbox', { name: 'Epochs' }).inputValue()).toBe('7');
  await lab.until('the recorded run', async () => (await losses().count()) > 50);
  await lab.page.getByRole('textbox', { name: 'Examples an update' }).fill('4');
  expect(await query()).toBe('?kind=sft&epochs=7&batch=4');
  await lab.page.getByRole('textbox', { name: 'Examples an update' }).fill('0');
  await lab.until('a word on it', () => text('must be a whole number from 1 to 1024, got 0').isVisible());
  expect(await lab.button('Start').isDisabled()).toBe(true);
  await lab.page.getByRole('radio', { name: 'Reinforcement' }).check();
  expect(await query()).toBe('');
  await lab.until('rollouts', async () => (await lab.scored.count()) > 50);
  await lab.page.getByRole('radio', { name: 'Supervised' }).check();
  expect(await lab.page.getByRole('textbox', { name: 'Epochs' }).inputValue()).toBe('7'); // the form is kept
});

test('data that nano cannot read are refused before a run is begun, with the reason', async () => {
  await openLab('?kind=sft&data=word-problems');
  await lab.until('the reason', () => text(/none can be learnt from.*not in the vocabulary/).isVisible());
});

test('axe finds nothing serious, and nothing sticks out, light and dark, at 1280 and 390 px', async () => {
  await openLab('?kind=sft', { recorded: true });
  await lab.until('losses', async () => (await losses().count()) > 50);
  await lab.until('the preview', () => region('Data preview').isVisible());
  await expectQuietLooks(lab.page, () => losses().first().focus());
});
