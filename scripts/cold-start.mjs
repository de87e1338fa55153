/**
 * Measures a cold start: the page to its first coloured step (2 problems × 2, 16 tokens) with nothing remembered, neither by
 * the browser (a fresh profile) nor by Mesa (an empty shader cache):
 *
 *     node scripts/cold-start.mjs [chromium] [firefox]
 *
 * Chromium on its SwiftShader, Firefox on llvmpipe; those that are there. CHROMIUM_PATH and FIREFOX_PATH name others. By the
 * clock, and (where there is a /proc) the processor time of the whole browser, which other work on the machine adds little to.
 * The kernels are checked beside the first steps: the last column is when that had ended, from the page on.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { processorMs } from './measured.mjs';
import { buildWhereStale, serveBuilt } from './serve.mjs';

const LIMIT_MS = 600_000;
const LLVMPIPE = '/usr/share/vulkan/icd.d/lvp_icd.json';
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const FIREFOX = process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr';
/** What is measured: puppeteer's options, by name. */
const BROWSERS = {
  chromium: {
    browser: 'chrome',
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  },
  firefox: {
    needs: LLVMPIPE,
    browser: 'firefox',
    executablePath: FIREFOX,
    extraPrefsFirefox: {
      'dom.webgpu.enabled': true,
      'dom.webgpu.workers.enabled': true,
      'gfx.webgpu.ignore-blocklist': true,
    },
  },
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in BROWSERS));
if (unknown) {
  console.error(`There is no "${unknown}": ${Object.keys(BROWSERS).join(', ')}`);
  process.exit(2);
}
buildWhereStale();
const server = await serveBuilt({ port: 0 });
const url = server.resolvedUrls.local[0];
console.log(
  '| browser | adapter | page to first step | processor time | every kernel checked |\n|---|---|---|---|---|',
);
try {
  for (const name of asked.length > 0 ? asked : Object.keys(BROWSERS)) {
    const { needs, ...options } = BROWSERS[name];
    const missing = [needs, options.executablePath].find((path) => path && !existsSync(path));
    if (missing) console.log(`| ${name} | | skipped: no ${missing} | | |`);
    else await measure(name, options).catch((error) => console.log(`| ${name} | | failed: ${error.message} | | |`));
  }
} finally {
  await server.close?.();
  server.httpServer?.close();
}

async function measure(name, options) {
  const own = mkdtempSync(join(tmpdir(), 'antisd-cold-'));
  const browser = await puppeteer.launch({
    ...options,
    headless: true,
    timeout: LIMIT_MS,
    protocolTimeout: LIMIT_MS,
    userDataDir: join(own, 'profile'),
    env: { ...process.env, MESA_SHADER_CACHE_DIR: join(own, 'shaders'), VK_ICD_FILENAMES: LLVMPIPE },
  });
  try {
    const page = await browser.newPage();
    const [began, computed] = [performance.now(), processorMs(own)];
    await page.goto(`${url}?problems=2&group=2&maxNewTokens=16&steps=1&evalEvery=0`, {
      waitUntil: 'domcontentloaded',
      timeout: LIMIT_MS,
    });
    const start = await page.waitForSelector('::-p-aria([name="Start"][role="button"])', { timeout: LIMIT_MS });
    const isOpen = (button) => button?.getAttribute('aria-disabled') !== 'true';
    await page.waitForFunction(isOpen, { timeout: LIMIT_MS }, start);
    const opened = (performance.now() - began) / 1000;
    await start.click();
    const isColoured = () => document.querySelectorAll('[aria-label="Token heatmap"] [data-u]').length > 8;
    await page.waitForFunction(isColoured, { timeout: LIMIT_MS });
    const seconds = (performance.now() - began) / 1000;
    const taken = (processorMs(own) - computed) / 1000;
    const isChecked = () => !/checking kernels/.test(document.querySelector('header')?.textContent ?? '');
    await page.waitForFunction(isChecked, { timeout: LIMIT_MS });
    const checked = (performance.now() - began) / 1000;
    const adapter = await page.evaluate(
      () => document.body.textContent.match(/llvmpipe|swiftshader/i)?.[0] ?? 'unnamed',
    );
    console.log(
      `| ${name} | ${adapter} | ${seconds.toFixed(1)} s, ${opened.toFixed(1)} of them to an open page | ${taken.toFixed(1)} s | ${checked.toFixed(1)} s |`,
    );
  } finally {
    await browser.close();
    rmSync(own, { recursive: true, force: true });
  }
}
