/** The page in Firefox, whose WebGPU is wgpu: it opens, trains a step and shows its tokens. Needs a Firefox on the machine. */
import { existsSync } from 'node:fs';
import puppeteer, { type Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveLab } from '../setup/browser';

const FIREFOX = [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'].find(
  (path) => path && existsSync(path),
);
/** Firefox takes Mesa's driver where the machine has no GPU; SwiftShader is Chromium's own. */
const MESA = '/usr/share/vulkan/icd.d/lvp_icd.json';

let lab: Awaited<ReturnType<typeof serveLab>>;
let browser: Browser | undefined;
beforeAll(async () => {
  lab = await serveLab();
});
afterAll(async () => {
  await browser?.close();
  await lab?.close();
});

it('starts, trains a step and colours its tokens', async ({ skip }) => {
  skip(!FIREFOX, 'no Firefox: set FIREFOX_PATH or install firefox-esr');
  browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    env: { ...process.env, ...(existsSync(MESA) ? { VK_ICD_FILENAMES: MESA } : {}) },
    extraPrefsFirefox: {
      'dom.webgpu.enabled': true,
      'dom.webgpu.workers.enabled': true,
      'gfx.webgpu.ignore-blocklist': true,
    },
  });
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`${lab.url}?problems=2&group=2&maxNewTokens=16&steps=2&evalEvery=0`);
  const start = await page.waitForSelector('::-p-aria([name="Start"][role="button"])', { timeout: 60_000 });
  await page.waitForFunction((button) => button?.getAttribute('aria-disabled') !== 'true', { timeout: 240_000 }, start);
  await start?.click();
  await page.waitForFunction(() => document.querySelectorAll('[aria-label="Token heatmap"] [data-u]').length > 8, {
    timeout: 240_000,
  });
  const values = await page.$$eval('[aria-label="Token heatmap"] [data-u]', (spans) =>
    spans.map((span) => Number((span as HTMLElement).dataset.u)),
  );
  expect(values.every(Number.isFinite)).toBe(true);
  expect(errors).toEqual([]);
}, 540_000);
