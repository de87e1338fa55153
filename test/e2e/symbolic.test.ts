/** The symbolic judge in a real browser, started from inside another Worker: built and served as the page is. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview } from 'vite';
import { expect, test } from 'vitest';
import { launchBrowser } from '../setup/browser';

test('answers are judged in a Worker of a Worker; one that hangs is replaced', async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'symbolic-'));
  const options = { root: join(import.meta.dirname, 'symbolic'), configFile: false, logLevel: 'error' } as const;
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
      verdicts: [true, true, false],
      afterwards: [false, true],
      started: 2,
      warnings: [],
    });
  } finally {
    await browser.close();
    await server.close();
    await rm(outDir, { recursive: true });
  }
});
