/** A page of a test's own, built and served as the lab's is, in a real browser. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview } from 'vite';
import { launchBrowser } from './browser';

const FOLDER = join(import.meta.dirname, '../e2e');

/** What the page test/e2e/NAME writes as JSON into its body once it is done. Throws for "error …". */
export async function saidByPage(name: string): Promise<unknown> {
  const outDir = await mkdtemp(join(tmpdir(), `${name}-`));
  const options = { root: join(FOLDER, name), configFile: false, logLevel: 'error' } as const;
  await build({ ...options, base: './', worker: { format: 'es' }, build: { target: 'es2022', outDir } });
  const server = await preview({ ...options, build: { outDir }, preview: { port: 0, host: '127.0.0.1' } });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls?.local[0] as string);
    await page.waitForFunction(
      () => document.body.textContent?.startsWith('{') || document.body.textContent?.startsWith('error'),
    );
    return JSON.parse((await page.textContent('body')) as string);
  } finally {
    await browser.close();
    await server.close();
    await rm(outDir, { recursive: true });
  }
}
