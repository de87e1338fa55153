/** Hostile models in the page: each is read or refused in words, Cancel is heard, and the tab and its engine live on. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { HOSTILE_TEMPLATES, hostileTokenizers } from '../hostile/instructions';
import { fixturePath } from '../setup/fixtures';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';
import { type Attempt, attempts, WHOLE } from './attempts';

const real = realPage();
const GOOD = fixturePath('tiny-chat');
let folder: string;
let lab: LabPage | null = null;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-pages-'));
});
afterAll(async () => {
  await lab?.close();
  await rm(folder, { recursive: true });
});

/** One page for all: that it goes on is what is asked. */
async function page(): Promise<LabPage> {
  lab ??= await LabPage.open(real.browser, real.site.url, '?kind=sft');
  return lab;
}

/** What the page says of the model and the data that are chosen, once it has looked. */
async function outcome({ page, until }: LabPage): Promise<string> {
  const found = page.locator('section[aria-label="Data preview"], p[class*="refused"]').first();
  await until.call(lab, 'a word on it', async () => (await found.isVisible()) && !(await reading().isVisible()));
  return (await found.textContent()) ?? '';
}
const reading = () => (lab as LabPage).button('Stop reading');

let count = 0;
/** Chooses a model like the good one but for a file, with an example of this text, and looks at it: to the end, and cut off. */
async function tried(name: string, content: string, text: string): Promise<void> {
  const lab = await page();
  const model = join(folder, `model-${count++}`);
  await mkdir(model);
  await cp(GOOD, model, { recursive: true });
  await writeFile(join(model, name), content);
  const data = join(folder, 'examples.jsonl');
  await writeFile(data, `${JSON.stringify({ prompt: text, completion: text })}\n`.repeat(3));
  await lab.page.locator('input[webkitdirectory]').first().setInputFiles(model);
  await lab.page.locator('input[accept*=".jsonl"]').setInputFiles(data);
  expect((await outcome(lab)).length).toBeGreaterThan(10);
  // Once more, and cancelled.
  const again = lab.button('Look at the data');
  if (await again.isVisible()) await again.click();
  if (await reading().isVisible())
    await reading()
      .click({ timeout: 1000 })
      .catch(() => {}); // it may have ended meanwhile
  await outcome(lab);
  expect(await lab.page.getByText(/engine is (gone|silent)/i).count()).toBe(0);
  expect(lab.strangers).toEqual([]);
}

/** The page as it was, on a good model. */
async function goesOn(): Promise<void> {
  const lab = await page();
  await lab.page.locator('input[webkitdirectory]').first().setInputFiles(GOOD);
  await lab.page.locator('input[accept*=".jsonl"]').setInputFiles(join(GOOD, 'conversations.jsonl'));
  await lab.until('the good model', () => lab.page.getByText(/\d+ examples to learn from/).isVisible());
}

const base = JSON.parse(await readFile(join(GOOD, 'tokenizer.json'), 'utf8'));
const tokenizers: Attempt[] = hostileTokenizers(base).map(({ id, what, changed, text }, i) => ({
  id: `page/tokenizer, ${id}`,
  group: 'hostile models in the page',
  what,
  expected: 'read, or refused in words; cancelled when asked; a good model after it is read',
  gate: i === 0,
  timeout: 120_000,
  async run() {
    await tried('tokenizer.json', JSON.stringify({ ...base, ...changed }), text);
    if (!WHOLE || i % 8 === 7) await goesOn();
  },
}));
const templates: Attempt[] = HOSTILE_TEMPLATES.map(([id, what, source], i) => ({
  id: `page/template, ${id}`,
  group: 'hostile models in the page',
  what,
  expected: 'read, or refused in words; cancelled when asked; a good model after it is read',
  gate: false,
  timeout: 120_000,
  async run() {
    await tried('chat_template.jinja', source, 'Hi');
    if (i % 8 === 7) await goesOn();
  },
}));

attempts([...tokenizers, ...templates]);
