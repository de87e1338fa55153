/** Under the hood, the tour, and a class from its link to the teacher's table: on one page, with the recordings. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { expectQuiet } from '../setup/looks';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';

/** Of many tokens; page.test.ts looks at them. */
const HEATMAP = '[aria-label="Token heatmap"]';

const real = realPage();

it('shows a step’s kernels with their code, a shape of one’s own, the way round, and what a class hands in', async () => {
  const context = await real.browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
  // No adapter: what is shown is recorded.
  await context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));
  const lab = await LabPage.open(context, real.site.url, '#learn?chapter=hood', { recorded: true });
  const { page } = lab;

  await lab.click('rms-norm-forward');
  await expectQuiet(page);
  const kernel = page.getByRole('region', { name: 'The program rms-norm-forward' });
  await kernel.getByRole('button', { name: 'eps: ' }).focus();
  const marked = kernel.locator('[data-marked]');
  expect(await marked.allTextContents()).toEqual(['ε', 'eps', 'eps', 'eps']); // formula, button, and twice in the code
  await kernel.locator('pre [data-symbol="w"]').first().hover();
  expect((await marked.allTextContents()).filter((text) => text === 'w').length).toBeGreaterThan(1);
  await kernel.getByText(/Lines \d/).waitFor();

  const shape = page.getByRole('textbox', { name: 'φ(u) =' });
  const tints = () => page.getByRole('region', { name: 'An answer, tinted' }).locator('[data-tint]');
  const before = await tints().evaluateAll((spans) => spans.map((span) => (span as HTMLElement).dataset.tint));
  await shape.fill('-u');
  const after = await tints().evaluateAll((spans) => spans.map((span) => (span as HTMLElement).dataset.tint));
  expect(after).not.toEqual(before);
  await shape.fill('alert(1)');
  await page.getByText('it means nothing here').waitFor();

  await page.goto(`${real.site.url}#train`);
  await page.getByText('Recorded run: reward').first().waitFor();
  await expectQuiet(page, HEATMAP); // the first visit
  await lab.click('Show me round');
  for (const at of [1, 2, 3, 4, 5]) {
    await page.getByRole('dialog').getByText(`${at} of 6`).waitFor();
    if (at === 1) await expectQuiet(page, HEATMAP);
    await page.keyboard.press('ArrowRight');
  }
  await page.getByRole('dialog').getByText('6 of 6').waitFor();
  await page.keyboard.press('Escape');
  expect([await page.getByRole('dialog').count(), await page.locator('[data-toured]').count()]).toEqual([0, 0]);

  await page.goto(`${real.site.url}?seed=7#learn?class=10b&ask=write,hint`);
  const own = page.getByRole('region', { name: 'Class', exact: true });
  await own.getByRole('textbox').fill('Ada');
  await expectQuiet(page);
  const download = page.waitForEvent('download');
  await own.getByRole('button', { name: /^Hand in/ }).click();
  const file = await (await download).path();
  await page.goto(`${real.site.url}#learn?chapter=teacher`);
  const name = (await download).suggestedFilename();
  expect(name).toBe('10b-Ada.zip');
  await expectQuiet(page);
  await page
    .getByLabel('Files of learners')
    .setInputFiles({ name, mimeType: 'application/zip', buffer: readFileSync(file) });
  await page
    .getByRole('row', { name: /Ada 10b/ })
    .getByText('0/2')
    .waitFor();
  await page.getByRole('textbox', { name: 'Class' }).fill('11a');
  await page.getByText(`${real.site.url}?arm=antisd&seed=0#learn?class=11a`).waitFor();
  expect(lab.strangers).toEqual([]);
  await context.close();
});
