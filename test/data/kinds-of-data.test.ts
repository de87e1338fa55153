import { describe, expect, test } from 'vitest';
import { readConversations, readProblems } from '../setup/data';
import { DATA_KINDS, type Example } from './kinds-of-data';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

async function check({ file = 'x.jsonl', rows, text, bytes, said, error, ...e }: Example): Promise<void> {
  const content = new Uint8Array(bytes ?? utf8(text ?? (rows ?? []).map((row) => JSON.stringify(row)).join('\n')));
  const read = () => (said ? readConversations(content, file) : readProblems(content, file));
  if (error) {
    await expect(read()).rejects.toThrow(error);
    return;
  }
  if (!said) {
    const problems = await readProblems(content, file);
    expect(problems.map((p) => p.answer)).toEqual(e.answers);
    if (e.questions) expect(problems.map((p) => p.question)).toEqual(e.questions);
    return;
  }
  const conversations = await readConversations(content, file);
  expect(conversations.map((c) => c.messages.map((m) => `${m.role}: ${m.content}`))).toEqual(said);
  const [{ messages, unused }] = conversations;
  expect(unused).toEqual(e.unused);
  const masked = messages.flatMap((m, i) => (m.learnt === false ? [i] : []));
  expect(masked).toEqual(e.masked ?? []);
}

for (const [kind, examples] of Object.entries(DATA_KINDS))
  describe(kind, () => {
    test('ten or more examples', () => expect(examples.length).toBeGreaterThanOrEqual(10));
    test.each(examples)('$name', check);
  });
