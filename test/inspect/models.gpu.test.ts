/** The inspector on other models: adapters on and off, chats, long responses, and stopping what takes long. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { wordLevelJson } from '../../src/data/tokenizer';
import { checkBeside, prepareAtOnce, prepareOnce } from '../../src/engine/prepare-once';
import { openNodeGpu } from '../../src/gpu/open.node';
import { diskFiles } from '../../src/host/files.node';
import { type ContextEffect, INSPECT_MODES } from '../../src/inspect/types';
import { close } from '../setup/close';
import { readText } from '../setup/files';
import { type Expected, fixtureJson, fixturePath } from '../setup/fixtures';
import { testDevice } from '../setup/gpu';
import { onModel, testInspector, testPage } from '../setup/inspect';
import { until } from '../setup/until';

const device = testDevice();

/** A fixture's model that speaks in words t0, t1, … and, where asked, takes longer contexts. */
function worded(fixture: string, change: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'inspect-'));
  const config = { ...fixtureJson<{ vocab_size: number }>(fixture, 'config.json'), ...change };
  const names = Array.from({ length: config.vocab_size }, (_, id) => `t${id}`);
  const special = { eos_token: 't2', pad_token: 't0' };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'model.safetensors'), readFileSync(fixturePath(fixture, 'model.safetensors')));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(wordLevelJson(names, [])));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(special));
  return folder;
}

const inWords = (ids: readonly number[]) => ids.map((id) => `t${id}`).join(' ');

async function opened(model: string, adapter: string | null = null) {
  const page = testPage(() => device.gpu);
  const open = await page.ask({ type: 'load', subject: onModel(model, adapter), slot: 'main' });
  return { page, open };
}

describe('an adapter', () => {
  const { tokens } = fixtureJson<Expected>('llama', 'expected.json');
  const peft = fixtureJson<{ on: number[][]; off: number[][] }>('llama-lora', 'expected.json');
  const tolerance = { atol: 1e-5, rtol: 1e-5, why: 'f32 through two layers' };

  it('is scored on and off as PEFT does, beside the model without it', async () => {
    const before = device.gpu.liveBuffers;
    const model = worded('llama');
    const { page, open } = await opened(model, fixturePath('llama-lora'));
    expect(open.adapter).toMatchObject({ rank: 4 });
    const [first, ...rest] = tokens[1];
    const texts = { student: inWords([first]), teacher: inWords([first]), response: inWords(rest) };
    const score = (slot: 'main' | 'other', withAdapter: boolean) =>
      page.ask({ type: 'score', texts, slot, withAdapter });
    const on = await score('main', true);
    close(on.scored.s, peft.on[1].slice(1), tolerance, 'on');
    expect(on.scored.u.every((u) => u === 0)).toBe(true); // both read the same
    const off = await score('main', false);
    close(off.scored.s, peft.off[1].slice(1), tolerance, 'off');
    await page.ask({ type: 'load', subject: onModel(model), slot: 'other' });
    close((await score('other', true)).scored.s, peft.off[1].slice(1), tolerance, 'the base model');
    close((await score('main', true)).scored.s, peft.on[1].slice(1), tolerance, 'on again');
    for (const slot of ['main', 'other'] as const) await page.ask({ type: 'unload', slot });
    expect(device.gpu.liveBuffers).toBe(before);
  });

  it('that is for another model is refused, and nothing stays on the device', async () => {
    const before = device.gpu.liveBuffers;
    const page = testPage(() => device.gpu);
    const subject = onModel('nano', fixturePath('llama-lora'));
    const failed = await page.failure({ type: 'load', subject, slot: 'main' });
    expect(failed.kind).toBe('bad-input');
    expect(device.gpu.liveBuffers).toBe(before);
  });
});

