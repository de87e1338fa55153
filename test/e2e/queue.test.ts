/** A queue of experiments: its runs are made one after another, outlive the page, and each is a stored run. */
import { afterEach, expect, test } from 'vitest';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';
import { until } from '../setup/until';

const real = realPage();
let lab: LabPage;

afterEach(() => lab?.close());

/** Small enough for SwiftShader; the first run is long enough to be paused in the middle. */
const FILE = {
  name: 'small',
  doc: 'Does a queue come to its end?',
  settings: { problems: 1, group: 2, evalEvery: 0, checkpointEvery: 100, maxNewTokens: 12 },
  variants: { first: { steps: 24 }, second: { steps: 2 } },
};

const rows = () => lab.page.getByRole('region', { name: 'Queue' }).locator('li');
const states = async () => (await rows().allTextContents()).map((text) => text.trim());
const open = () => lab.page.getByText('Experiments', { exact: true }).click();

test('a file of one’s own is queued, closed in the middle, gone on with, and done; the settings go out to TRL', async () => {
  lab = await LabPage.open(real.browser, real.site.url);
  await open();
  const file = { name: 'small.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(FILE)) };
  await lab.page.getByLabel('Your own file').setInputFiles(file);
  await lab.click('Queue 2 runs, 26 steps');
  expect(await states()).toEqual(['first waiting', 'second waiting']);
  await lab.until('the engine', () => lab.button('Begin').isEnabled());
  await lab.click('Begin');
  await lab.until('two steps', async () => (await lab.stepsDone()) >= 2);
  await lab.click('Pause'); // which stores it
  await lab.until('a pause', () => lab.button('Resume').isEnabled());
  const done = await lab.stepsDone();

  await lab.page.reload();
  await open();
  const lost = `first cut off; goes on from step ${done}`;
  await until('what was lost', states, { holds: ([first]) => first === lost, seen: states });
  expect((await states())[1]).toBe('second waiting');
  await lab.until('the engine', () => lab.button('Go on').isEnabled());
  await lab.click('Go on');
  await until('the end', states, { holds: (all) => all.join() === 'first done,second done', seen: states });
  await lab.page.getByText('Diagnostics and stored runs').click();
  const stored = lab.page.getByRole('region', { name: 'Stored runs' }).locator('li');
  await lab.until('both runs', async () => (await stored.count()) === 2);
  expect(await stored.allTextContents()).toEqual([
    expect.stringMatching(/2 steps.*finished/),
    expect.stringMatching(/24 steps.*finished/),
  ]);

  const [download] = await Promise.all([lab.page.waitForEvent('download'), lab.click('For TRL (zip)')]);
  expect(download.suggestedFilename()).toBe('antisd-trl.zip');
  expect(lab.strangers).toEqual([]);
});
