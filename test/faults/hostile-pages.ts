/** Hostile models in the page: each is read or refused in words, Cancel is heard, and the tab and its engine live on. */
import { readFileSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { HOSTILE_TEMPLATES, hostileTokenizers } from '../hostile/instructions';
import { fixturePath } from '../setup/fixtures';
import type { LabPage } from '../setup/page';
import { type Attempt, WHOLE } from './attempts';

const GOOD = fixturePath('tiny-chat');
const base = JSON.parse(readFileSync(join(GOOD, 'tokenizer.json'), 'utf8'));
const EXPECTED = 'read, or refused in words; cancelled when asked; a good model after it is read';

/** The rows, on one page for all, which `open` gives with the form of supervised runs: that it goes on is what is asked. */
export function hostilePages(open: () => Promise<LabPage>, folder: Promise<string>): Attempt[] {
  let count = 0;

  /** Chooses a model like the good one but for a file, with examples of this text, and looks at them: to the end, and cut off. */
  async function tried(name: string, content: string, text: string): Promise<void> {
    const lab = await open();
    const model = join(await folder, `model-${count++}`);
    await mkdir(model);
    await cp(GOOD, model, { recursive: true });
    await writeFile(join(model, name), content);
    const data = join(await folder, 'examples.jsonl');
    await writeFile(data, `${JSON.stringify({ prompt: text, completion: text })}\n`.repeat(3));
    await choose(lab, model, data);
    expect(await outcome(lab)).toMatch(/.{10}/);
    const [again, stop] = [lab.button('Look at the data'), lab.button('Stop reading')];
    if (await again.isVisible()) await again.click();
    if (await stop.isVisible()) await stop.click({ timeout: 1000 }).catch(() => {}); // it may have ended meanwhile
    await outcome(lab);
    expect(await lab.page.getByText(/engine is (gone|silent)/i).count()).toBe(0);
    expect(lab.strangers).toEqual([]);
  }

  /** The same page with the good model. */
  async function goesOn(): Promise<void> {
    const lab = await open();
    await choose(lab, GOOD, join(GOOD, 'conversations.jsonl'));
    await lab.until('the good model', () => lab.page.getByText(/\d+ examples to learn from/).isVisible());
  }

  const row = (id: string, what: string, file: string, content: string, text: string, i: number): Attempt => ({
    ...{ id, what, group: 'hostile models in the page', expected: EXPECTED, timeout: 120_000 },
    gate: i === 0 && file === 'tokenizer.json',
    async run() {
      await tried(file, content, text);
      if (!WHOLE || i % 8 === 7) await goesOn();
    },
  });
  return [
    ...hostileTokenizers(base).map(({ id, what, changed, text }, i) =>
      row(`page/tokenizer, ${id}`, what, 'tokenizer.json', JSON.stringify({ ...base, ...changed }), text, i),
    ),
    ...HOSTILE_TEMPLATES.map(([id, what, source], i) =>
      row(`page/template, ${id}`, what, 'chat_template.jinja', source, 'Hi', i),
    ),
  ];
}

async function choose({ page }: LabPage, model: string, data: string): Promise<void> {
  await page.locator('input[webkitdirectory]').first().setInputFiles(model);
  await page.locator('input[accept*=".jsonl"]').setInputFiles(data);
}

/** What the page says of the model and the data that are chosen, once it has looked. */
async function outcome(lab: LabPage): Promise<string> {
  const found = lab.page.locator('section[aria-label="Data preview"], p[class*="refused"]').first();
  const stop = lab.button('Stop reading');
  await lab.until('a word on it', async () => (await found.isVisible()) && !(await stop.isVisible()));
  return (await found.textContent()) ?? '';
}
