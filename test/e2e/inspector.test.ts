/**
 * The inspector's page as people use it: real Chromium, real WebGPU (SwiftShader), the shipped model. What needs thousands
 * of tokens, or many page loads, runs on an engine that makes its numbers up (test/ui/inspector-harness.html).
 */
import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DIVERGENCE_NAMES } from '../../src/antisd/divergences';
import { SHOWN_ARMS } from '../../src/inspect/analysis';
import { readInspection } from '../../src/inspect/export';
import { signed } from '../../src/inspect/signed';
import { findBrowser } from '../setup/browser';
import { giveCheck, keepCheck } from '../setup/checked';
import { wear } from '../setup/looks';
import { realPage } from '../setup/real-page';
import { until as waitUntil } from '../setup/until';
import { fakeSignals, SCRIPTS } from '../ui/fake-events';

const root = new URL('../..', import.meta.url).pathname;
const real = realPage();
let context: BrowserContext;
let page: Page;
let harness: ViteDevServer;
let harnessUrl: string;
const strangers: string[] = [];

beforeAll(async () => {
  context = await real.browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: real.site.url });
  page = await open(context, `${real.site.url}#inspect`);
  harness = await createServer({ root, logLevel: 'error', server: { host: '127.0.0.1', port: 0, hmr: false } });
  await harness.listen();
  const address = harness.httpServer?.address();
  if (!address || typeof address === 'string') throw new Error('The development server gave no port.');
  harnessUrl = `http://127.0.0.1:${address.port}/test/ui/inspector-harness.html`;
});

afterAll(async () => {
  await keepCheck(page);
  await harness?.close();
});

async function open(from: BrowserContext, url: string): Promise<Page> {
  const opened = await from.newPage();
  opened.setDefaultTimeout(90_000);
  opened.on('pageerror', (error) => strangers.push(`error: ${error.message}`));
  opened.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !/^(data|blob):/.test(request.url()))
      strangers.push(request.url());
  });
  if (url.startsWith(real.site.url)) await giveCheck(opened, real.site.url);
  await opened.goto(url);
  return opened;
}

const flow = (p = page) => p.getByRole('region', { name: 'Response, token by token' });
const tokens = (p = page) => flow(p).locator('[data-token]');
const detail = () => page.getByRole('region', { name: 'Token detail' });
const panel = (name: string) => page.getByRole('region', { name, exact: true });
const tab = (name: string) => page.getByRole('tab', { name, exact: true });
const sumU = async (p = page) =>
  (await p.getByRole('region', { name: 'Figures of the response' }).getByText(/^Σu/).textContent()) ?? '';
const uOf = (p = page) => tokens(p).evaluateAll((spans) => spans.map((s) => Number((s as HTMLElement).dataset.u)));

