/** A page whose tab is closed at random moments or ended, whose storage is full, whose models are hostile: it goes on, and what was trained has the same bytes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { Random } from '../../src/data/random';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';
import { attempts } from './attempts';
import { hostilePages } from './hostile-pages';

const STEPS = 8;
const SMALL = `?problems=1&group=2&maxNewTokens=8&evalEvery=0&gateWarmup=0&checkpointEvery=1&steps=`;

const real = realPage();

/** What the page's private storage has of its runs: whether a checkpoint is whole, and the digest of the trained weights. */
const stored = (page: Page) =>
  page.evaluate(async () => {
    const names = async (folder: FileSystemDirectoryHandle) => {
      const found: string[] = [];
      for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) found.push(name);
      return found;
    };
    const below = (folder: FileSystemDirectoryHandle, name: string) =>
      folder.getDirectoryHandle(name).catch(() => null);
    const runs = await below(await navigator.storage.getDirectory(), 'runs');
    let [checkpoint, digest] = [false, null as string | null];
    for (const id of runs ? await names(runs) : []) {
      const run = await runs?.getDirectoryHandle(id);
      const checkpoints = run && (await below(run, 'checkpoints'));
      for (const step of checkpoints ? await names(checkpoints) : [])
        if ((await names((await below(checkpoints as never, step)) as never)).includes('state.json')) checkpoint = true;
      const file = await (run && (await below(run, 'final')))?.getFileHandle('model.safetensors').catch(() => null);
      if (!file) continue;
      const sum = await crypto.subtle.digest('SHA-256', await (await file.getFile()).arrayBuffer());
      digest = [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    }
    return { checkpoint, digest };
  });

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: typeof name === 'string' });

/** Another tab of the same browser: it goes on with the run that is stored, or begins one. */
async function goOn(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  await page.route('**/recorded/*.json', (route) => route.abort());
  await page.goto(`${real.site.url}${SMALL}${STEPS}`);
  if (!(await stored(page)).checkpoint) {
    await button(page, 'Start').click();
    return page;
  }
  await button(page, /^Continue it from step/).click();
  await button(page, 'Resume').click();
  return page;
}

/** Waits until the run is over, and gives the digest of what was trained. */
async function trained(page: Page): Promise<string> {
  await expect.poll(async () => (await stored(page)).digest, { timeout: 120_000, interval: 200 }).not.toBeNull();
  return (await stored(page)).digest as string;
}

let form: LabPage | null = null;
const folder = mkdtemp(join(tmpdir(), 'antisd-pages-'));
afterAll(async () => {
  await form?.close();
  await rm(await folder, { recursive: true });
});
/** A page with the form of supervised runs. */
async function supervised(): Promise<LabPage> {
  form ??= await LabPage.open(real.browser, real.site.url, '?kind=sft');
  return form;
}

attempts([
  ...hostilePages(supervised, folder),
  {
    id: 'tabs/closed',
    group: 'tabs',
    what: 'the tab of a run is closed at 20 random moments',
    expected: 'continued, the same bytes',
    gate: false, // test/e2e/continue closes one
    timeout: 7_200_000,
    async run() {
      const random = new Random(1, 52);
      const whole = await real.browser.newContext();
      const begun = performance.now();
      const want = await trained(await goOn(whole));
      const lasts = performance.now() - begun;
      await whole.close();
      const closes = 20;
      for (let closed = 0; closed < closes; ) {
        const context = await real.browser.newContext();
        let page = await goOn(context);
        // A run that ends before its next close is looked at, and another one begun.
        for (; closed < closes && (await stored(page)).digest === null; closed++) {
          await page.waitForTimeout((random.below(1000) / 1000) * (lasts / 3));
          await page.close();
          const look = await context.newPage();
          await look.goto(real.site.url);
          const over = (await stored(look)).digest !== null;
          page = over ? look : await goOn(context);
          if (!over) await look.close();
        }
        expect(await trained(page), `after ${closed} closed tabs`).toBe(want);
        await context.close();
      }
      return closes;
    },
  },
  {
    id: 'tabs/crash',
    group: 'tabs',
    what: 'the browser ends the tab of a run, as it does for want of memory; the visitor comes again',
    expected: 'the page says that the run was cut off, and offers its last checkpoint; the run goes on from there',
    gate: false,
    async run() {
      const first = await LabPage.open(real.browser, real.site.url, `${SMALL}400`);
      const context = first.page.context();
      await first.click('Start');
      await first.until('a checkpoint', async () => (await stored(first.page)).checkpoint);
      const ended = first.page.waitForEvent('crash');
      const devtools = await context.newCDPSession(first.page);
      devtools.send('Page.crash').catch(() => {}); // nobody is left to answer
      await ended;
      const lab = await LabPage.open(context, real.site.url, `${SMALL}400`);
      await lab.until('the offer', () =>
        lab.page.getByText(/The run .* was cut off after step \d+ of 400/).isVisible(),
      );
      const offer = lab.button(/^Continue it from step \d+$/);
      const from = Number((await offer.textContent())?.match(/\d+/)?.[0]);
      expect(from).toBeGreaterThan(0);
      await offer.click();
      await lab.until('the run', () => lab.button('Resume').isEnabled());
      expect(await lab.stepsDone()).toBe(from);
      await lab.click('Step');
      await lab.until('a step', async () => (await lab.stepsDone()) > from);
      expect(lab.strangers).toEqual([]);
      await context.close();
    },
  },
  {
    id: 'tabs/quota',
    group: 'tabs',
    what: 'the browser gives the page no more space, and then gives some again',
    expected: 'a visible warning while training goes on; it goes when the run is stored again',
    gate: true,
    async run() {
      const lab = await LabPage.open(real.browser, real.site.url, `${SMALL}400`);
      const { page } = lab;
      const devtools = await page.context().newCDPSession(page);
      const quota = (quotaSize?: number) =>
        devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(real.site.url).origin, quotaSize });
      await lab.click('Start');
      await lab.until('a step', async () => (await lab.stepsDone()) >= 1);
      await quota(1);
      const warning = page.getByRole('alert').filter({ hasText: 'The run cannot be stored' });
      await lab.until('a warning', () => warning.isVisible());
      expect(await warning.textContent()).toMatch(/no more space.*goes on in memory/);
      const steps = await lab.stepsDone();
      await lab.until('more steps', async () => (await lab.stepsDone()) >= steps + 2);
      await quota();
      await lab.until('no warning', async () => !(await warning.isVisible()));
      await lab.click('Stop');
      await lab.until('the end', () => lab.button('Start').isEnabled());
      expect(lab.strangers).toEqual([]);
      await lab.close();
    },
  },
]);
