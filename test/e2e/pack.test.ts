/** The threads that pack weights, in a real browser, started from inside another Worker: built and served as the page is. */
import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { launchBrowser, serveLab } from '../setup/browser';
import { saidByPage } from '../setup/small-page';

test('weights are packed in a Worker of a Worker, to the bits of quantise.ts', async () => {
  expect(await saidByPage('pack')).toEqual({ processors: true, same: [true, true] });
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
