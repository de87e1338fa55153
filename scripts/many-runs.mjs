/**
 * Measures the page with many stored runs, in Chromium on its software adapter (CHROMIUM_PATH names another):
 *
 *     node scripts/many-runs.mjs RUN [COUNT]
 *
 * fills the browser's storage with COUNT (300) copies of the stored run in the folder RUN, each of a seed of its own (of all
 * but those that are compared the log has its beginning and end only, for a list reads no more, and weights are zeros). It says
 * how long their list takes to open, how long a comparison of 30 of them takes to be drawn, each after a reload of the page, and
 * how frames come while one is replayed at 10 ×. The first of the three tries finds runs that came from elsewhere, with no index
 * beside them; the others are as any later visit. Beside the clock: how long the page's main thread was busy, and (where there is
 * a /proc) the processor time of all of the browser, which other work on the machine does not make longer. The last line is a row
 * for docs/runs.md. A loaded machine is waited for as long as LIMIT_MS says (600,000).
 */
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { framesOfReplay, isQuiet, measured, withBrowser } from './measured.mjs';

const COMPARED = 30;
const TRIES = 3;
const LIMIT_MS = Number(process.env.LIMIT_MS ?? 600_000);

const [run, count = '300'] = process.argv.slice(2);
if (!run) {
  console.error('node scripts/many-runs.mjs RUN [COUNT]');
  process.exit(2);
}
await withBrowser(async (browser) => {
  const { page, url } = browser;
  await page.route('**/recorded/*.json', (route) => route.abort());
  await page.route('**/template/**', (route) =>
    route.fulfill({
      path: join(run, decodeURIComponent(new URL(route.request().url()).pathname.split('/template/')[1])),
    }),
  );
  await page.goto(`${url}#compare`);
  const files = filesOf(run);
  const bytes = files.reduce((sum, file) => sum + statSync(join(run, file)).size, 0);
  await page.evaluate(fill, { files, count: Number(count), whole: COMPARED });
  console.log(
    `${count} runs of ${(bytes / 2 ** 20).toFixed(1)} MiB, log ${(statSync(join(run, 'events.jsonl')).size / 2 ** 20).toFixed(1)} MiB`,
  );

  const lists = [];
  const comparisons = [];
  for (let i = 0; i < TRIES; i++) {
    await page.goto('about:blank');
    await page.goto(`${url}#train`);
    await isQuiet(page);
    lists.push(await measured(browser, () => page.evaluate(openList, { count: Number(count), limit: LIMIT_MS })));
    await page.goto('about:blank');
    await page.goto(`${url}#compare`);
    await page.waitForFunction((n) => document.querySelectorAll('[type=checkbox]').length >= n, Number(count));
    await isQuiet(page);
    comparisons.push(await measured(browser, () => page.evaluate(compare, Math.min(COMPARED, Number(count)))));
  }
  told('the list opens', lists);
  told(`a comparison of ${COMPARED} is drawn`, comparisons);

  await page.goto('about:blank');
  await page.goto(`${url}#train`);
  await isQuiet(page);
  await page.getByText('Diagnostics and stored runs').click();
  console.log(`replay at 10 ×: ${await framesOfReplay(browser)}`);
  const all = (tries) => tries.map(({ value }) => (value / 1000).toFixed(2)).join(' / ');
  console.log(`| ${count} | ${all(lists)} | ${all(comparisons)} |`);
});

/** Paths of all files in a run's folder. */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function told(what, tries) {
  const list = (name) => tries.map((each) => Math.round(each[name])).join(', ');
  console.log(`${what}: ${list('value')} ms; main thread ${list('busy')} ms; all processors ${list('taken')} ms`);
}

/** In the page: copies of the run, without checksums where the seed is another. */
async function fill({ files, count, whole }) {
  const read = async (path) => (await fetch(`/template/${path}`)).blob();
  const contents = await Promise.all(files.map(async (path) => [path, await read(path)]));
  const isWeights = (path) => path.endsWith('.safetensors');
  const log = contents.find(([path]) => path === 'events.jsonl')[1];
  const head = await log.slice(0, 65536).text();
  const first = head.slice(0, head.indexOf('\n') + 1);
  const rest = log.slice(new TextEncoder().encode(first).length);
  const config = JSON.parse(await contents.find(([path]) => path === 'config.json')[1].text());
  const { crc: _, ...start } = JSON.parse(first);
  const end = log.slice(Math.max(log.size - 2 ** 20, 0));
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs', { create: true });
  for (let seed = 0; seed < count; seed++) {
    const arm = seed % 2 ? 'grpo' : 'antisd';
    const at = new Date(Date.UTC(2026, 0, 1, 0, seed)).toISOString().replace(/[:.]/g, '-');
    const folder = await root.getDirectoryHandle(`${at}-${arm}`, { create: true });
    const own = { ...config, seed: Math.floor(seed / 2), arm };
    const mine = new Map([
      ['config.json', new Blob([JSON.stringify(own)])],
      ['events.jsonl', new Blob([`${JSON.stringify({ ...start, config: own })}\n`, seed < count - whole ? end : rest])],
    ]);
    for (const [path, content] of contents) {
      const names = path.split('/');
      const name = names.pop();
      let place = folder;
      for (const each of names) place = await place.getDirectoryHandle(each, { create: true });
      const file = await (await place.getFileHandle(name, { create: true })).createWritable();
      if (isWeights(path)) await file.truncate(content.size);
      else await file.write(mine.get(path) ?? content);
      await file.close();
    }
  }
}

/** In the page: ms from the click that opens the list until all rows are painted. */
async function openList({ count, limit }) {
  const began = performance.now();
  [...document.querySelectorAll('summary')].find(({ textContent }) => textContent.includes('stored runs')).click();
  const rows = () => document.querySelectorAll('section[aria-label="Stored runs"] li').length;
  while (rows() < count) {
    if (performance.now() - began > limit)
      throw new Error(`${rows()} rows; ${document.body.textContent.slice(0, 3000)}`);
    await new Promise(requestAnimationFrame);
  }
  await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve));
  return performance.now() - began;
}

/** In the page: ms from the click that chooses the last of the runs until the charts are painted. */
async function compare(count) {
  const boxes = [...document.querySelectorAll('[type=checkbox]')].slice(0, count);
  const began = performance.now();
  for (const box of boxes) box.click();
  const drawn = () => {
    const row = document.querySelector('[aria-label="Runs to compare"] [role=status]')?.textContent === '';
    return (
      row &&
      document.querySelectorAll('figure svg').length > 3 &&
      document.body.textContent.includes(`${Math.floor(count / 2)}`)
    );
  };
  while (!drawn()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve));
  return performance.now() - began;
}
