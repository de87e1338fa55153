/**
 * Measures the page as a visitor has it, in Chromium on its software adapter (CHROMIUM_PATH names another):
 *
 *     node scripts/page-speed.mjs paint             ms to the first paint, of a first visit and of one that comes again
 *     node scripts/page-speed.mjs race [SECONDS]    how frames come while the recorded race is replayed, and while one is run
 *     node scripts/page-speed.mjs replay RUN        how frames come while the stored run in the folder RUN is replayed at 10 ×
 *
 * A line of a table each. Beside frames: how busy the page's main thread was, which other work on the machine does not change.
 */
import { framesOf, framesOfReplay, isQuiet, withBrowser } from './measured.mjs';

const VISITS = 5;
/** Of the race's replay; it takes 12 s. */
const RACE_MS = 11_000;

const [what, given] = process.argv.slice(2);
const work = { paint, race, replay }[what];
if (!work || (what === 'replay' && !given)) {
  console.error('node scripts/page-speed.mjs paint | race [SECONDS] | replay RUN');
  process.exit(2);
}
await work(given);

/** First visits in a browser each; then visits to the page that is kept. */
async function paint() {
  const [first, again] = [[], []];
  for (let i = 0; i < VISITS; i++)
    await withBrowser(
      async ({ page, url }) => {
        first.push(await paintOf(page, url));
        await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
        again.push(await paintOf(page, url));
      },
      { serviceWorkers: 'allow' },
    );
  const row = (times) => times.toSorted((a, b) => a - b).map(Math.round);
  for (const [visit, times] of Object.entries({ first, again }))
    console.log(`| ${visit} visit | median ${row(times)[Math.floor(VISITS / 2)]} ms | ${row(times).join(', ')} |`);
}

async function paintOf(page, url) {
  await page.goto('about:blank');
  await page.goto(url);
  const painted = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null;
  return (await page.waitForFunction(painted)).jsonValue();
}

async function race(seconds = '30') {
  await withBrowser(async (browser) => {
    const { page, url } = browser;
    await page.goto(`${url}#learn?chapter=race`);
    await page.getByRole('button', { name: 'AntiSD', exact: true }).click();
    console.log(`| replayed | ${await framesOf(browser, RACE_MS)} |`);
    await page.getByRole('button', { name: 'Run it on my GPU' }).click();
    await page.getByText('AntiSD: Step 1 of').waitFor();
    console.log(`| live | ${await framesOf(browser, 1000 * Number(seconds))} |`);
    console.log(`| | the race was at “${await page.getByText('AntiSD: Step').textContent()}” |`);
  });
}

async function replay(run) {
  await withBrowser(async (browser) => {
    const { page, url } = browser;
    await page.goto(`${url}#train`);
    await page.getByText('Diagnostics and stored runs').click();
    const stored = page.getByRole('region', { name: 'Stored runs' });
    await stored.locator('input[webkitdirectory]').setInputFiles(run);
    await isQuiet(page);
    console.log(`| replayed at 10 × | ${await framesOfReplay(browser)} |`);
  });
}
