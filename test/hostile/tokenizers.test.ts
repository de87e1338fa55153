/** Files of tokenizers whose own instructions would take for ever, or fill the memory: each ends, with what is right or a word. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { BadInput } from '../../src/data/errors';
import { readTokenizer } from '../../src/data/tokenizer';
import { type Attempt, attempts } from '../faults/attempts';
import { hostileTokenizers } from './instructions';

const file = new URL('../fixtures/tokenizers/byte-level.tokenizer.json', import.meta.url);
const base = JSON.parse(readFileSync(file, 'utf8')) as { added_tokens: unknown[] };

const rows: Attempt[] = hostileTokenizers(base).map(({ id, what, changed, outcome, text }) => ({
  id: `tokenizer/${id}`,
  group: 'instructions of a tokenizer.json',
  what,
  expected:
    typeof outcome === 'number' ? `the text has ${outcome} tokens, which can be decoded` : `"${outcome.source}"`,
  gate: true,
  async run() {
    const encode = async () => {
      const read = await readTokenizer(JSON.stringify({ ...base, ...changed }), 'file', '{"eos_token":"<|end|>"}');
      const ids = read.encode(text);
      read.decode(ids);
      return ids.length;
    };
    if (typeof outcome === 'number') expect(await encode()).toBe(outcome);
    else {
      const error = await encode().catch((reason) => reason);
      expect(error).toBeInstanceOf(BadInput);
      expect(error.message).toMatch(outcome);
    }
  },
}));

attempts(rows);
