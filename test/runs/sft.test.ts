/** Supervised runs before any weight is loaded: their settings, and what conversations amount to for a model. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memoryBytes } from '../../src/data/bytes';
import type { Conversation } from '../../src/data/conversations';
import { splitOfQuestion } from '../../src/data/dataset';
import { EXAMPLE_SETS } from '../../src/data/tasks';
import { sftCapacity } from '../../src/library/capacity';
import { oneFile } from '../../src/library/data-files';
import { openConversations } from '../../src/library/open-conversations';
import { openModel } from '../../src/library/open-model';
import { parseRunConfig } from '../../src/runs/run-config';
import { batchLosses, examplesFor, previewExamples } from '../../src/runs/sft-examples';
import type { Setting } from '../../src/settings/setting';
import {
  isSftConfig,
  parseSftConfig,
  SFT_SETTINGS,
  SFT_TABLE,
  type SftSettingName,
} from '../../src/settings/settings-sft';
import { utf8 } from '../setup/checkpoints';
import { drawnFrom } from '../setup/data';
import { diskFolder, fixturePath } from '../setup/fixtures';
import { NANO } from '../setup/session';

const nano = await openModel(diskFolder(NANO));
const chat = await openModel(diskFolder(fixturePath('tiny-chat')));
const config = (settings: object = {}) => parseSftConfig(settings, 'test');
const asked = (prompt: string, completion: string): Conversation => ({
  messages: [
    { role: 'user', content: prompt },
    { role: 'assistant', content: completion },
  ],
  pair: true,
});
/** Enough different conversations for both splits. */
const many = Array.from({ length: 80 }, (_, i) => asked(`${i} + 1`, String(i + 1)));

describe('the settings', () => {
  it.each(Object.entries(SFT_SETTINGS) as [SftSettingName, Setting][])(
    '%s has a valid default and a doc',
    (name, s) => {
      expect(SFT_TABLE.check(name, s.default)).toBeNull();
      expect(s.doc.length).toBeGreaterThan(10);
      expect(s.doc.endsWith('.')).toBe(true);
    },
  );

  it('survive a link and a file, and are told from those of reinforcement', () => {
    const c = config({ data: 'x.jsonl', learningRate: 1e-3, loraRank: 0, recompute: true, seed: 7 });
    const { kind, ...settings } = c;
    expect(SFT_TABLE.fromQuery(SFT_TABLE.toQuery(settings))).toEqual(settings);
    expect(parseSftConfig(JSON.parse(JSON.stringify(c)), 'config.json')).toEqual(c);
    expect(SFT_TABLE.toQuery(SFT_TABLE.defaults)).toBe('');
    expect(isSftConfig(c) && kind === 'sft').toBe(true);
    expect(isSftConfig({ arm: 'grpo' })).toBe(false);
  });

  it('are refused with the nearest name, or the range', () => {
    expect(() => config({ epoch: 2 })).toThrow(/Unknown setting "epoch" .*Did you mean "epochs"/);
    expect(() => config({ loraDropout: 0.95 })).toThrow(/loraDropout must be a number from 0 to 0.9, got 0.95/);
    expect(() => config({ batch: 0 })).toThrow(/whole number from 1 to 1024/);
    expect(() => config({ data: '' })).toThrow(/data must not be empty/);
  });
});

it('a model’s configuration in the place of a run’s is told as what it is', () => {
  const model = { architectures: ['LlamaForCausalLM'], model_type: 'llama' };
  expect(() => parseRunConfig(model, 'run/final/config.json')).toThrow(/of a model, and of no run .*Name the folder/);
});

