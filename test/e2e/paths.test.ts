/** Three visitors from their first sight of the page to what they came for, with their clicks and all that moved counted. */
import { readFileSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { giveCheck, keepCheck } from '../setup/checked';
import { fixturePath } from '../setup/fixtures';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';
import { measureVisits, visitOf } from '../setup/visit';

/** More would be seen, and hit the wrong button. */
const MOST_SHIFT = 0.02;

const real = realPage();
let visitor: BrowserContext;
let lab: LabPage;

afterEach(async () => {
  await keepCheck(lab.page); // of the first that had a device: who comes again has it
  await visitor.close();
});

/** `again`: the visitor's device was checked before; else the check is a part of what is measured. */
async function visit(
  query = '',
  { recorded = false, again = false, script = () => {}, viewport = { width: 1280, height: 800 } } = {},
): Promise<void> {
  visitor = await real.browser.newContext({ viewport });
  if (again) {
    const page = await visitor.newPage();
    await giveCheck(page, real.site.url);
    await page.close();
  }
  await measureVisits(visitor);
  await visitor.addInitScript(script);
  lab = await LabPage.open(visitor, real.site.url, query, { recorded });
}
const region = (name: string) => lab.page.getByRole('region', { name });

test('a student sees a shortcut in the recorded run, and the page names it: one click', async () => {
  const script = () => void Reflect.deleteProperty(Navigator.prototype, 'gpu'); // the run is a recorded one
  await visit('', { recorded: true, script });
  await lab.until('coloured tokens', async () => (await lab.scored.count()) > 50);
  expect(await lab.page.getByText('asks for two of the cards that sum to 35').isVisible()).toBe(true);
  const blue = region('Token heatmap').locator('span[data-tint="1"], span[data-tint="2"], span[data-tint="3"]');
  await blue.first().click();
  await lab.until('its name', () => region('Token detail').getByText('shortcut', { exact: true }).isVisible());
  const table = region('Token table').locator('tbody').first();
  await lab.until('a shortcut in the table', async () =>
    /^shortcut.*\+\d\.\d\d/.test((await table.textContent()) ?? ''),
  );
  await lab.until('more steps', async () => (await visitOf(lab.page)).steps.length >= 3);
  const seen = await visitOf(lab.page);
  expect(seen.disagreements).toEqual([]);
  expect(seen.clicks).toBe(1);
  expect(seen.shift, seen.moved.join('\n')).toBeLessThan(MOST_SHIFT);

  // Who goes by key keeps the place while the steps go on.
  const focused = () => lab.page.evaluate(() => document.activeElement?.closest('[data-token]')?.isConnected ?? false);
  await region('Token heatmap').locator('span[tabindex="0"]').focus();
  const before = (await visitOf(lab.page)).steps.length;
  await lab.until('another step', async () => (await visitOf(lab.page)).steps.length > before);
  await lab.until('a token that has the focus', focused);
});

test('a practitioner trains an adapter of a model on this computer, gets it with the lines that load it, and compares: six clicks', async () => {
  await visit();
  const choose = async (button: string, path: string) => {
    const [chooser] = await Promise.all([lab.page.waitForEvent('filechooser'), lab.button(button).first().click()]);
    await chooser.setFiles(path);
  };
  await lab.page.getByText('Supervised', { exact: true }).click();
  await choose('Choose a folder …', fixturePath('tiny-chat'));
  await choose('Choose a file …', fixturePath('tiny-chat/conversations.jsonl'));
  await lab.until('a word on the run’s length', () => lab.page.getByText('too few to learn much').isVisible());
  await lab.click('Start');
  const next = region('Next');
  await lab.until('the next step', () => next.isVisible());
  expect(await next.locator('pre').textContent()).toContain('base = "tiny-chat"');
  const [archive] = await Promise.all([lab.page.waitForEvent('download'), lab.click('Download the adapter')]);
  expect(archive.suggestedFilename()).toBe('antisd-adapter.zip'); // as the lines unpack it

  const zip = readFileSync(await archive.path());
  for (const name of ['adapter_config.json', 'adapter_model.safetensors']) expect(zip.includes(name)).toBe(true);
  const seen = await visitOf(lab.page);
  expect(seen.disagreements).toEqual([]);
  expect(seen.shift, seen.moved.join('\n')).toBeLessThan(MOST_SHIFT);

  await lab.click('Compare before and after');
  await lab.until('the trained adapter', () => lab.page.getByText('Adapter of rank 16 on').isVisible());
  const compare = lab.page.getByRole('combobox', { name: 'Compare', exact: true });
  expect(await compare.inputValue()).toBe('adapter-off'); // as it was before
  expect((await visitOf(lab.page)).clicks).toBe(1 + 2 + 1 + 1 + 1);
  expect(lab.strangers).toEqual([]);
});

test('a researcher trains two methods for as many steps and lays their curves over one another: five clicks; Back undoes a preset', async () => {
  await visit('?problems=2&group=2&steps=2&evalEvery=0&gateWarmup=0&minDepth=1', { again: true });
  const method = lab.page.getByRole('combobox', { name: 'Method', exact: true });
  const address = () => lab.page.evaluate(() => location.search);
  const asked = await address();
  await lab.page.getByRole('radio', { name: 'GRPO', exact: true }).check();
  expect([await method.inputValue(), await address()]).toEqual(['grpo', '?arm=grpo']);
  await lab.page.goBack();
  await lab.until('the form as it was', async () => (await method.inputValue()) === 'antisd');
  expect(await address()).toBe(asked);

  for (const arm of ['antisd', 'grpo']) {
    await method.selectOption(arm);
    await lab.click('Start');
    await lab.until(
      `the end of ${arm}`,
      async () => (await lab.stepsDone()) === 2 && (await lab.page.getByText('finished').count()) > 0,
    );
  }
  const trained = await visitOf(lab.page);
  expect(trained.disagreements).toEqual([]);
  expect(trained.shift / 2, trained.moved.join('\n')).toBeLessThan(MOST_SHIFT); // of each run
  await lab.page.getByRole('link', { name: 'Compare' }).click();
  await lab.click('All');
  const figure = lab.page.locator('main:visible svg').first();
  await lab.until('both methods in one chart', async () => {
    const drawn =
      (await figure
        .locator('xpath=ancestor::figure')
        .textContent()
        .catch(() => '')) ?? '';
    return drawn.includes('antisd') && drawn.includes('grpo');
  });
  expect((await visitOf(lab.page)).clicks).toBe(5);
  expect(lab.strangers).toEqual([]);
});

test('on a phone the first screen stands before the program does, and neither it nor a run that begins moves anything', async () => {
  const settings = '?problems=2&group=2&steps=2&evalEvery=0&gateWarmup=0&minDepth=1';
  const viewport = { width: 390, height: 844 };
  await visit(settings, { recorded: true, again: true, viewport });
  await lab.until('the recorded run', async () => (await lab.scored.count()) > 50);
  await lab.click('Start');
  await lab.until(
    'the end',
    async () => (await lab.stepsDone()) === 2 && (await lab.page.getByText('finished').count()) > 0,
  );
  const seen = await visitOf(lab.page);
  expect(seen.disagreements).toEqual([]);
  expect(seen.shift, seen.moved.join('\n')).toBeLessThan(MOST_SHIFT);

  const masthead = (page: Page) =>
    page.locator('h1, nav[aria-label="Pages"] a').evaluateAll((parts) =>
      parts.map((part) => {
        const { x, y, width, height } = part.getBoundingClientRect();
        return [part.textContent, part.getAttribute('aria-current'), x, y, width, height];
      }),
    );
  const without = await real.browser.newPage({ viewport, serviceWorkers: 'block' }); // a worker would bring the program
  await without.route('**/assets/index-*.js', (route) => route.abort());
  await without.goto(real.site.url);
  expect(await without.getByText('Opening the lab').isVisible()).toBe(true);
  await lab.page.evaluate(() => scrollTo(0, 0)); // a click that tries again scrolls to its button
  expect(await masthead(without)).toEqual(await masthead(lab.page));
  await without.context().close();
});