const until = <T>(what: string, look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> =>
  waitUntil(what, look, { holds, seen: async () => `The page says: ${await page.getByRole('status').textContent()}` });

async function grave(p: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page: p }).analyze();
  return violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`);
}

test('opens alive: a sample answer that gives up, every token with its u and tint', async () => {
  const u = await until(
    'scored tokens',
    () => uOf(),
    (values) => values.length > 5,
  );
  expect(u.every(Number.isFinite)).toBe(true);
  expect(Math.min(...u)).toBeLessThan(-0.25);
  const tints = await tokens().evaluateAll((spans) =>
    spans.map((s) => [Number((s as HTMLElement).dataset.u), (s as HTMLElement).dataset.tint]),
  );
  for (const [value, tint] of tints) if (Number(value) <= -2) expect(tint).toBe('-3');
  expect(await page.getByRole('link', { name: 'Inspect' }).getAttribute('aria-current')).toBe('page');
  expect(await page.getByRole('button', { name: /gave up/ }).getAttribute('aria-pressed')).toBe('true');
  expect(await panel('The teacher reads').locator('mark').count()).toBeGreaterThan(0);
  expect(await page.getByRole('button', { name: 'Start' }).count()).toBe(0); // runs belong to the other page
});

test('arrow keys lead from token to token, each with its numbers and the alternatives', async () => {
  await tokens().first().focus();
  await page.keyboard.press('ArrowRight');
  await until(
    'the detail',
    () => detail().getByText('token 2 of').count(),
    (n) => n === 1,
  );
  await page.keyboard.press('End');
  await until(
    'the last of the line',
    () => detail().getByText('token 2 of').count(),
    (n) => n === 0,
  );
  expect(await detail().getByRole('table', { name: 'Teacher’s top tokens' }).locator('tr').count()).toBeGreaterThan(2);
  expect(await flow().locator('[tabindex="0"]').count()).toBe(1);
});

test('the belief curve ends at Σu and stands, at the token with the focus, at the sum of u so far', async () => {
  await tokens().nth(2).focus();
  const belief = page.getByRole('region', { name: 'Figures of the response' }).getByRole('figure');
  const so = (await uOf()).slice(0, 3).reduce((a, b) => a + b, 0);
  const end = (await sumU()).replace('Σu ', '');
  await belief.getByText(`V here ${signed(so)}, at the end ${end}`).waitFor();
  const words = await belief.getByRole('img').getAttribute('aria-label');
  expect(words).toContain(`in nats: ${signed(so)} at token 3 of ${await tokens().count()}, ${end} at the end`);
});

test('copied text is the response’s own, and another page does not lose the place', async () => {
  await tokens().nth(0).click({ clickCount: 1 });
  await flow().evaluate((region) => getSelection()?.selectAllChildren(region));
  await page.keyboard.press('ControlOrMeta+c');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  expect(copied).toBe(await page.getByRole('textbox', { name: 'Response, editable' }).inputValue());
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const count = await tokens().count();
  await page.getByRole('link', { name: 'Train' }).click();
  await page.getByRole('button', { name: 'Start' }).waitFor();
  expect(await tokens().count()).toBe(0); // hidden from everybody
  await page.getByRole('link', { name: 'Inspect' }).click();
  await until(
    'the tokens again',
    () => tokens().count(),
    (n) => n === count,
  );
});

test('an edited response is scored anew', async () => {
  const before = await tokens().count();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const field = page.getByRole('textbox', { name: 'Response, editable' });
  const text = await field.inputValue();
  await field.fill(text.split(' ').slice(0, -2).join(' '));
  await until(
    'fewer tokens',
    () => tokens().count(),
    (n) => n === before - 2,
  );
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('button', { name: /gave up/ }).click();
  await until(
    'the sample again',
    () => tokens().count(),
    (n) => n === before,
  );
});

test('the context changes the signal; without one u is zero; every context shows side by side', async () => {
  const before = await sumU();
  await panel('Teacher’s context').getByLabel('Shown').selectOption('none');
  await until(
    'no signal',
    () => sumU(),
    (text) => /0\.00/.test(text),
  );
  expect((await uOf()).every((u) => Math.abs(u) < 1e-3)).toBe(true);
  await tab('Contexts').click();
  const rows = page.getByRole('tabpanel').locator('tbody tr');
  await until(
    'nine contexts',
    () => rows.count(),
    (n) => n === 9,
  );
  await page.getByRole('button', { name: 'sibling, else solution' }).click();
  await until(
    'the first signal again',
    () => sumU(),
    (text) => text === before,
  );
});

test('problems in words that the model does not know lead to those that it does', async () => {
  const before = await sumU();
  await panel('Problem').getByLabel('Task').selectOption('word problems');
  const alert = page.getByRole('alert').filter({ hasText: 'The problem cannot be made' });
  await alert.waitFor();
  expect(await alert.getByRole('button').allTextContents()).toEqual(['Use two cards', 'Dismiss']);
  await alert.getByRole('button', { name: 'Use two cards' }).click();
  await alert.waitFor({ state: 'detached' });
  await until(
    'the first problem again',
    () => sumU(),
    (text) => text === before,
  );
  expect(await panel('Problem').getByLabel('Task').inputValue()).toBe('two-cards');
});

test('every layer is a picture that keys walk; the last one is the signal itself', async () => {
  await tab('Layers').click();
  const picture = page.getByRole('application', { name: /arrow keys/ });
  await picture.focus();
  for (const key of ['Home', 'ArrowRight', 'PageUp', 'ArrowDown']) await page.keyboard.press(key);
  const said = page.getByRole('tabpanel').getByText(/^Layer \d+ of/);
  expect(await said.textContent()).toMatch(/^Layer 2 of 3, token 2 of/);
  expect(await detail().textContent()).toContain('token 2 of');
  const [last] = await page
    .getByRole('table', { name: /whole response/ })
    .locator('tbody tr:first-child td:nth-child(2)')
    .allTextContents();
  expect(await sumU()).toContain(last);
  expect(await picture.getByRole('img').getAttribute('aria-label')).toMatch(/^u of \d+ tokens in 3 layers/);
});

test('a search grows a tree, and a response of it is taken', async () => {
  await tab('Search').click();
  const shown = page.getByRole('tabpanel');
  await shown.getByLabel('Beam').fill('2');
  await shown.getByRole('button', { name: 'Search', exact: true }).click();
  await shown.getByRole('table').waitFor();
  const found = shown.locator('li[data-chosen="true"]').filter({ has: page.getByText('chosen', { exact: true }) });
  const step = (await found.last().locator('span').nth(2).textContent()) as string;
  await found.last().getByRole('button', { name: 'Look at it' }).last().click();
  await until(
    'the chosen response',
    async () => (await tokens().allTextContents()).join(' '),
    (text) => text.endsWith(step.trim()),
  );
});

test('the open model is evaluated on its task; the evaluation is kept, and compared', async () => {
  await tab('Evaluate').click();
  const shown = page.getByRole('tabpanel');
  await shown.getByLabel('Problems').fill('3');
  await shown.getByLabel('Samples').fill('2');
  await shown.getByRole('button', { name: 'Evaluate', exact: true }).click();
  const row = shown.getByRole('row', { name: /^two-cards nano 3 / });
  await row.getByRole('button', { name: 'Delete' }).waitFor();
  expect(await row.getByRole('button', { name: 'Go on' }).count()).toBe(0);
  const other = await open(context, `${real.site.url}#compare`);
  await other.getByRole('checkbox', { name: /^two-cards: nano/ }).check();
  await other.getByRole('region', { name: 'Evaluations', exact: true }).waitFor();
  expect(await other.getByRole('region', { name: 'Problem by problem', exact: true }).locator('tbody tr').count()).toBe(
    3,
  );
  await other.close();
});