describe('conversations as examples', () => {
  it('are split by their text alone: one in eight is held out, whatever stands beside it', async () => {
    const { train, heldOut, leftOut } = await examplesFor(chat, many, 'x.jsonl', 512);
    expect(train.length + heldOut.length).toBe(80);
    expect(heldOut.length).toBeGreaterThan(2);
    expect(heldOut.length).toBeLessThan(20);
    expect(leftOut).toEqual({ count: 0, first: [] });
    const fewer = await examplesFor(chat, many.slice(20), 'x.jsonl', 512);
    const prompts = new Set(heldOut.map((h) => h.prompt));
    expect(fewer.heldOut.every((h) => prompts.has(h.prompt))).toBe(true);
    for (const { example, prompt, expected } of heldOut) {
      const text = chat.text.decode(example.ids);
      expect(text.startsWith(prompt)).toBe(true);
      expect(text.slice(prompt.length).startsWith(expected)).toBe(true);
    }
  });

  it('are the same whether they are kept or written again when they are drawn', async () => {
    const kept = await examplesFor(chat, many, 'x.jsonl', 512);
    for (const room of [0, 500]) {
      const drawn = await examplesFor(chat, many, 'x.jsonl', 512, { keptTokens: room });
      expect({ ...drawn, train: await drawnFrom(drawn.train) }).toEqual({
        ...kept,
        train: await drawnFrom(kept.train),
      });
      expect([drawn.train.length, drawn.train.tokens]).toEqual([kept.train.length, kept.train.tokens]);
      expect(await drawn.train.at(60)).not.toBe(await drawn.train.at(60));
    }
    expect(await kept.train.at(60)).toBe(await kept.train.at(60));
  });

  it('of a file of lines are read again where they lie, and only they; packed and as JSON they come from memory', async () => {
    const lines = utf8(many.map(({ messages }) => JSON.stringify({ messages })).join('\r\n\n'));
    const list = utf8(JSON.stringify(many.map(({ messages }) => ({ messages }))));
    const forms = { 'x.jsonl': lines, 'x.json': list, 'x.jsonl.gz': new Uint8Array(gzipSync(lines)) };
    const all = await examplesFor(chat, many, 'x', 512);
    for (const [name, bytes] of Object.entries(forms)) {
      const reads: number[] = [];
      const read = async (from: number, to: number) => {
        reads.push(to - from);
        return bytes.slice(from, to);
      };
      const conversations = await openConversations(name, async () =>
        oneFile({ where: '', size: bytes.length, read }, name),
      );
      const far = await examplesFor(chat, conversations, 'x', 512, { keptTokens: 0 });
      expect(far.fingerprint).toBe(all.fingerprint);
      reads.length = 0;
      expect(await drawnFrom(far.train)).toEqual(await drawnFrom(all.train));
      expect(reads.length).toBe(name === 'x.jsonl' ? far.train.length : 0);
      expect(reads.every((length) => length < 150)).toBe(true);
    }
  });

  it('of a file that is changed or gone while it is learnt from are refused with the mend', async () => {
    let bytes = utf8(many.map(({ messages }) => JSON.stringify({ messages })).join('\n'));
    const read = async (from: number, to: number) => bytes.slice(from, to);
    const file = oneFile({ where: '', size: bytes.length, read }, 'x.jsonl');
    const { train } = await examplesFor(chat, await openConversations('x.jsonl', async () => file), 'x.jsonl', 512, {
      keptTokens: 0,
    });
    const whole = bytes;
    const others = [whole.map((b) => (b === 0x31 ? 0x32 : b)), whole.map(() => 0x20), whole.map(() => 0xff)];
    for (bytes of others) await expect(train.at(60)).rejects.toThrow(/changed while it was learnt from \(x\.jsonl\)/);
    bytes = whole;
    expect((await train.at(60)).ids.length).toBeGreaterThan(3);
  });

  it('of a small file hold out the last one', async () => {
    const learnt = (c: Conversation) => splitOfQuestion(c.messages.map((m) => m.content).join('\n')) === 'train';
    const few = many.filter(learnt).slice(0, 3);
    const { train, heldOut } = await examplesFor(chat, few, 'x.jsonl', 512);
    expect([train.length, heldOut.map((h) => h.expected)]).toEqual([2, [few[2].messages[1].content]]);
    expect(await examplesFor(chat, few.slice(0, 1), 'x.jsonl', 512)).toMatchObject({
      heldOut: [],
      train: { length: 1 },
    });
  });

  it('that are too long, or not in the model’s words, are left out with the reason', async () => {
    const long = asked('1 + 1', 'x '.repeat(200));
    const { leftOut, longest } = await examplesFor(chat, [...many, long], 'x.jsonl', 100);
    expect(leftOut.first).toEqual([{ number: 81, why: expect.stringMatching(/^\d+ tokens, longer than 100$/) }]);
    expect(longest).toBeLessThanOrEqual(100);
    const scans = EXAMPLE_SETS[0].conversations();
    const mixed = await examplesFor(nano, [asked('How are you?', 'Well'), ...scans], 'x.jsonl', 512);
    const why = expect.stringMatching(/"How" is not in the vocabulary/);
    expect(mixed.leftOut).toEqual({ count: 1, first: [{ number: 1, why }] });
    expect((await examplesFor(nano, scans, 'x.jsonl', 5000)).longest).toBeLessThanOrEqual(nano.config.maxPositions);
  });

  it('of which nothing is left are refused with the first reason and the mend', async () => {
    const word = () => examplesFor(nano, many, 'x.jsonl', 512);
    await expect(word()).rejects.toThrow(
      /of 80 examples none can be learnt from: 80 are left out \(example 1: .*not in the vocabulary/,
    );
    await expect(word()).rejects.toThrow(/x\.jsonl.*the model’s own words/);
    await expect(examplesFor(chat, many, 'x.jsonl', 8)).rejects.toThrow(/longer than 8.*Raise maxLength/);
  });

  it('are previewed as the model will read them', async () => {
    const p = await previewExamples(chat, many, config({ data: 'x.jsonl' }));
    expect(p.templated).toBe(true);
    expect(p.first.tokens.join('')).toContain('<|im_start|>assistant');
    const learnt = p.first.tokens.slice(p.first.from).filter((_, i) => p.first.learnt[i] === 1);
    expect(learnt.join('')).toMatch(/^\d+<\|im_end\|>$/);
    expect(p.first.loss).toEqual([]);
    expect(p.tokens).toBeGreaterThan(p.examples * 10);
    expect('warning' in p).toBe(false);
    const unsure = { ...chat, text: { ...chat.text, warning: 'It does not say how.' } };
    expect(await previewExamples(unsure, many, config({ data: 'x.jsonl' }))).toMatchObject({
      warning: 'It does not say how.',
    });
  });
});

it('of a batch at most eight examples and 2,048 tokens are shown, each token with its own loss', () => {
  const example = (length: number, learnt: number) => ({
    ids: Array.from({ length }, (_, i) => i % 50),
    lossMask: Array.from({ length }, (_, i) => (i < length - learnt ? 0 : 1)),
  });
  const logprob = (batch: { lossMask: number[] }[]) =>
    Float32Array.from(batch.flatMap((e, k) => e.lossMask.filter((m) => m === 1).map((_, i) => -(k + i / 64))));
  const short = Array.from({ length: 12 }, () => example(20, 5));
  const shown = batchLosses(short, String, logprob(short));
  expect(shown).toHaveLength(8);
  expect(shown[3]).toMatchObject({ from: 15, loss: [3, 3.016, 3.031, 3.047, 3.063], learnt: [1, 1, 1, 1, 1] });
  const long = [example(2000, 4), example(500, 480), example(10, 2)];
  const [whole, cut, ...none] = batchLosses(long, String, logprob(long));
  expect([whole.tokens.length, cut.tokens.length, none.length]).toEqual([2000, 48, 0]);
  expect([cut.loss.length, cut.learnt.length, cut.loss[0]]).toEqual([28, 28, 1]);
  const [prompt] = batchLosses([example(3000, 5)], String, new Float32Array(5));
  expect([prompt.tokens.length, prompt.loss.length]).toEqual([2048, 0]);
});

describe('the data', () => {
  it('built in are what their models can read', async () => {
    for (const { name, model } of EXAMPLE_SETS) {
      const conversations = (await openConversations(name, async () => null)) as readonly Conversation[];
      expect(conversations).toHaveLength(1024);
      expect(await openConversations(name, async () => null)).toEqual(conversations);
      const reader = model === null ? chat : await openModel(diskFolder(join(NANO, '..', model)));
      const { leftOut } = await examplesFor(reader, conversations.slice(0, 200), name, 2000);
      // the tiny chat model's context is 512 byte-like tokens; a few solutions are longer
      expect(leftOut.first.every(({ why }) => /longer than 512/.test(why))).toBe(true);
      if (model !== null) expect(leftOut.count).toBe(0);
    }
  });

  it('of one’s own come from a file, and a name that nothing has is refused with those that exist', async () => {
    const file = utf8('{"prompt": "1 + 1 =", "completion": " 2"}\n');
    const read = await openConversations('mine.jsonl', async (name) =>
      name === 'mine.jsonl' ? oneFile(memoryBytes(file, name), name) : null,
    );
    for await (const only of read) expect(only).toMatchObject(asked('1 + 1 =', ' 2'));
    await expect(openConversations('nothing.jsonl', async () => null)).rejects.toThrow(
      /no such file \(nothing.jsonl\).*two-cards-scans, stories-checked, word-problems/,
    );
  });
});

it('the plan has room for the longest example with a sample behind it, and for the batch', () => {
  const c = config({ batch: 4, samples: 3, sampleTokens: 32 });
  const capacity = sftCapacity(chat, c, 100);
  expect([capacity.positions, capacity.rows, capacity.maxNewTokens, capacity.tokens]).toEqual([132, 3, 32, 400]);
  expect(capacity.lora).toMatchObject({ rank: 16, alpha: 32, dropout: 0 });
  expect(sftCapacity(chat, config({ microBatch: 1 }), 100).tokens).toBe(196);
  expect(sftCapacity(chat, config({ loraRank: 0 }), 100).format).toBe('f32');
});
