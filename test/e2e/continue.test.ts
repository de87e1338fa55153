/** A run outlives its tab: the page is closed in the middle, opened again, and the run goes on where it was stored. */
import { afterEach, expect, test } from 'vitest';
import { expectQuietLooks } from '../setup/looks';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';

/** Small steps, and none of them on a checkpoint's beat. */
const SMALL = '?problems=4&steps=400&evalEvery=0&gateWarmup=0&checkpointEvery=300';

const real = realPage();
let lab: LabPage;

afterEach(() => lab?.close());

const text = (words: string | RegExp) => lab.page.getByText(words);
const rows = () => lab.page.getByRole('region', { name: 'Figures by step' }).locator('tbody tr');
const steps = async () => (await rows().locator('td:first-child').allTextContents()).map(Number);
const closing = () => lab.page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
const asTable = async () => {
  if ((await rows().count()) === 0) await lab.click('As table');
};

test('start, some steps, the page again, continue: the run goes on with whole curves; a second tab is kept out', async () => {
  lab = await LabPage.open(real.browser, real.site.url, SMALL);
  expect(await closing()).toBe(false);
  await lab.click('Start');
  await lab.until('two steps', async () => (await lab.stepsDone()) >= 2);
  await lab.until('a step that is nowhere stored', closing);
  await lab.click('Pause');
  await lab.until('a pause', () => lab.button('Resume').isEnabled());
  const done = await lab.stepsDone();
  await asTable();
  const before = await rows().allTextContents();
  expect(await closing()).toBe(false); // stored at the pause

  // Another tab sees the run, and cannot have it while this one does.
  const second = await lab.page.context().newPage();
  await second.goto(real.site.url);
  await second.getByText('Diagnostics and stored runs').click();
  const list = second.getByRole('region', { name: 'Stored runs' });
  await list.getByText('open in a tab').waitFor();
  expect(await second.getByRole('button', { name: /^Continue/ }).isDisabled()).toBe(true);
  await second.close();

  await lab.page.goto(`${real.site.url}?steps=7`); // another form
  const again = lab.button(`Continue it from step ${done}`);
  await lab.until('the offer', () => again.isEnabled());
  expect(await text(new RegExp(`was cut off after step ${done} of 400`)).isVisible()).toBe(true);
  await text('Diagnostics and stored runs').click();
  await lab.until('the list', () => text(new RegExp(`cut off, goes on from step ${done}`)).isVisible());
  await expectQuietLooks(lab.page, () => lab.button(/^Continue antisd/).focus());
  await lab.page.setViewportSize({ width: 1280, height: 800 });
  await again.click();
  await lab.until('the run', () => lab.button('Resume').isEnabled());
  expect(await lab.stepsDone()).toBe(done);
  expect(await again.count()).toBe(0);
  expect(await lab.scored.count()).toBeGreaterThan(50); // its last rollouts
  expect(await lab.page.evaluate(() => location.search)).toContain('steps=400');
  await asTable();
  expect(await rows().allTextContents()).toEqual(before);
  await lab.click('Step');
  await lab.until(
    'a step',
    async () => (await lab.stepsDone()) === done + 1 && (await lab.button('Resume').isEnabled()),
  );
  expect(await steps()).toEqual(Array.from({ length: done + 1 }, (_, i) => done + 1 - i)); // newest first, none missing

  await lab.click('Stop');
  await lab.until('the end', () => lab.button('Start').isEnabled());
  await lab.until('the list', () => text(new RegExp(`stopped, goes on from step ${done + 1}`)).isVisible());
  await lab.click(/^Delete antisd, seed 0/);
  await lab.click('Keep it');
  await lab.click(/^Delete antisd, seed 0/);
  await lab.click(/^Delete antisd, seed 0.* for good$/);
  await lab.until('an empty list', () => text('No run is stored in this browser.').isVisible());
  expect(lab.strangers).toEqual([]);
});