describe('a chat model', () => {
  it('inspects a word problem under every context, in the chosen wording', async () => {
    const { page, open } = await opened(fixturePath('tiny-chat'));
    expect(open).toMatchObject({ chat: true });
    const choice = { task: 'word-problems', seed: 0, index: 1, minDepth: 1 };
    const { problem, task, samples } = await page.ask({ type: 'problem', choice });
    const [right, second] = samples.filter((s) => s.right);
    const context = { mode: 'sibling', thinking: false, wording: 'standard' } as const;
    const asked = { type: 'prompts', problem, task, response: right.text } as const;
    const { prompts, verdict } = await page.ask({ ...asked, context });
    expect(verdict.reward).toBe(1);
    expect(prompts.student).toContain(problem.question);
    expect(prompts.context.source).toBe('sibling');
    expect(prompts.origin).toContain(second.label); // another one than the response itself
    const bare = await page.ask({ ...asked, context: { ...context, wording: 'bare' } });
    expect(bare.prompts.teacher.length).toBeLessThan(prompts.teacher.length);
    const texts = { student: prompts.student, teacher: prompts.teacher, response: right.text };
    const modes = [...INSPECT_MODES];
    await page.ask({ type: 'contexts', problem, task, texts, context, modes });
    const effects = page.parts() as ContextEffect[];
    expect(effects.map((e) => e.mode)).toEqual(modes);
    for (const { mode, teacher, u } of effects) {
      expect(u.every(Number.isFinite)).toBe(true);
      expect(teacher === prompts.student).toBe(mode === 'none');
    }
    await page.ask({ type: 'unload', slot: 'main' });
  });

  it('takes a problem of one’s own; without an answer it asks for one', async () => {
    const { page } = await opened(fixturePath('tiny-chat'));
    const own = { task: 'own', question: 'What is 2 + 3?', answer: '' } as const;
    const solution = '2 + 3 = 5, so the answer is \\boxed{5}.';
    const posed = await page.ask({ type: 'problem', choice: { ...own, solution } });
    expect(posed.problem).toMatchObject({ answer: '5', solution });
    const failed = await page.failure({ type: 'problem', choice: { ...own, solution: '' } });
    expect(failed.message).toContain('no final answer');
    const { task, problem } = posed;
    for (const mode of INSPECT_MODES) {
      const context = { mode, thinking: false, wording: 'standard' };
      const asked = { type: 'prompts', problem, task, response: 'It is \\boxed{6}.', context } as const;
      const { prompts, verdict } = await page.ask(asked);
      expect(verdict.reward).toBe(0);
      expect(prompts.context.feedback).toBe(mode === 'none' ? null : 'incorrect');
    }
    await page.ask({ type: 'unload', slot: 'main' });
  });
});

describe('a long response', () => {
  const long = () => worded('qwen3-tied', { max_position_embeddings: 8192 });

  it('of 4,000 tokens makes the model grow, and is scored with bounded work and memory', async () => {
    const before = device.gpu.liveBytes;
    const { page, open } = await opened(long());
    expect(open.positions).toBe(8192);
    const ids = Array.from({ length: 4000 }, (_, i) => (i * 7 + (i >> 3)) % 37);
    const texts = { student: inWords([1, 2, 3]), teacher: inWords([4, 5, 6, 7, 8]), response: inWords(ids) };
    const dispatches = vi.spyOn(device.gpu, 'pipeline');
    const answer = await page.ask({ type: 'score', texts, slot: 'main', withAdapter: true });
    expect(dispatches.mock.calls.length).toBeLessThan(1000); // a few a layer and tile, whatever the length
    expect(answer.scored.ids).toEqual(Uint32Array.from(ids));
    expect(answer.scored.spans[3999]).toEqual([
      texts.response.length - 1 - inWords([ids[3999]]).length,
      texts.response.length,
    ]);
    expect(answer.scored.u.every(Number.isFinite)).toBe(true);
    // The first tokens alone have the same scores: what follows cannot change them.
    const short = { ...texts, response: inWords(ids.slice(0, 40)) };
    const few = await page.ask({ type: 'score', texts: short, slot: 'main', withAdapter: true });
    close(answer.scored.u.slice(0, 40), few.scored.u, { atol: 2e-5, why: 'f32, another batch' });
    expect(device.gpu.liveBytes - before).toBeLessThan(200e6);
    await page.ask({ type: 'unload', slot: 'main' });
  });

  it('that is being written is stopped, and what waits behind it too', async () => {
    const before = device.gpu.liveBuffers;
    const { page } = await opened(long());
    const prompt = inWords([1, 3, 4]);
    const asked = { type: 'generate', prompt, temperature: 1, topP: 1, maxNewTokens: 7000, seed: 1 } as const;
    const texts = { student: prompt, teacher: prompt, response: prompt };
    const running = page.ask(asked);
    const writing = page.lastId;
    const waiting = page.failure({ type: 'score', texts, slot: 'main', withAdapter: true });
    const behind = page.lastId;
    // As the first words are told: nothing else can have its turn in between.
    page.react = (message) => {
      if (message.type === 'part' && message.id === writing) for (const id of [writing, behind]) void page.cancel(id);
    };
    const stopped = await running;
    page.react = () => {};
    expect(stopped.tokens).toBeGreaterThan(0);
    expect(stopped.tokens).toBeLessThan(7000);
    expect(stopped.text.split(' ')).toHaveLength(stopped.tokens);
    expect(await waiting).toMatchObject({ kind: 'cancelled' });
    await page.ask({ type: 'score', texts, slot: 'main', withAdapter: true }); // it goes on
    await page.ask({ type: 'unload', slot: 'main' });
    await until('the end of reads on their way', () => device.gpu.liveBuffers === before);
  });
});

