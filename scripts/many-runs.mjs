/**
 * Measures the page with many stored runs, in Chromium on its software adapter (CHROMIUM_PATH names another):
 *
 *     node scripts/many-runs.mjs RUN [COUNT]
 *
 * fills the browser's storage with COUNT (300) copies of the stored run in the folder RUN, each of a seed of its own (of all
 * but those that are compared the log has its beginning and end only: a list reads no more). It says how long their list
 * takes to open, how long a comparison of 30 of them takes to be drawn, each after a reload of the page, and how frames come
 * while one is replayed at 10 ×. Beside the clock: how long the page's main thread was busy, and (where there is a
 * /proc) the processor time of all of the browser, which other work on the machine does not make longer.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { chromium } from 'playwright-core';
import { buildWhereStale, serveBuilt } from './serve.mjs';

const COMPARED = 30;
const TRIES = 3;
const REPLAY_MS = 15_000;

const [run, count = '300'] = process.argv.slice(2);
if (!run) {
  console.error('node scripts/many-runs.mjs RUN [COUNT]');
  process.exit(2);
}
buildWhereStale();
const server = await serveBuilt({ port: 0 });
const url = server.resolvedUrls.local[0];
const profile = mkdtempSync(join(tmpdir(), 'antisd-many-runs-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  viewport: { width: 1280, height: 800 },
  serviceWorkers: 'block',
});
try {
  const page = await context.newPage();
  page.setDefaultTimeout(Number(process.env.LIMIT_MS ?? 600_000));
  page.on('pageerror', (error) => console.error(error));
  await page.route('**/recorded/*.json', (route) => route.abort());
  await page.route('**/template/**', (route) =>
    route.fulfill({
      path: join(run, decodeURIComponent(new URL(route.request().url()).pathname.split('/template/')[1])),
    }),
  );
  const cdp = await context.newCDPSession(page);
  await cdp.send('Performance.enable');
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
    await page.getByText('Diagnostics and stored runs').waitFor();
    lists.push(await measured(cdp, () => page.evaluate(openList, Number(count))));
    await page.goto('about:blank');
    await page.goto(`${url}#compare`);
    await page.waitForFunction((n) => document.querySelectorAll('[type=checkbox]').length >= n, Number(count));
    comparisons.push(await measured(cdp, () => page.evaluate(compare, COMPARED)));
  }
  told('the list opens', lists);
  told(`a comparison of ${COMPARED} is drawn`, comparisons);

  await page.goto(`${url}#train`);
  await page.getByText('Diagnostics and stored runs').click();
  await page
    .getByRole('button', { name: /^Replay / })
    .first()
    .click();
  await page.getByRole('region', { name: 'Replay' }).getByRole('button', { name: '10 ×' }).click();
  const frames = await measured(cdp, () => page.evaluate(watch, REPLAY_MS));
  const sorted = frames.value.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
  const late = frames.value.filter((ms) => ms > 25).length;
  console.log(
    `replay at 10 ×: ${frames.value.length} frames in ${REPLAY_MS / 1000} s, ms between them: median ${at(0.5)}, p95 ${at(0.95)}, ` +
      `p99 ${at(0.99)}, longest ${at(1)}; ${late} late; main thread busy ${((100 * frames.busy) / REPLAY_MS).toFixed(0)} %, all processors ${((100 * frames.taken) / REPLAY_MS).toFixed(0)} %`,
  );
} finally {
  await context.close();
  await server.close?.();
  server.httpServer?.close();
  rmSync(profile, { recursive: true, force: true });
}

/** Paths of all files in a run's folder. */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** What `act` gives; ms that the page's main thread was busy meanwhile, and that the browser took of all processors. */
async function measured(session, act) {
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  const [before, taken] = [await busy(), processorMs()];
  const value = await act();
  return { value, busy: (await busy()) - before, taken: processorMs() - taken };
}

/** Of this browser's processes, ms since they began; NaN where the system does not say. */
function processorMs() {
  if (!existsSync('/proc/self/stat')) return Number.NaN;
  const parents = new Map();
  let first = null;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const after = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      parents.set(pid, { parent: after[1], ms: 10 * (Number(after[11]) + Number(after[12])) });
      if (first === null && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(profile)) first = pid;
    } catch {
      // it has ended meanwhile
    }
  }
  const isOurs = (pid) => pid === first || (parents.has(pid) && isOurs(parents.get(pid).parent));
  return [...parents].filter(([pid]) => isOurs(pid)).reduce((sum, [, { ms }]) => sum + ms, 0);
}

function told(what, tries) {
  const list = (name) => tries.map((each) => Math.round(each[name])).join(', ');
  console.log(`${what}: ${list('value')} ms; main thread ${list('busy')} ms; all processors ${list('taken')} ms`);
}

/** In the page: copies of the run, without checksums where the seed is another. */
async function fill({ files, count, whole }) {
  const read = async (path) => (await fetch(`/template/${path}`)).blob();
  const contents = await Promise.all(files.map(async (path) => [path, await read(path)]));
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
      await file.write(mine.get(path) ?? content);
      await file.close();
    }
  }
}

/** In the page: ms from the click that opens the list until all rows are painted. */
async function openList(count) {
  const began = performance.now();
  [...document.querySelectorAll('summary')].find(({ textContent }) => textContent.includes('stored runs')).click();
  const rows = () => document.querySelectorAll('section[aria-label="Stored runs"] li').length;
  while (rows() < count) {
    if (performance.now() - began > 30000)
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
      row && document.querySelectorAll('figure svg').length > 3 && document.body.textContent.includes(`${count / 2}`)
    );
  };
  while (!drawn()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve));
  return performance.now() - began;
}

/** In the page: ms between the frames of the next while. */
async function watch(ms) {
  const times = [];
  const end = performance.now() + ms;
  while (performance.now() < end) times.push(await new Promise(requestAnimationFrame));
  return times.slice(1).map((at, i) => at - times[i]);
}