test('signals under every divergence and method; a method is taken for the tints', async () => {
  await tab('Signals').click();
  const rows = page.getByRole('tabpanel').locator('tbody tr');
  expect(await rows.count()).toBe(DIVERGENCE_NAMES.length + SHOWN_ARMS.length);
  await page.getByRole('button', { name: /^Self-distillation A/ }).click();
  const pressed = page.getByRole('button', { name: 'term', exact: true });
  expect(await pressed.getAttribute('aria-pressed')).toBe('true');
});

test('the response is generated by the student, token by token', async () => {
  const answers = panel('Response to look at');
  await answers.getByLabel('Longest').fill('24');
  await answers.getByRole('button', { name: 'Generate a response' }).click();
  await until(
    'a scored response',
    () => page.getByRole('status').textContent(),
    (t) => /tokens a second/.test(t ?? ''),
  );
  expect((await uOf()).every(Number.isFinite)).toBe(true);
});

test('exports are files that can be read', async () => {
  const exported = async (label: string): Promise<Buffer> => {
    await page.locator('summary', { hasText: 'Export' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: label, exact: true }).click(),
    ]);
    return readFileSync(await file.path());
  };
  const inspection = readInspection((await exported('JSON')).toString());
  const count = inspection.scored.tokens.length;
  expect(count).toBe(await tokens().count());
  expect((await exported('CSV')).toString().trim().split('\r\n')).toHaveLength(count + 1);
  expect((await exported('HTML page')).toString()).toContain('data-u="');
  const picture = await exported('PNG picture');
  expect(picture.subarray(1, 4).toString()).toBe('PNG');
  expect(picture.readUInt32BE(16)).toBe(1920); // twice 960
});

test('a copied link shows the same page again', async () => {
  const [sum, count] = [await sumU(), await tokens().count()];
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await open(context, link);
  await until(
    'the same tokens',
    () => tokens(other).count(),
    (n) => n === count,
  );
  expect(await sumU(other)).toBe(sum);
  expect(await other.getByRole('tab', { name: 'Signals' }).getAttribute('aria-selected')).toBe('true');
  expect(await other.getByRole('button', { name: 'term', exact: true }).getAttribute('aria-pressed')).toBe('true');
  expect(strangers).toEqual([]);
  await other.close();
});

test('4,000 tokens: a bounded document, and the keyboard reaches the end', async () => {
  const long = await open(context, `${harnessUrl}?sample=long`);
  await tokens(long).first().waitFor();
  expect(await tokens(long).count()).toBeLessThan(1200);
  await tokens(long).first().focus();
  for (let i = 0; i < 60; i++) await long.keyboard.press('ArrowDown');
  const place = await long.evaluate(() => {
    const { activeElement } = document;
    const region = document.querySelector('[aria-label="Response, token by token"]') as HTMLElement;
    const [inner, outer] = [activeElement, region].map((e) => (e as HTMLElement).getBoundingClientRect());
    return {
      token: Number((activeElement as HTMLElement).dataset.token),
      seen: inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1,
    };
  });
  expect(place.token).toBeGreaterThan(600);
  expect(place.seen).toBe(true);
  expect(await tokens(long).count()).toBeLessThan(1200);
  await long.close();
});

