/** What a run's log says at its ends, however long it is and wherever it was cut. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Files } from '../../src/host/files';
import { diskFiles } from '../../src/host/files.node';
import { StoredLog } from '../../src/runs/stored-log';

let folder: string;
let files: Files;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-log-'));
  files = diskFiles(folder);
});
afterEach(() => rm(folder, { recursive: true }));

const line = (event: object) => `${JSON.stringify({ v: 1, ...event })}\n`;
const start = line({ type: 'start', config: { steps: 9 } });
const signals = (kilobytes: number) =>
  line({ type: 'signals', step: 0, text: '{"v":1,"type":"step"}é'.repeat(kilobytes * 45) });
const step = (n: number) => line({ type: 'step', eta: null, step: n });
const ends = async (log: string) => {
  await files.write('events.jsonl', new TextEncoder().encode(log));
  return new StoredLog(files).ends();
};

test('the last step, behind any number of kilobytes of signals, and in a line that is whole', async () => {
  const whole = start + signals(300) + step(1) + signals(300) + step(2);
  expect(await ends(whole)).toEqual({ step: 2, steps: null, done: null });
  expect(await ends(whole + signals(700))).toEqual({ step: 2, steps: null, done: null });
  expect(await ends(whole + step(3).slice(0, -1))).toEqual({ step: 2, steps: null, done: null });
  expect(await ends(start + signals(200))).toEqual({ step: 0, steps: null, done: null });
  expect(await ends('')).toEqual({ step: 0, steps: null, done: null });
  expect(await ends(start.slice(0, 20))).toEqual({ step: 0, steps: null, done: null });
});

test('how it ended, where nothing was told after it; and how many updates a supervised run has', async () => {
  const done = line({ type: 'done', step: 1, reason: 'stopped', seconds: 3 });
  expect(await ends(start + step(1) + done)).toEqual({ step: 1, steps: null, done: 'stopped' });
  expect(await ends(start + step(1) + done.slice(0, -1))).toEqual({ step: 1, steps: null, done: null });
  expect(await ends(start + step(1) + done + start)).toEqual({ step: 1, steps: null, done: null });
  const supervised = line({ type: 'sft-start', steps: 12 }) + line({ type: 'sft-step', eta: 2, step: 4 });
  expect(await ends(supervised)).toEqual({ step: 4, steps: 12, done: null });
  expect(await ends(line({ type: 'pretrain-step', step: 3 }))).toEqual({ step: 3, steps: null, done: null });
});

test('cut, it ends with a whole line: nothing is glued to a part of one', async () => {
  const text = start + step(1) + step(2);
  const cases: [kept: string, log: string, bytes: number][] = [
    [text, `${text}{"v":1,"ty`, Number.POSITIVE_INFINITY],
    [start + step(1), text, (start + step(1)).length],
    [start + step(1), text, text.length - 3],
    ['', start.slice(0, 20), 1000],
    ['', text, 0],
  ];
  for (const [kept, log, bytes] of cases) {
    await files.write('events.jsonl', new TextEncoder().encode(log));
    await new StoredLog(files).cut(bytes);
    expect(new TextDecoder().decode((await files.read('events.jsonl')) ?? undefined)).toBe(kept);
  }
});
