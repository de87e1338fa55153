/** Models from anywhere in the page: dropped and chosen files, a Hub on this machine, tokens, plans. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { fixtureBytes } from '../setup/checkpoints';
import { fixturePath } from '../setup/fixtures';
import { type HubServer, noise, startHub } from '../setup/hub-server';
import { expectQuietLooks } from '../setup/looks';
import { LabPage } from '../setup/page';
import { realPage } from '../setup/real-page';

/** Small steps on a chat model. */
const SMALL =
  '?task=word-problems&loraRank=4&problems=2&group=2&maxNewTokens=16&steps=2&evalEvery=0&gateWarmup=0&learningRate=0.01';
const SHA = 'aaaabbbbccccddddeeeeffff0000111122223333';
const MODEL = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
const ID = 'lab/tiny-chat';

const real = realPage();
let hub: HubServer;
let lab: LabPage;

beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub?.close());
beforeEach(() => {
  const files = Object.fromEntries(MODEL.map((name) => [name, fixtureBytes('tiny-chat', name)]));
  hub.repositories.set(ID, { sha: SHA, revisions: ['main'], files, largeFrom: 20_000 });
  hub.pace = { chunk: 16 * 1024, pause: 0 };
  hub.seen.length = 0;
});
afterEach(() => lab?.close());

const openLab = async (query: string, options = {}) => {
  lab = await LabPage.open(real.browser, real.site.url, query, options);
};
const model = () => lab.page.getByRole('combobox', { name: 'Model', exact: true });
const task = () => lab.page.getByRole('combobox', { name: 'Task', exact: true });
/** It is open already where the task asks for another model than the page begins with. */
const openSection = () =>
  lab.page.locator('summary', { hasText: /^Model: / }).evaluate((summary) => {
    if (!(summary.parentElement as HTMLDetailsElement).open) (summary as HTMLElement).click();
  });
const text = (words: string | RegExp) => lab.page.getByText(words);
const bytesSent = () => hub.seen.reduce((sum, { sent }) => sum + sent, 0);

/** A drop as the browser gives it to the page: files, no folders, as far as a test can make one. */
async function drop(files: { name: string; bytes: Uint8Array }[]): Promise<void> {
  const transfer = await lab.page.evaluateHandle(
    (all) => {
      const data = new DataTransfer();
      for (const { name, bytes } of all) data.items.add(new File([new Uint8Array(bytes)], name));
      return data;
    },
    files.map(({ name, bytes }) => ({ name, bytes: [...bytes] })),
  );
  await lab.page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}

test('a folder of one’s own and a file of problems: AntiSD with LoRA, and the adapter', async () => {
  await openLab(SMALL);
  await openSection();
  await lab.page.locator('input[webkitdirectory]').first().setInputFiles(fixturePath('tiny-chat'));
  await lab.until('the model', async () => (await model().inputValue()) === 'dropped:tiny-chat');
  await lab.until('its facts', () =>
    text(/llama; the whole model has 24,\d\d\d parameters, stored as bf16/).isVisible(),
  );
  await text('Hub and token').click();
  await expectQuietLooks(lab.page);
  await lab.page.setViewportSize({ width: 1280, height: 800 });
  await drop([{ name: 'problems.jsonl', bytes: readFileSync(fixturePath('tiny-chat/problems.jsonl')) }]);
  await lab.until('the task', async () => (await task().inputValue()) === 'dropped:problems.jsonl');
  await lab.click('Start');
  await lab.until('two steps', async () => (await lab.stepsDone()) === 2 && (await lab.button('Start').isEnabled()));
  const colours = await lab.scored.evaluateAll((spans) => spans.map((s) => (s as HTMLElement).dataset.tint));
  expect(colours.length).toBeGreaterThan(20);
  expect(new Set(colours).size).toBeGreaterThan(1);
  await text('Diagnostics and stored runs').click();
  const [archive] = await Promise.all([lab.page.waitForEvent('download'), lab.click('Download model')]);
  expect(archive.suggestedFilename()).toBe('antisd-adapter.zip');
  const zip = readFileSync(await archive.path());
  for (const name of ['adapter_config.json', 'adapter_model.safetensors', 'lora_A.weight'])
    expect(zip.includes(name)).toBe(true);
  expect(lab.strangers).toEqual([]);
});