test('rollouts in many scripts read as their text, in their own direction, and are copied as it', async () => {
  const many = await open(context, `${harnessUrl.replace('inspector-harness', 'harness')}?state=scripts`);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(harnessUrl).origin });
  const rollouts = many.getByRole('region', { name: 'Token heatmap' }).locator('[data-text]');
  await rollouts.first().locator('[data-u]').first().waitFor();
  const shown = await rollouts.evaluateAll((hosts) => hosts.slice(0, 5).map((host) => host.textContent));
  expect(shown.map((text) => text?.replace(/⟨[0-9A-F]{2}⟩/g, ''))).toEqual(SCRIPTS);

  // A paragraph of Hebrew begins at the right, and the key that points left leads on.
  const hebrew = rollouts.nth(1);
  const edges = await hebrew.evaluate((host) => {
    const [all, first] = [host, host.querySelector('[data-token]') as Element].map((e) => e.getBoundingClientRect());
    return [all.right - first.right, first.left - all.left];
  });
  expect(edges[0]).toBeLessThan(edges[1]);
  await hebrew.locator('[data-token]').first().focus();
  await many.keyboard.press('ArrowLeft');
  const focused = () => many.evaluate(() => (document.activeElement as HTMLElement).dataset.token);
  expect(await focused()).toBe('1');
  await many.keyboard.press('End');
  await many.keyboard.press('ArrowLeft'); // on to the next rollout
  expect(await focused()).toBe('0');

  await many.evaluate(() => {
    const hosts = document.querySelectorAll('[data-text]');
    getSelection()?.setBaseAndExtent(hosts[3], 0, hosts[4], hosts[4].childNodes.length);
  });
  await many.keyboard.press('ControlOrMeta+c');
  expect(await many.evaluate(() => navigator.clipboard.readText())).toBe(SCRIPTS.slice(3).join('\n'));
  await many.close();
});

test('a rollout that grows costs its new tokens, and scores leave its elements in place', async () => {
  const growing = await open(context, `${harnessUrl.replace('inspector-harness', 'harness')}?state=empty`);
  const signals = fakeSignals(1, 1, 1, 0.99);
  const events = [
    { type: 'rollouts', step: 1, rollouts: [{ problem: 'p', group: 0, question: 'q' }] },
    { type: 'tokens', step: 1, pieces: [{ rollout: 0, tokens: ['4', '9', '13', 'no', 'Wait'] }] },
    { type: 'tokens', step: 1, pieces: [{ rollout: 0, tokens: ['4', '20'] }] },
    { ...signals, step: 1, rollouts: [{ ...signals.rollouts[0], tokens: ['4', '9', '13', 'no', 'Wait', '4', '20'] }] },
  ];
  const rollout = growing.getByRole('region', { name: 'Token heatmap' }).locator('[data-text]');
  const changes: number[] = [];
  for (const event of events) {
    const nodes = await growing.evaluate(async (told) => {
      let count = 0;
      const observer = new MutationObserver((records) => {
        for (const { addedNodes, removedNodes } of records) count += addedNodes.length + removedNodes.length;
      });
      const host = document.querySelector('[data-text]');
      if (host) observer.observe(host, { childList: true });
      postMessage({ type: 'event', event: { v: 1, ...told } });
      for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
      return count;
    }, event);
    changes.push(nodes);
  }
  expect(await rollout.textContent()).toBe('4 9 13 no Wait 4 20');
  expect(changes).toEqual([0, 9, 4, 0]); // tokens, and the blanks before them; then attributes alone
  expect(await rollout.locator('[data-u]').count()).toBe(7);
  await growing.close();
});

test('axe finds nothing serious, and nothing sticks out, light and dark, at 1280 and 390 px', async () => {
  const shown = await open(context, `${harnessUrl}?sample=gives%20up`);
  await tokens(shown).first().waitFor();
  for (const [colorScheme, width, name] of [
    ['light', 1280, 'Contexts'],
    ['dark', 1280, 'Signals'],
    ['light', 390, 'Prompts'],
    ['dark', 390, 'Tokens'],
    ['dark', 390, 'Layers'],
    ['light', 390, 'Search'],
  ] as const) {
    await wear(shown, colorScheme);
    await shown.setViewportSize({ width, height: width === 390 ? 844 : 800 });
    await shown.getByRole('tab', { name, exact: true }).click();
    if (name === 'Search') await shown.getByRole('button', { name, exact: true }).click();
    await shown.getByRole('tabpanel').locator('table, pre').first().waitFor();
    const [scroll, client] = await shown.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(scroll).toBeLessThanOrEqual(client);
    expect([name, ...(await grave(shown))]).toEqual([name]);
  }
  await shown.close();
});

test('without WebGPU the page says so', async () => {
  const plain = await chromium.launch({
    ...(findBrowser('system') ?? findBrowser('package') ?? {}),
    args: ['--no-sandbox', '--disable-features=WebGPU', '--disable-gpu'],
  });
  try {
    const shown = await open(await plain.newContext(), `${real.site.url}#inspect`);
    await shown.getByText('Inspecting needs WebGPU').waitFor();
    expect(await shown.getByRole('link', { name: 'How to get it' }).isVisible()).toBe(true);
  } finally {
    await plain.close();
  }
});
