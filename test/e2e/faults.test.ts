/** A page that goes on: what fails is told where it fails, and everything else stays. Real Chromium. */
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { eventLine } from '../../src/runs/event-lines';
import type { RunEvent } from '../../src/runs/events';
import { giveCheck } from '../setup/checked';
import { fixturePath } from '../setup/fixtures';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';
import { fakeRun, fakeTable } from '../ui/fake-events';

const real = realPage();
/** One visitor for all tests: the adapter is checked once. */
let visitor: BrowserContext;
let lab: LabPage;

beforeAll(async () => {
  visitor = await real.browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await visitor.newPage();
  await giveCheck(page, real.site.url);
  await page.close();
});
afterEach(() => lab?.close());

/** Small steps, a checkpoint at every other one. */
const SMALL = '?problems=4&steps=400&evalEvery=0&gateWarmup=0&checkpointEvery=2';

/** A page whose Worker can be reached; `worker` is put before the engine's program. */
async function openWithWorker(worker = ''): Promise<void> {
  lab = await LabPage.open(visitor, real.site.url, 'icon.svg');
  await lab.page.addInitScript(() => {
    const workers: Worker[] = [];
    class Reached extends Worker {
      constructor(url: URL, options: WorkerOptions) {
        super(url, options);
        workers.push(this);
      }
    }
    Object.assign(globalThis, { workers, Worker: Reached });
  });
  if (worker !== '')
    await lab.page.route('**/assets/worker-*.js', async (route) => {
      const response = await fetch(route.request().url()); // route.fetch() fails where the page closes meanwhile
      const { 'content-length': _, ...headers } = Object.fromEntries(response.headers);
      await route.fulfill({ headers, body: `${worker}\n${await response.text()}` });
    });
  await lab.page.goto(real.site.url + SMALL);
}

const text = (words: string | RegExp) => lab.page.getByText(words);
const trouble = (words: string) => lab.page.getByRole('alert').filter({ hasText: words });

/** Some steps and a checkpoint, then what `harm` does to the engine; the run goes on with another. */
async function goesOnAfter(harm: () => Promise<unknown>, words: string): Promise<void> {
  await lab.click('Start');
  await lab.until('a checkpoint', async () => (await lab.stepsDone()) >= 3);
  await harm();
  const notice = trouble(words);
  await lab.until(words, () => notice.isVisible());
  expect(await lab.page.getByText('Training needs WebGPU').count()).toBe(0);
  // What was on screen stays: the steps done, and the rollouts of whatever phase the engine was in.
  expect(await lab.stepsDone()).toBeGreaterThanOrEqual(3);
  const rollouts = await lab.page.getByRole('region', { name: 'Token heatmap' }).textContent();
  expect(rollouts?.length).toBeGreaterThan(50);
  const again = notice.getByRole('button', { name: /^Restart the engine, continue from step \d+$/ });
  const from = Number((await again.textContent())?.match(/\d+/)?.[0]);
  await again.click();
  await lab.until('the run again', () => lab.button('Resume').isEnabled());
  expect(await lab.stepsDone()).toBeGreaterThanOrEqual(from);
  expect(await notice.count()).toBe(0);
  await lab.click('Step');
  await lab.until('a step', async () => (await lab.stepsDone()) > from && (await lab.button('Resume').isEnabled()));
}

test('a region that cannot be drawn says why; the others stay, and it can be drawn again', async () => {
  lab = await LabPage.open(visitor, real.site.url, 'icon.svg');
  const { page } = lab;
  await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'gpu')); // only the page is looked at
  // One number cannot be written; the table after it has others.
  await page.addInitScript(() => {
    const written = Number.prototype.toLocaleString;
    Number.prototype.toLocaleString = function (...how) {
      if (Number(this) === 8765) throw new TypeError('8765 cannot be written.');
      return written.apply(this, how);
    };
  });
  const row = { token: 'So', count: 8765, meanU: -1.4, meanTerm: 0.3, share: 0.1 };
  const events = fakeRun(12).map((e): RunEvent => (e.type === 'tokens-table' ? { ...e, rows: [row] } : e));
  const body = `{"events":[${[...events, fakeTable()].map(eventLine).join(',')}]}`;
  await page.route('**/recorded/*.json', (route) => route.fulfill({ contentType: 'application/json', body }));
  await page.goto(real.site.url);
  await lab.click('10 ×'); // it is told at the tenth step
  const notice = page.getByRole('alert').filter({ hasText: 'The token table cannot be shown.' });
  await lab.until('the notice', () => notice.isVisible());
  expect(await lab.scored.count()).toBeGreaterThan(50);
  expect(await page.getByRole('region', { name: 'Run facts' }).isVisible()).toBe(true);
  const table = page.getByRole('region', { name: 'Token table' });
  await lab.until('the table', async () => {
    await notice.getByRole('button', { name: 'Try again' }).click();
    return table.isVisible();
  });
  expect(await notice.count()).toBe(0);
  expect(lab.strangers).toEqual([]);
});

test('a Worker that is closed from outside: the cause, and the run goes on with another', async () => {
  await openWithWorker();
  const close = () => lab.page.evaluate(() => (globalThis as unknown as { workers: Worker[] }).workers[0].terminate());
  await goesOnAfter(close, 'The engine is gone. Its Worker was closed from outside');
});