it('says that a context is too much for the adapter, and goes on with the room it had', async () => {
  const { page } = await opened(worded('qwen3-tied', { max_position_embeddings: 1e8 }));
  const prompt = inWords([1, 3, 4]);
  const sampling = { temperature: 1, topP: 1, maxNewTokens: 6e7, seed: 1 };
  const failed = await page.failure({ type: 'generate', prompt, ...sampling });
  expect(failed).toMatchObject({
    kind: 'out-of-memory',
    message: expect.stringMatching(/60000003 tokens are too many/),
  });
  const texts = { student: prompt, teacher: prompt, response: prompt };
  await page.ask({ type: 'score', texts, slot: 'main', withAdapter: true });
  await page.ask({ type: 'unload', slot: 'main' });
});

it('stops loading where it is told to, and nothing stays on the device', async () => {
  const before = device.gpu.liveBuffers;
  const inspector = testInspector(() => device.gpu);
  const stop = new AbortController();
  const hooks = { signal: stop.signal, onLoaded: () => stop.abort() };
  await expect(inspector.load(onModel('nano'), 'main', hooks)).rejects.toThrow(/abort/i);
  expect(inspector.loaded()).toEqual([]);
  expect(device.gpu.liveBuffers).toBe(before);
});

it('remembers a passed self-test for the same code on the same adapter', async () => {
  const files = diskFiles(mkdtempSync(join(tmpdir(), 'inspect-')));
  const first = await prepareOnce(device.gpu, files, 'code 1');
  expect(first.selfTest?.failed).toEqual([]);
  const stored = JSON.parse(await readText(files, 'self-test.json'));
  const store = (text: string) => files.write('self-test.json', new TextEncoder().encode(text));
  const atOnce = async () => (await prepareAtOnce(device.gpu, { files, code: 'code 1' })).selfTest;
  await store(JSON.stringify({ ...stored, selfTest: { ...first.selfTest, ms: 123456 } }));
  expect((await prepareOnce(device.gpu, files, 'code 1')).selfTest?.ms).toBe(123456);
  expect((await atOnce())?.ms).toBe(123456);
  const others = [{}, { passed: 1 }, { ...first.selfTest, failed: '' }, 'right', []];
  const damaged = others.map((selfTest) => JSON.stringify({ ...stored, selfTest }));
  for (const text of [...damaged, '', 'null', '[', '['.repeat(1e5), '{"key":{"key":[]}}']) {
    await store(text);
    expect(await atOnce()).toBeNull(); // as good as none
  }
});

it('gives a device at once, checks it beside its first work on one of its own, and remembers what was wrong', async () => {
  const files = diskFiles(mkdtempSync(join(tmpdir(), 'inspect-')));
  const place = { files, code: 'code 1' };
  expect((await prepareAtOnce(device.gpu, place)).selfTest).toBeNull();
  const other = await openNodeGpu();
  const compiles = other.prepare.bind(other);
  other.prepare = async (wanted) => {
    if (wanted[0].kernel.name === 'rope-forward') throw new Error('out of registers');
    await compiles(wanted);
  };
  const seen = vi.spyOn(other, 'destroy');
  const { selfTest } = await checkBeside(device.gpu, async () => other, place);
  expect(selfTest?.failed).toEqual([expect.stringMatching(/^rope .*rope-forward does not compile: out of registers$/)]);
  expect(seen).toHaveBeenCalledOnce();
  // what was wrong is checked before the next visit's work, and found right here
  expect((await prepareAtOnce(device.gpu, place)).selfTest?.failed).toEqual([]);
});
