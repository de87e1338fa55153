/** The page as people use it: real Chromium, real WebGPU (SwiftShader), the shipped model. */
import { readFileSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { eventLine } from '../../src/runs/event-lines';
import { findBrowser } from '../setup/browser';
import { expectQuietLooks } from '../setup/looks';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';
import { fakeRun } from '../ui/fake-events';

/** Small steps, so that a test sees several of them. */
const SMALL = '?problems=4&steps=400&evalEvery=0&gateWarmup=0';

const real = realPage();
let lab: LabPage;
let page: Page;

afterEach(() => lab?.close());

/** Stands in for the bundled recorded run. */
const RECORDED = `{"events":[${fakeRun(12).map(eventLine).join(',')}]}`;

async function openLab(query = SMALL, from = real.browser, fresh = false): Promise<void> {
  lab = await LabPage.open(from, real.site.url, query, { recorded: RECORDED, fresh });
  page = lab.page;
}

const button = (name: string) => lab.button(name);
const click = (name: string) => lab.click(name);
const until = (what: string, holds: () => Promise<boolean>) => lab.until(what, holds);
const heatmap = () => page.getByRole('region', { name: 'Token heatmap' });
const scored = () => lab.scored;
const stepsDone = () => lab.stepsDone();

/** The share of painted frames, over so many steps of a run, that show a screenful of coloured tokens. */
const colouredFrames = (steps: number) =>
  page.evaluate(async (steps) => {
    const done = () => document.querySelector<HTMLProgressElement>('[aria-label="Steps done"]')?.value ?? 0;
    const count = () => document.querySelectorAll('[aria-label="Token heatmap"] span[data-u]').length;
    let [frames, coloured] = [0, 0];
    for (const end = done() + steps; done() < end; await new Promise(requestAnimationFrame)) {
      frames += 1;
      if (count() > 50) coloured += 1;
    }
    return coloured / frames;
  }, steps);

test('start, coloured tokens, pause, resume, a change of λ, step and stop', async () => {
  await openLab(SMALL, real.browser, true);
  await click('Start');
  const named = page.locator('header > span[title]').first();
  await until('a device that was checked beside the first steps', async () => {
    const said = (await lab.saidOfDevice()).join('; ');
    return (
      /looking for a GPU ….*; checking kernels \d+ of \d+/.test(said) &&
      /swiftshader/i.test((await named.textContent()) ?? '')
    );
  });
  await until(
    'scored tokens',
    async () => (await page.locator('main').count()) > 0 && (await scored().count()) > 50 && (await stepsDone()) >= 1,
  );
  const tokens = await scored().evaluateAll((spans) =>
    spans.map((s) => ({
      u: Number((s as HTMLElement).dataset.u),
      tint: (s as HTMLElement).dataset.tint,
      text: s.textContent,
    })),
  );
  expect(tokens.every((t) => Number.isFinite(t.u) && t.text !== '')).toBe(true);
  expect(tokens.filter((t) => t.u <= -2).every((t) => t.tint === '-3')).toBe(true);

  // A person who looks at any moment of a running page mostly sees colours, not only half-written rollouts.
  expect(await colouredFrames(3)).toBeGreaterThanOrEqual(0.4);

  await click('Pause');
  await until('a pause', () => button('Resume').isEnabled());
  expect(await scored().count()).toBeGreaterThan(50); // at rest the last step is coloured
  const paused = await stepsDone();
  const lambda = page.getByRole('textbox', { name: 'λ', exact: true });
  expect(await page.getByRole('textbox', { name: 'Problems a step' }).count()).toBe(0); // folded
  await lambda.fill('-3');
  await until('a message on a wrong λ', () => page.getByText('must be a number from 0 to 10').isVisible());
  await lambda.fill('0.1');
  await lambda.press('Enter');
  expect(await stepsDone()).toBe(paused); // all the while it stood still

  await click('Step');
  await until('one step', async () => (await stepsDone()) === paused + 1 && (await button('Resume').isEnabled()));
  await button('As table').click();
  const newest = await page
    .getByRole('region', { name: 'Figures by step' })
    .locator('tbody tr')
    .first()
    .locator('td')
    .allTextContents();
  expect(newest[5]).toMatch(/^0\.(100|00)$/); // λ as changed, or 0 where the gate is closed

  await click('Resume');
  await until('more steps', async () => (await stepsDone()) > paused + 1);
  await click('Stop');
  await until('the end', () => button('Start').isEnabled());
  expect(lab.strangers).toEqual([]);
});

test('a lost device is told, and the run goes on from the last good step', async () => {
  await openLab();
  await until('an engine', () => button('Start').isEnabled());
  const controls = [button('term'), button('Hold'), page.getByLabel('Method', { exact: true })];
  const places = () => Promise.all(controls.map(async (control) => (await control.boundingBox())?.y));
  const before = await places();
  await click('Start');
  await until('two steps', async () => (await stepsDone()) >= 2);
  expect(await places()).toEqual(before); // nothing has moved under the pointer
  await page.getByText('Diagnostics and stored runs').click();
  await click('Lose the device (test recovery)');
  const banner = page.getByRole('alert').filter({ hasText: 'The GPU device was lost' });
  await until('the banner', () => banner.isVisible());
  expect(await scored().count()).toBeGreaterThan(0); // the last good data stays
  const resume = banner.getByRole('button', { name: /^Resume from step \d+$/ });
  const from = Number((await resume.textContent())?.match(/\d+/)?.[0]);
  expect(from).toBeGreaterThanOrEqual(1);
  await resume.click();
  await until('the recovery', async () => !(await banner.isVisible()) && (await button('Resume').isEnabled()));
  await click('Resume');
  await until('a step after it', async () => (await stepsDone()) > from);
});

test('a run that stands at its first step: tokens and their numbers, every look of the page, its model, and its replay', async () => {
  await openLab(`${SMALL}&topP=0.95&group=4`);
  await click('Step');
  await until('scored tokens', async () => (await scored().count()) > 50 && (await button('Resume').isEnabled()));
  const warning = page.getByText('The sampling law is cut (top-p 0.95)');
  expect(await warning.count()).toBe(2); // beside the field, and of the run

  // A token shows its numbers and the alternatives; arrow keys lead to the next.
  const first = heatmap().locator('[data-text] > span').first();
  await first.focus();
  const detail = page.getByRole('region', { name: 'Token detail' });
  await until('the detail', () => detail.getByText('token 1 of').isVisible());
  expect(await detail.getByText('Student’s top tokens').isVisible()).toBe(true);
  await page.keyboard.press('ArrowRight');
  await until('the next token', () => detail.getByText('token 2 of').isVisible());
  expect(await heatmap().locator('[data-text] > span[tabindex="0"]').count()).toBe(1);

  // Curves are no stops of Tab: after the button above them comes the table below.
  await button('As table').focus();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('section')?.ariaLabel)).toBe('Token table');

  await expectQuietLooks(page, () => first.focus());
  await page.setViewportSize({ width: 1280, height: 800 });

  await page.getByText('Diagnostics and stored runs').click();
  const [model] = await Promise.all([page.waitForEvent('download'), click('Download model')]);
  const archive = readFileSync(await model.path());
  for (const name of ['config.json', 'tokenizer.json', 'model.safetensors']) expect(archive.includes(name)).toBe(true);
  await click('Stop');
  await until('the end', () => button('Start').isEnabled());
  await click('List stored runs');
  await page
    .getByRole('button', { name: /^Replay antisd, seed 0/ })
    .first()
    .click();
  await until('the replay', () => page.getByText('stored run', { exact: true }).isVisible());
  await until('its tokens', async () => (await scored().count()) > 50);
});

test('without WebGPU the page says what is missing and how to get it', async () => {
  const plain = await chromium.launch({
    ...(findBrowser('system') ?? findBrowser('package') ?? {}),
    args: ['--no-sandbox', '--disable-features=WebGPU', '--disable-gpu'],
  });
  try {
    await openLab('', plain);
    await until('the notice', () => page.getByText('Training needs WebGPU').isVisible());
    await until('the recorded run', async () => (await scored().count()) > 50);
    expect(await page.getByText('recorded', { exact: true }).isVisible()).toBe(true);
    await page.getByText('How to get it').click();
    for (const browserName of ['Chrome, Edge', 'Firefox', 'Safari', 'Linux', 'Phone'])
      expect(await page.getByText(browserName, { exact: true }).isVisible()).toBe(true);
    expect(await button('Start').isDisabled()).toBe(true);
    expect(lab.strangers).toEqual([]);
    await page.context().close();
  } finally {
    await plain.close();
  }
});