test('code problems: Python comes with the run, says so, and works in a Worker that may do nothing else', async () => {
  await openLab(SMALL.replace('word-problems', 'code-problems'));
  const asked: string[] = [];
  lab.page.on('request', (request) => asked.push(request.url()));
  await openSection();
  await lab.page.locator('input[webkitdirectory]').first().setInputFiles(fixturePath('tiny-chat'));
  await lab.until('the model', async () => (await model().inputValue()) === 'dropped:tiny-chat');
  expect(asked.filter((url) => /py(?:odide|thon)/.test(url))).toEqual([]);
  await lab.page.evaluate(() => {
    const python = new Set<string>();
    Object.assign(globalThis, { python });
    new MutationObserver(() => {
      const said = /(Loading|Starting) Python/.exec(document.body.textContent ?? '');
      if (said) python.add(said[0]);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await lab.click('Start');
  await lab.until('two steps', async () => (await lab.stepsDone()) === 2 && (await lab.button('Start').isEnabled()));
  // A run begins when Python has judged an answer.
  expect(await lab.page.evaluate(() => [...(globalThis as unknown as { python: Set<string> }).python])).toContain(
    'Starting Python',
  );
  const worker = readdirSync('dist/assets').find((name) => /^python.*\.js$/.test(name));
  const { headers } = await fetch(`${real.site.url}assets/${worker}`);
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'wasm-unsafe-eval';/);
  expect(lab.strangers).toEqual([]);
});

test('the form is set up for one’s own model, the plan follows the settings, and nothing else is asked', async () => {
  await openLab('');
  await openSection();
  await lab.until('nano’s facts', () => text(/qwen3; the whole model has 14\d,\d\d\d parameters, stored/).isVisible());
  await drop(MODEL.map((name) => ({ name, bytes: fixtureBytes('tiny-chat', name) })));
  await lab.until('the model', async () => (await model().inputValue()) === 'dropped:model files');
  await lab.click('Set the form up for this model');
  expect(await lab.page.getByRole('radio', { name: 'Your own model' }).isChecked()).toBe(true);
  expect([await task().inputValue(), await model().inputValue()]).toEqual(['word-problems', 'dropped:model files']);
  const parts = lab.page.getByRole('table', { name: 'GPU memory of this setting' });
  const total = async () => (await parts.locator('tr').last().textContent()) ?? '';
  await lab.until('a plan', async () => /Total.*B/.test(await total()));
  const before = await total();
  await lab.page.locator('summary', { hasText: /^Sampling$/ }).click();
  await lab.page.getByRole('textbox', { name: 'Problems a step' }).fill('32');
  await lab.until('another plan', async () => (await total()) !== before);
  await lab.page.getByRole('textbox', { name: 'Memory of this GPU, GB' }).fill('0.001');
  await lab.until('a refusal', () =>
    text(/^Does not fit: needs .*, there are 1\.0 MB\./)
      .first()
      .isVisible(),
  );
  await lab.click('All ways to use this model …');
  const rows = lab.page.getByRole('dialog').locator('tbody tr');
  expect(await rows.count()).toBe(5);
  await rows.filter({ hasText: 'q8' }).getByRole('button', { name: 'Take' }).click();
  expect(new URL(lab.page.url()).searchParams.get('weightFormat')).toBe('q8');
  expect(lab.strangers).toEqual([]);
});

/** Leads Hub ids to the Hub of the test, as a person would set a mirror, and types one. */
async function typeHubId(id: string): Promise<void> {
  await text('Hub and token').click();
  const address = lab.page.getByRole('textbox', { name: 'Address of the Hub' });
  await address.fill(hub.endpoint);
  await address.press('Enter');
  await model().selectOption('other name');
  const field = lab.page.getByRole('textbox', { name: 'Hub id or address of the model' });
  await field.fill(id);
  await field.press('Enter');
}

test('a Hub id: planned before it is downloaded, cancelled, tried again, cached and removed', async () => {
  await openLab(SMALL);
  await openSection();
  expect(lab.strangers).toEqual([]); // nobody was asked before an id was typed
  await typeHubId(ID);
  await lab.until('its facts', () => text(/llama; the whole model has 24,\d\d\d parameters, stored/).isVisible());
  expect(bytesSent()).toBeLessThan(6000);
  expect(lab.strangers.every((url) => url.startsWith(hub.endpoint) || new URL(url).hostname === '127.0.0.1')).toBe(
    true,
  );

  hub.pace = { chunk: 1024, pause: 400 }; // a busy machine has seconds to cancel it in
  await lab.click('Start');
  await lab.until('progress', () => text(/ kB of 56\.8 kB, .*\/s, 0:\d\d left/).isVisible());
  await lab.click('Cancel');
  await lab.until('the word on it', () => text(/The download was cancelled .* goes on from there/).isVisible());
  hub.pace = { chunk: 16 * 1024, pause: 0 };
  await lab.click('Try again');
  await lab.until('two steps', async () => (await lab.stepsDone()) === 2 && (await lab.button('Start').isEnabled()));
  const downloaded = hub.requestsFor('model.safetensors').filter(({ range }) => range !== null);
  expect(downloaded.length).toBeGreaterThan(1); // the header, and the rest after the cancel

  await text('Downloaded models: 1, 56.8 kB').click();
  await lab.click(`Remove ${ID}`);
  await lab.until('its removal', async () => !(await text(/Downloaded models/).isVisible()));
});

test('a gated model asks for a token; one that does not exist, and one of an unknown kind, say so', async () => {
  (hub.repositories.get(ID) as { gated?: boolean }).gated = true;
  await openLab(SMALL);
  await openSection();
  await typeHubId(ID);
  await lab.until('the refusal', () => text(/lab\/tiny-chat is gated/).isVisible());
  const alert = lab.page.getByRole('alert').filter({ hasText: 'is gated' });
  await alert.getByLabel('Token').fill(hub.token);
  await alert.getByRole('button', { name: 'Try again with it' }).click();
  await lab.until('its facts', () => text(/llama; the whole model has 24,\d\d\d parameters, stored/).isVisible());
  expect(await lab.page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain('hf_');

  await model().selectOption('other name');
  const field = lab.page.getByRole('textbox', { name: 'Hub id or address of the model' });
  await field.fill('lab/nothing');
  await field.press('Enter');
  await lab.until('the next refusal', () => text(/There is no public model lab\/nothing/).isVisible());

  const config = new TextEncoder().encode(JSON.stringify({ model_type: 'mamba', architectures: ['MambaForCausalLM'] }));
  const files = { 'config.json': config, 'model.safetensors': noise(100) };
  hub.repositories.set('lab/mamba', { sha: SHA, revisions: ['main'], files, largeFrom: 20_000 });
  await model().selectOption('other name');
  await field.fill('lab/mamba');
  await field.press('Enter');
  await lab.until('the last refusal', () => text(/mamba/i).last().isVisible());
});

test('a link with a Hub id asks nobody before the person does', async () => {
  await openLab(`${SMALL}&model=${encodeURIComponent(ID)}`);
  await lab.until('the offer', () => text(/The link names a model of huggingface\.co/).isVisible());
  await lab.page.waitForLoadState('networkidle');
  expect(lab.strangers).toEqual([]);
  await lab.page.route('https://huggingface.co/**', (route) => route.abort());
  await lab.click('Look at it');
  await lab.until('a question', async () => lab.strangers.some((url) => url.startsWith('https://huggingface.co/')));
  // Examples of another host, for the model that is here.
  await lab.page.goto(`${real.site.url}?kind=sft&data=lab/examples`);
  await lab.until('the offer', () =>
    text('These data lie on huggingface.co. Nothing has been asked of it yet.').isVisible(),
  );
  await lab.page.waitForLoadState('networkidle');
  const asked = () => lab.strangers.some((url) => url.includes('lab/examples'));
  expect(asked()).toBe(false);
  await lab.click('Look at the data');
  await lab.until('a question', async () => asked());
});
