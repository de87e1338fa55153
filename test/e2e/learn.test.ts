/** The lessons in a real browser: the whole path without a GPU, every question answered; then the same numbers from a GPU. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { readEvent } from '../../src/runs/event-lines';
import { nextLike, sheetsIn } from '../../src/ui/learn/bench';
import { CHAPTERS } from '../../src/ui/learn/chapters';
import { askedOf, colourOf } from '../../src/ui/learn/chapters/Colours';
import { isLeast } from '../../src/ui/learn/chapters/Hint';
import { isUnsurest } from '../../src/ui/learn/chapters/Write';
import { mostPraised, recordedStep, rowsIn, type TakenStep } from '../../src/ui/learn/step';
import { de } from '../../src/ui/learn/words/de';
import { en } from '../../src/ui/learn/words/en';
import { expectQuiet } from '../setup/looks';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';

const recorded = (name: string): string =>
  readFileSync(new URL(`../../public/recorded/${name}`, import.meta.url), 'utf8');
const sheets = sheetsIn(recorded('lesson.jsonl'));
const unsurest = sheets[0].scored.tokens.findIndex((_, k) => isUnsurest(sheets[0], k));
/** The response that the first chapter's answer leads to; the later chapters look at it. */
const sheet = sheets[nextLike(sheets, 0, sheets[0].scored.tokens.slice(0, unsurest)) as number];
const step = recordedStep(JSON.parse(recorded('step.json')).events.map(readEvent)) as TakenStep;

const real = realPage();
let lab: LabPage;
afterEach(() => lab?.close());

const chapter = () => lab.page.getByRole('region', { name: 'Chapter', exact: true });
const token = (i: number, text = 0) => chapter().locator(`[data-text="${text}"] [data-token="${i}"]`);
const press = (name: string | RegExp) => chapter().getByRole('button', { name }).click();
const choose = (name: string, value: string) =>
  chapter().getByRole('combobox', { name, exact: true }).selectOption(value);
const slide = (name: string, value: number) => chapter().getByRole('slider', { name }).fill(String(value));

/** What answers each chapter's question. */
const ANSWERS: Record<string, () => Promise<unknown>> = {
  async write() {
    await token(unsurest).click();
    await press(`Write on from token ${unsurest + 1}`);
  },
  async hint() {
    await token(sheet.scored.tokens.findIndex((_, i) => isLeast(sheet, i))).click();
    await press('This one');
  },
  async belief() {
    for (const [group, word] of [
      ['The secret c', '1'],
      ['First word', 'high'],
      ['Second word', 'even'],
      ['Third word', '1'],
    ])
      await chapter().getByRole('group', { name: group }).getByRole('button', { name: word, exact: true }).click();
  },
  async colours() {
    for (const i of askedOf(sheet)) {
      const group = chapter().getByRole('group', { name: new RegExp(`token ${i + 1}$`) });
      await group.getByRole('button', { name: en.chapters.colours.names[colourOf(sheet.scored.u[i]) + 1] }).click();
    }
    await press('Show the colours');
  },
  async slope() {
    await slide('λ', 0.25);
    await press('Check');
  },
  async group() {
    for (const word of ['wrong', 'right']) {
      const others = chapter().getByRole('button', { name: new RegExp(`^[01] ${word}`) });
      while ((await others.count()) > 0) await others.first().click();
    }
  },
  async step() {
    const most = mostPraised(step);
    const text = rowsIn(step).findIndex(({ advantage }) => advantage.includes(most));
    await press('6 Advantages');
    await token(rowsIn(step)[text].advantage.indexOf(most), text).click();
    await press(/^It is/);
  },
  async gate() {
    await choose('Measured against', 'peak');
    await choose('Statistic', 'median-rollouts');
    await press('Check on the run that collapsed');
  },
  race: () => press('AntiSD'),
  async open() {
    await chapter().getByRole('button', { name: 'better' }).first().click();
    await chapter().getByRole('link', { name: 'AntiSD with Hellinger' }).click();
  },
};

test('the whole path without WebGPU: ten questions answered, remembered, in both languages', async () => {
  const context = await real.browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
  await context.addInitScript(() => void Reflect.deleteProperty(Navigator.prototype, 'gpu'));
  lab = await LabPage.open(context, real.site.url, '#learn', { recorded: true });
  for (const [i, { id }] of CHAPTERS.entries()) {
    const { title, right } = en.chapters[id];
    await lab.until(title, () => chapter().getByRole('heading', { name: title }).isVisible());
    await lab.until('its figure', async () => (await chapter().getByText(en.bench.waiting).count()) === 0);
    await expectQuiet(lab.page);
    await ANSWERS[id]();
    if (id === 'open') break;
    const said = chapter().getByRole('region', { name: en.frame.question }).getByRole('status');
    await lab.until(
      `the answer to ${id}`,
      async () => (await said.textContent())?.startsWith(`✓ ${right.split('{')[0].trim()}`) ?? false,
    );
    if (i === 0) await chapter().getByRole('link', { name: /→/ }).click();
    else await lab.page.keyboard.press('n');
  }
  const method = lab.page.getByRole('combobox', { name: 'Divergence', exact: true });
  await lab.until('the lab with its settings', () => method.isVisible());
  expect(await method.inputValue()).toBe('hellinger');

  await lab.page.getByRole('link', { name: 'Learn', exact: true }).click();
  await lab.until('all ten', () => lab.page.getByText('10 of 10 questions answered').isVisible());
  await lab.page.getByLabel('Language').selectOption('de');
  await lab.until('German', () => lab.page.getByRole('heading', { name: de.chapters.write.title }).isVisible());
  expect(await lab.page.evaluate(() => document.documentElement.lang)).toBe('de');
  await lab.page.reload();
  await lab.until('what was learnt', () => lab.page.getByText('10 von 10 Fragen beantwortet').isVisible());
  expect(lab.strangers).toEqual([]);
  await context.close();
});

test('on a GPU the figures show what this browser’s engine computes: the same u, and a step of its own', async () => {
  lab = await LabPage.open(real.browser, real.site.url, '#learn?chapter=hint', { recorded: true });
  await press(en.bench.goLive);
  await lab.until('live numbers', () => chapter().getByText('Live: computed on').isVisible());
  const shown = await chapter()
    .locator('[data-token]')
    .evaluateAll((spans) => spans.map((s) => Number((s as HTMLElement).dataset.u)));
  for (const [i, u] of shown.entries()) expect(u).toBeCloseTo(sheets[0].scored.u[i], 1);
  expect(shown).toHaveLength(sheets[0].scored.u.length);
  await lab.page.goto(`${real.site.url}#learn?chapter=step`);
  await press(en.chapters.step.take);
  await lab.until('a step', () => chapter().getByText('Live: computed on').isVisible());
  expect(await chapter().getByRole('button', { name: '2 Judge' }).getAttribute('aria-disabled')).toBe('true'); // it waits
  for (const part of ['Judge', 'Cheat sheet', 'Score', 'Gate', 'Advantages']) {
    await press(`Go on: ${part}`);
    await chapter().getByRole('button', { name: part, pressed: true }).waitFor();
  }
  expect(await chapter().locator('[data-token][data-tint]').count()).toBeGreaterThan(20);
  await press('Go on: Update');
  await chapter().getByText('gradient of length').waitFor();
  expect(lab.strangers).toEqual([]);
});
