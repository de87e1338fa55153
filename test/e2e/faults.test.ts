/** A page that goes on: what fails is told where it fails, and everything else stays. Real Chromium. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventLine } from '../../src/runs/event-lines';
import { launchBrowser, serveLab } from '../setup/browser';
import { expectQuietLooks } from '../setup/looks';
import { LabPage } from '../setup/page';
import { fakeRun } from '../ui/fake-events';

let site: Awaited<ReturnType<typeof serveLab>>;
let browser: Browser;
let lab: LabPage;

beforeAll(async () => {
  [site, browser] = await Promise.all([serveLab(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});
afterEach(() => lab?.close());

test('a region that cannot be drawn says why; the others stay, and it can be drawn again', async () => {
  lab = await LabPage.open(browser, site.url);
  const { page } = lab;
  const row = { token: 'Wait', count: 8123, meanU: -1.4, meanTerm: 0.3, share: 0.1 };
  // A token that is no text, as a file that was tampered with may have it.
  const events = fakeRun(12).map((e) =>
    e.type === 'tokens-table' ? { ...e, rows: [row, { ...row, token: null }] } : e,
  );
  const body = `{"events":[${events.map((event) => eventLine(event as never)).join(',')}]}`;
  await page.route('**/recorded/*.json', (route) => route.fulfill({ contentType: 'application/json', body }));
  await page.reload();
  const notice = page.getByRole('alert').filter({ hasText: 'The token table cannot be shown.' });
  await lab.until('the notice', () => notice.isVisible());
  expect(await lab.scored.count()).toBeGreaterThan(50);
  expect(await page.getByRole('region', { name: 'Run facts' }).isVisible()).toBe(true);
  await lab.until('an engine', () => lab.button('Start').isEnabled());
  await expectQuietLooks(page);
  await notice.getByRole('button', { name: 'Try again' }).click();
  expect(await notice.isVisible()).toBe(true); // the file is what it was
  await lab.click('Start');
  await notice.getByRole('button', { name: 'Try again' }).click();
  await lab.until('the table', () => page.getByRole('region', { name: 'Token table' }).isVisible());
  expect(lab.strangers).toEqual([]);
});
