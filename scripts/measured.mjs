/** What scripts that measure the page have in common: a browser of one's own, and how busy it was. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { buildWhereStale, serveBuilt } from './serve.mjs';

/** Of a replay. */
const REPLAY_MS = 15_000;

/**
 * Chromium on its software adapter (CHROMIUM_PATH names another) with storage of its own, and the built page at `url`. `act`
 * gets both; what it leaves is removed. `serviceWorkers`: 'allow' where what a second visit finds is measured.
 */
export async function withBrowser(act, { serviceWorkers = 'block' } = {}) {
  buildWhereStale();
  const server = await serveBuilt({ port: 0 });
  const profile = mkdtempSync(join(tmpdir(), 'antisd-measured-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    viewport: { width: 1280, height: 800 },
    serviceWorkers,
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(Number(process.env.LIMIT_MS ?? 600_000));
    page.on('pageerror', (error) => console.error(error));
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable');
    await act({ context, page, session, profile, url: server.resolvedUrls.local[0] });
  } finally {
    await context.close();
    await server.close?.();
    server.httpServer?.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** What `act` gives; ms that the page's main thread was busy meanwhile, and that the browser took of all processors. */
export async function measured({ session, profile }, act) {
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  const [before, taken] = [await busy(), processorMs(profile)];
  const value = await act();
  return { value, busy: (await busy()) - before, taken: processorMs(profile) - taken };
}

/** Of the processes that were given `folder`, such as a browser's profile, and of theirs, ms since they began; NaN where the system does not say. */
export function processorMs(folder) {
  if (!existsSync('/proc/self/stat')) return Number.NaN;
  const known = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [, parent, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      const mine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      known.set(pid, { parent, mine, ms: 10 * (Number(rest[9]) + Number(rest[10])) });
    } catch {
      // it has ended meanwhile
    }
  }
  const isOurs = (pid) => known.get(pid)?.mine || (known.has(pid) && isOurs(known.get(pid).parent));
  return [...known].filter(([pid]) => isOurs(pid)).reduce((sum, [, { ms }]) => sum + ms, 0);
}

/** How frames came in the next `ms` of the page, in words. A frame is late where a person would see that one is missing. */
export async function framesOf(browser, ms) {
  const { value, busy, taken } = await measured(browser, () => browser.page.evaluate(watch, ms));
  const sorted = value.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
  const late = value.filter((gap) => gap > 25).length;
  return (
    `${value.length} frames in ${ms / 1000} s, ms between them: median ${at(0.5)}, p95 ${at(0.95)}, ` +
    `p99 ${at(0.99)}, longest ${at(1)}; ${late} late; main thread busy ${((100 * busy) / ms).toFixed(0)} %, ` +
    `all processors ${((100 * taken) / ms).toFixed(0)} %`
  );
}

/** The page is there, and has its device: nothing of its start is measured. */
export async function isQuiet(page) {
  await page.waitForFunction(() => {
    const said = [...document.querySelectorAll('header [title]')].map(({ title }) => title);
    return said.length > 0 && !said.some((title) => /…$|\d of \d+$/.test(title));
  });
}

/** How frames come while the first of the stored runs that are listed is replayed at 10 ×. */
export async function framesOfReplay(browser) {
  const { page } = browser;
  await page
    .getByRole('button', { name: /^Replay / })
    .first()
    .click();
  await page.getByText('Stored run: ').first().waitFor(); // until then the recorded run plays
  await page.getByRole('region', { name: 'Replay' }).getByRole('button', { name: '10 ×' }).click();
  return framesOf(browser, REPLAY_MS);
}

/** In the page: ms between the frames of the next while. */
async function watch(ms) {
  const times = [];
  const end = performance.now() + ms;
  while (performance.now() < end) times.push(await new Promise(requestAnimationFrame));
  return times.slice(1).map((at, i) => at - times[i]);
}
