/** Long work in pieces: a cancel that comes meanwhile is heard before the next piece. */
import { afterEach, expect, it, vi } from 'vitest';
import { pacing } from '../../src/data/breath';
import { chatTemplate } from '../../src/data/chat';
import { chatTask } from '../../src/data/chat-task';
import { openModel } from '../../src/library/open-model';
import { examplesFor } from '../../src/runs/sft-examples';

import { recordsIn } from '../setup/data';
import { diskFolder, fixturePath } from '../setup/fixtures';

/** A clock on which every piece of work takes so long. */
function pieceTakes(ms: number): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += ms;
    return now;
  });
}
afterEach(() => vi.restoreAllMocks());

/** Work that is stopped from outside, as a message does it, once it has said how far it is. */
function stopped() {
  const stop = new AbortController();
  const told: (number | null)[][] = [];
  const onProgress = (...far: (number | null)[]): void => {
    told.push(far);
    setTimeout(() => stop.abort(new Error('Stopped.')), 0);
  };
  return { wanted: { signal: stop.signal, onProgress }, told };
}

const chat = await openModel(diskFolder(fixturePath('tiny-chat')));
const problems = Array.from({ length: 50 }, (_, i) => {
  return { id: `${i}`, question: `What is ${i} + 1?`, solution: null, answer: `${i + 1}`, facts: {} };
});

it('pieces that are quickly done are not held up', async () => {
  pieceTakes(0);
  const { wanted, told } = stopped();
  const pace = pacing(wanted);
  for (let i = 0; i < 1000; i++) await pace(i, 1000);
  expect(told).toEqual([]);
});

it.each([
  ['opening a task', (wanted: object) => chatTask({ ...chatParts(), problems }, wanted)],
  ['writing examples', (wanted: object) => examplesFor(chat, conversations(), 'x.jsonl', 512, wanted)],
  [
    'reading records',
    async (wanted: object) => {
      for await (const _ of recordsIn('{"question": "a", "answer": "1"}\n'.repeat(50), 'x.jsonl', wanted));
    },
  ],
])('%s is stopped on its way', async (_, work) => {
  pieceTakes(60);
  const { wanted, told } = stopped();
  if (_ === 'reading records') setTimeout(() => wanted.onProgress(0, 0), 0);
  await expect(work(wanted)).rejects.toThrow('Stopped.');
  expect(told.length).toBeLessThan(10);
});

const chatParts = () => ({
  name: 'x',
  tokenizer: chat.text,
  tokenizerFiles: chat.tokenizer,
  template: chatTemplate(chat.tokenizer, 'tiny-chat'),
  maxNewTokens: 64,
  thinking: false,
});
const conversations = () =>
  problems.map(({ question, answer }) => ({
    messages: [
      { role: 'user' as const, content: question },
      { role: 'assistant' as const, content: answer },
    ],
    pair: false,
  }));
