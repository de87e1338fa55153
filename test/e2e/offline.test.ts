/** The page without its server: kept after the first visit, under a path of its own, in one version at a time. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../scripts/chromium-package.mjs';
import { buildWhereStale } from '../../scripts/serve.mjs';
import { launchBrowser, serveLab } from '../setup/browser';
import { LabPage } from '../setup/page';

const folder = mkdtempSync(join(tmpdir(), 'lab-'));
let site: Awaited<ReturnType<typeof serveLab>>;
let browser: Browser;
beforeAll(async () => {
  buildWhereStale();
  cpSync(join(root, 'dist'), folder, { recursive: true });
  [site, browser] = await Promise.all([serveLab({ base: '/lab/', folder }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Of what a first visit loads: at most 1 MB compressed before models, the Worker with it whether or not it was asked for. */
function expectLight(asked: readonly string[]): void {
  const worker = readdirSync(join(folder, 'assets')).filter((name) => /^worker-.*\.js$/.test(name));
  const files = new Set([...asked.map((path) => path || 'index.html'), ...worker.map((name) => `assets/${name}`)]);
  const sizes = [...files].map((file): [string, number] => [
    file,
    file.endsWith('.woff2') ? statSync(join(folder, file)).size : gzipSync(readFileSync(join(folder, file))).length,
  ]);
  expect(worker).toHaveLength(1);
  expect(sizes.filter(([file]) => file.startsWith('models/'))).toEqual([]);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  const told = sizes.sort((a, b) => b[1] - a[1]).map(([file, size]) => `${file} ${size}`);
  expect(total, `${total} bytes: ${told.join(', ')}`).toBeLessThan(1_000_000);
}

/** Another build in the place of this one. */
function deploy(build: string, next: string): void {
  for (const name of ['index.html', 'service-worker.js']) {
    const file = join(folder, name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(build, next));
  }
}

it('is kept whole, gives way to a newer build when asked, and opens without a network', async () => {
  // No adapter: what is tested here is the files.
  const context = await browser.newContext({ serviceWorkers: 'allow' });
  await context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));
  const asked: string[] = [];
  context.on('request', (request) => {
    if (request.serviceWorker() === null) asked.push(new URL(request.url()).pathname);
  });
  const lab = await LabPage.open(context, site.url, '', { recorded: true });
  const { page } = lab;
  await lab.until('tokens of the recorded run', async () => (await lab.scored.count()) > 8);
  expectLight(asked.map((path) => path.replace(/^\/lab\//, '')));
  const build = await page.locator('meta[name="build"]').getAttribute('content');
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const caches = () => page.evaluate(() => globalThis.caches.keys());
  expect(await caches()).toEqual([`${site.url} ${build}`]);

  // A newer build of which a file is missing or another is not taken.
  const file = join(folder, 'recorded/two-cards-sft.json');
  const whole = readFileSync(file, 'utf8');
  deploy(build as string, 'a-newer-build');
  writeFileSync(file, whole.replace('{', ' {'));
  const update = () =>
    page.evaluate(async () => {
      const registration = (await navigator.serviceWorker.getRegistration()) as ServiceWorkerRegistration;
      const worker = (await registration.update()).installing as ServiceWorker;
      return new Promise((resolve) =>
        worker.addEventListener('statechange', () => resolve(worker.state), { once: true }),
      );
    });
  expect(await update()).toBe('redundant');
  expect(await caches()).toEqual([`${site.url} ${build}`]);
  writeFileSync(file, whole);
  expect(await update()).toBe('installed');
  await page.getByText('A newer version of the lab is here').waitFor();
  expect(await page.locator('meta[name="build"]').getAttribute('content')).toBe(build);
  await Promise.all([page.waitForEvent('load'), lab.click('Reload')]);
  expect(await page.locator('meta[name="build"]').getAttribute('content')).toBe('a-newer-build');
  expect(await caches()).toEqual([`${site.url} a-newer-build`]);

  await site.close();
  await page.goto(`${site.url}?seed=7`);
  await lab.until('tokens of the recorded run', async () => (await lab.scored.count()) > 8);
  await page.getByRole('link', { name: 'Inspect' }).click();
  await page.getByRole('heading', { name: 'Problem' }).waitFor();
  await page.goto(`${site.url}#learn?chapter=hint`);
  await page.getByText('Recorded: the built-in model').waitFor(); // the lessons, too, open without a network
  const part = await page.evaluate(async () => {
    const headers = { Range: 'bytes=8-15' };
    const response = await fetch('./models/nano/model.safetensors', { headers });
    return [response.status, response.headers.get('content-range'), await response.text()];
  });
  const model = readFileSync(join(folder, 'models/nano/model.safetensors'));
  expect(part).toEqual([206, `bytes 8-15/${model.length}`, model.toString('utf8', 8, 16)]);
  expect(await page.evaluate(() => fetch('./datasets/none').then(String, () => 'no network'))).toBe('no network');
  expect(lab.strangers).toEqual([]);
  await context.close();
});