/** A message that the engine's own program does not know does in the Worker what the test asks. */
const HARMFUL = `addEventListener('message', (event) => {
  if (event.data.harm === 'hang') for (;;);
  if (event.data.harm === 'throw') throw new TypeError('harm was done');
  if (event.data.harm) event.stopImmediatePropagation();
}, { capture: true });`;
const harm = (how: string) =>
  lab.page.evaluate(
    (harm) => (globalThis as unknown as { workers: Worker[] }).workers[0].postMessage({ harm, type: 'ping' }),
    how,
  );

test('a Worker that hangs: it is told, nothing is ended for it, and the run goes on with another when asked', async () => {
  await openWithWorker(HARMFUL);
  await goesOnAfter(() => harm('hang'), 'The engine is silent. It has not answered for 10 seconds.');
});

test('an exception in a message handler is told with its place; the engine still answers, and the word can be dismissed', async () => {
  await openWithWorker(HARMFUL);
  await lab.until('an engine', () => lab.button('Start').isEnabled());
  await harm('throw');
  const notice = trouble('The engine met an error outside of its steps. Uncaught TypeError: harm was done (worker-');
  await lab.until('the notice', () => notice.isVisible());
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await lab.click('Step');
  await lab.until('a step', async () => (await lab.stepsDone()) === 1);
});

test('an engine that cannot be loaded is no missing WebGPU, and can be loaded again', async () => {
  await openWithWorker('throw new Error("half a file");');
  await lab.until('the notice', () =>
    trouble('The engine could not be loaded. Uncaught Error: half a file').isVisible(),
  );
  expect(await lab.page.getByText('Training needs WebGPU').count()).toBe(0);
  await lab.page.unroute('**/assets/worker-*.js');
  await lab.click('Restart the engine');
  await lab.until('an engine', () => lab.button('Start').isEnabled());
});

test('a broken stored run is listed beside the others, and can be downloaded and deleted', async () => {
  lab = await LabPage.open(visitor, real.site.url, 'icon.svg');
  const { page } = lab;
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const runs = await root.getDirectoryHandle('runs', { create: true });
    const run = await runs.getDirectoryHandle('2026-01-02T00-00-00-000Z-\u202egnp', { create: true });
    const file = await (await run.getFileHandle('config.json', { create: true })).createWritable();
    await file.write('{"arm": ');
    await file.close();
  });
  await page.goto(real.site.url);
  await page.getByText('Diagnostics and stored runs').click();
  const row = page.getByRole('listitem').filter({ hasText: 'Broken: 2026-01-02T00-00-00-000Z-\\u202egnp' });
  await lab.until('the broken run', () => row.isVisible());
  expect(await row.textContent()).toMatch(/JSON/);
  const [archive] = await Promise.all([
    page.waitForEvent('download'),
    row.getByRole('button', { name: /^Download/ }).click(),
  ]);
  expect(readFileSync(await archive.path()).includes('config.json{"arm": ')).toBe(true);
  await row.getByRole('button', { name: /^Delete/ }).click();
  await row.getByRole('button', { name: /for good$/ }).click();
  await lab.until('a list without it', async () => (await row.count()) === 0);
});

/** Says that it is opening something, and then hears nothing any more. */
const DEAF = `addEventListener('message', ({ data: { id, type } }) => {
  if (type !== 'start' && type !== 'preview' && type !== 'load') return;
  postMessage({ id, type: 'progress', progress: { what: 'Opening it', done: 0, total: null, download: null } });
  for (;;);
}, { capture: true });`;

test('Cancel ends an engine that does not hear it; the page goes on with another', async () => {
  await openWithWorker(DEAF);
  await lab.until('an engine', () => lab.button('Start').isEnabled());
  await lab.click('Start');
  await lab.click('Cancel');
  await lab.page.unroute('**/assets/worker-*.js'); // the next one is whole
  await lab.until('a word on it', () => text(/deep in its work and did not hear it/).isVisible());
  await lab.until('an engine', () => lab.button('Start').isEnabled());
  await lab.click('Step');
  await lab.until('a step', async () => (await lab.stepsDone()) === 1);
});

test('data that keep an engine busy can be left, and others be read', async () => {
  await openWithWorker();
  const { page } = lab;
  await page.getByRole('radio', { name: 'Supervised' }).check();
  const line = `{"prompt": "${'many words '.repeat(900)}", "completion": "a"}\n`;
  await page.locator('input[webkitdirectory]').first().setInputFiles(fixturePath('tiny-chat'));
  const large = join(tmpdir(), `many-${process.pid}.jsonl`);
  await writeFile(large, line.repeat(3000));
  try {
    await page.locator('input[accept*=".jsonl"]').setInputFiles(large);
    await lab.click('Stop reading');
    await lab.until('a word on it', () => text(/Reading the data was stopped|did not hear it/).isVisible());
    await page.locator('input[accept*=".jsonl"]').setInputFiles(fixturePath('tiny-chat/conversations.jsonl'));
    await lab.until('the preview', () => text(/\d+ examples to learn from/).isVisible());
  } finally {
    await rm(large, { force: true });
  }
});
