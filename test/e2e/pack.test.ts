/** The threads that pack weights, in a real browser, started from inside another Worker: built and served as the page is. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview } from 'vite';
import { expect, test } from 'vitest';
import { launchBrowser, serveLab } from '../setup/browser';

test('weights are packed in a Worker of a Worker, to the bits of quantise.ts', async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'pack-'));
  const options = { root: join(import.meta.dirname, 'pack'), configFile: false, logLevel: 'error' } as const;
  await build({ ...options, base: './', worker: { format: 'es' }, build: { target: 'es2022', outDir } });
  const server = await preview({ ...options, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls?.local[0] as string);
    await page.waitForFunction(
      () => document.body.textContent?.startsWith('{') || document.body.textContent?.startsWith('error'),
    );
    expect(JSON.parse((await page.textContent('body')) as string)).toEqual({
      processors: true,
      same: [true, true],
    });
  } finally {
    await browser.close();
    await server.close();
    await rm(outDir, { recursive: true });
  }
});

test('the lab serves their code with leave to compile WebAssembly', async () => {
  const code = (await readdir('dist/assets')).find((name) => name.startsWith('pack-worker'));
  const lab = await serveLab();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(lab.url);
    const said = await page.evaluate(
      (address) =>
        new Promise((resolve) => {
          const worker = new Worker(address, { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => resolve(message);
          setTimeout(() => resolve('nothing'), 20_000);
        }),
      `assets/${code}`,
    );
    expect(said).toEqual({ type: 'ready' });
  } finally {
    await browser.close();
    await lab.close();
  }
});
