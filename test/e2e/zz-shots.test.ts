import { readFileSync } from 'node:fs';
import { afterEach, test } from 'vitest';
import { eventLine } from '../../src/runs/event-lines';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';
const real = realPage();
let lab: LabPage;
afterEach(() => lab?.close());
test('shots', async () => {
  lab = await LabPage.open(real.browser, real.site.url, '#compare');
  const { page } = lab;
  await page.locator('input[type=file]').last().setInputFiles(['/tmp/be1/results.json']);
  await page.getByText('Problem by problem').waitFor();
  await page.screenshot({ path: '/tmp/bench-out/shot-compare.png', fullPage: true });
  // a run that rewards steps, stored, replayed
  const config = readFileSync('/tmp/bf/on/config.json', 'utf8');
  const log = readFileSync('/tmp/bf/on/events.jsonl', 'utf8');
  await page.evaluate(async ({ config, log }) => {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('runs', { create: true });
    const folder = await root.getDirectoryHandle('2026-01-01T00-00-00-000Z-antisd-process', { create: true });
    for (const [name, text] of [['config.json', config], ['events.jsonl', log]]) {
      const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
      await file.write(text); await file.close();
    }
  }, { config, log });
  await page.goto(real.site.url); await page.reload();
  await page.getByText('Model: nano').first().click();
  await page.getByRole('combobox', { name: 'Task', exact: true }).selectOption('Dataset of the Hub …');
  await page.getByRole('combobox', { name: /Dataset of the Hub, or several/ }).fill('nonsense!');
  await page.getByRole('button', { name: 'Use', exact: true }).first().click();
  await page.screenshot({ path: '/tmp/bench-out/shot-data-bad.png' });
  await page.getByRole('combobox', { name: /Dataset of the Hub, or several/ }).fill('gsm8k:2,math-500');
  await page.getByRole('button', { name: 'Use', exact: true }).first().click();
  await page.screenshot({ path: '/tmp/bench-out/shot-data.png' });
  await page.getByText('Diagnostics and stored runs').click();
  await page.getByRole('button', { name: /^Replay/ }).first().click();
  await page.getByRole('button', { name: 'To the end' }).click();
  await page.waitForTimeout(3000);
  await page.getByRole('button', { name: 'step', exact: true }).click();
  await page.screenshot({ path: '/tmp/bench-out/shot-steps.png', fullPage: true });
  console.log(lab.strangers);
}, 200000);
void eventLine;
