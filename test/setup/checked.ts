/**
 * That this browser's device was tuned and checked, which a page does at a visitor's first visit and remembers: on a
 * software adapter it takes longer than most tests. What the first page of a test run remembers is given to those after it.
 */
import type { Page } from 'playwright-core';

/** The page's own files for it (src/engine/prepare-once.ts). */
const NAMES = ['self-test.json', 'tuner.json'];
let remembered: Record<string, string> | null = null;

/** Takes what a page remembers, once; of a page without a device there is nothing. */
export async function keepCheck(page: Page): Promise<void> {
  if (remembered || page.isClosed()) return;
  // it goes on beside the first steps
  const isOver = () => !/checking kernels/.test(document.querySelector('header')?.textContent ?? '');
  await page.waitForFunction(isOver).catch(() => {});
  const read = async (names: string[]) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('cache');
    const files = names.map(async (name) => [name, await (await (await folder.getFileHandle(name)).getFile()).text()]);
    return Object.fromEntries(await Promise.all(files)) as Record<string, string>;
  };
  remembered = await page.evaluate(read, NAMES).catch(() => null);
}

/** Makes a page that has not been at `url` yet remember it. */
export async function giveCheck(page: Page, url: string): Promise<void> {
  if (!remembered) return;
  const blank = `${url}blank.html`;
  await page.route(blank, (route) => route.fulfill({ contentType: 'text/html', body: '' }));
  await page.goto(blank);
  await page.evaluate(async (files) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('cache', { create: true });
    for (const [name, text] of Object.entries(files)) {
      const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
      await file.write(text);
      await file.close();
    }
  }, remembered);
}
