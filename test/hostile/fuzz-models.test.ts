/** Broken models, tokenizers and deals of cards, and what is read of them, against the bytes themselves. */
import { expect, test } from 'vitest';
import { joined } from '../../src/data/bytes';
import { BadInput } from '../../src/data/errors';
import { readTokenizer } from '../../src/data/tokenizer';
import { twoCards } from '../../src/data/two-cards/task';
import { openGguf } from '../../src/model/weights/gguf/file';
import { openSafetensors } from '../../src/model/weights/safetensors-file';
import type { TensorCatalog } from '../../src/model/weights/stored-tensor';
import { countingBytes, fixtureBytes, utf8 } from '../setup/checkpoints';
import { readDeals } from '../setup/data';
import { check, fuzz, TIME_LIMIT } from './fuzzing';
import { mutateBytes, mutateJson, mutateText } from './mutate';
import { bpe, pieces, smallGguf, unigram, words } from './seeds';

/** Every tensor has the rows that its shape says, from bytes of the file that no other tensor has. */
async function checkTensors(tensors: TensorCatalog, size: number): Promise<void> {
  let bytes = 0;
  for (const { name, shape, rows, bytes: own } of tensors.values()) {
    const values = await rows(0, shape[0] ?? 1);
    check(values.length === shape.reduce((n, d) => n * d, 1), `${name} has ${values.length} values`);
    bytes += own;
  }
  check(bytes <= size, `tensors take ${bytes} bytes of ${size}`);
}

/** The values once more, number by number, straight from the header's offsets. */
async function checkValues(tensors: TensorCatalog, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const view = new DataView(bytes.buffer);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  for (const { name, shape, rows } of tensors.values()) {
    const { dtype, data_offsets: offsets } = header[name];
    const values = await rows(0, shape[0] ?? 1);
    values.forEach((value, i) => {
      const at = start + offsets[0] + i * (dtype === 'F32' ? 4 : 2);
      const bits = view.getUint16(at + (dtype === 'F32' ? 2 : 0), true);
      const sign = (bits & 0x8000) === 0 ? 1 : -1;
      const half = sign * 2 ** (Math.max((bits >> 10) & 31, 1) - 25) * ((bits & 0x3ff) + (bits & 0x7c00 ? 1024 : 0));
      if (dtype === 'F32') check(Object.is(value, view.getFloat32(at, true)), `${name}[${i}] is ${value}`);
      else if (dtype === 'F16' && (bits & 0x7c00) !== 0x7c00)
        check(Object.is(value, half), `${name}[${i}] is ${value}`);
      else if (dtype === 'BF16' && !Number.isNaN(value)) {
        const wide = new DataView(new ArrayBuffer(4));
        wide.setUint32(0, bits * 65_536);
        check(Object.is(value, wide.getFloat32(0)), `${name}[${i}] is ${value}`);
      }
    });
  }
}

test('safetensors', { timeout: TIME_LIMIT }, async () => {
  const header = {
    __metadata__: { format: 'pt' },
    a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    b: { dtype: 'BF16', shape: [5], data_offsets: [24, 34] },
    c: { dtype: 'F16', shape: [], data_offsets: [34, 36] },
    d: { dtype: 'F16', shape: [0, 7], data_offsets: [36, 36] },
  };
  const data = Uint8Array.from({ length: 36 }, (_, i) => (i * 37) % 251);
  const file = (json: string) => {
    const text = utf8(json);
    const bytes = new Uint8Array(8 + text.length + data.length);
    new DataView(bytes.buffer).setUint32(0, text.length, true);
    bytes.set(text, 8);
    bytes.set(data, 8 + text.length);
    return bytes;
  };
  const whole = file(JSON.stringify(header));
  const accepted = await fuzz('safetensors', async (random, i) => {
    const bytes = i % 2 === 0 ? mutateBytes(whole, random) : file(JSON.stringify(mutateJson(header, random)) ?? '');
    const tensors = await openSafetensors(countingBytes(bytes));
    await checkTensors(tensors, bytes.length);
    await checkValues(tensors, bytes);
  });
  expect(accepted).toBeGreaterThan(0.03); // names, metadata and data may be anything
});

test('GGUF', { timeout: TIME_LIMIT }, async () => {
  const seeds = [smallGguf('llama'), smallGguf('gpt2'), fixtureBytes('gguf', 'llama.gguf')];
  for (const seed of seeds) await openGguf(countingBytes(seed)); // unbroken, they are accepted
  const accepted = await fuzz('GGUF', async (random, i) => {
    const seed = seeds[i % 3];
    // Half of the faults keep to a few bytes, so that most of the file still makes sense.
    const from = random.below(seed.length - 64);
    const part = i % 2 === 0 ? mutateBytes(seed.subarray(from, from + 64), random) : mutateBytes(seed, random);
    const bytes = i % 2 === 0 ? joined([seed.subarray(0, from), part, seed.subarray(from + 64)]) : part;
    const { config, tensors, tokenizerFiles } = await openGguf(countingBytes(bytes));
    await checkTensors(tensors, bytes.length);
    check(tensors.get('model.embed_tokens.weight')?.shape[0] === config.vocab_size, 'vocab_size');
    const tokenizer = await readTokenizer(
      tokenizerFiles.get('tokenizer.json') ?? '',
      'x',
      tokenizerFiles.get('tokenizer_config.json'),
    );
    const ids = tokenizer.encode('ab abcd');
    check(
      ids.every((id) => id < tokenizer.vocabSize),
      `ids ${ids}`,
    );
  });
  expect(accepted).toBeGreaterThan(0.01);
});

test('tokenizer.json', { timeout: TIME_LIMIT }, async () => {
  const seeds: [object, object][] = [
    [bpe, { eos_token: '<|end|>' }],
    [words, {}],
    [unigram, { eos_token: '</s>', pad_token: { content: '<unk>' } }],
    [pieces, { eos_token: '[UNK]' }],
  ];
  const texts = ['', 'ab ab  12 <|end|>b', 'a b <eos>', '日本 😀\n'];
  const accepted = await fuzz('tokenizer.json', async (random, i) => {
    const [file, config] = seeds[i % 4];
    let text = JSON.stringify(i % 8 < 6 ? mutateJson(file, random) : file) ?? '';
    if (i % 8 >= 6) text = mutateText(text, random);
    const configText = JSON.stringify(i % 16 < 14 ? config : mutateJson(config, random));
    const tokenizer = await readTokenizer(text, 'tokenizer.json', configText);
    check(
      Number.isSafeInteger(tokenizer.vocabSize) && tokenizer.vocabSize <= 2 ** 24,
      `vocabSize ${tokenizer.vocabSize}`,
    );
    check(tokenizer.eosId < tokenizer.vocabSize && tokenizer.padId < tokenizer.vocabSize, 'eos or pad outside');
    check(typeof tokenizer.token(tokenizer.eosId) === 'string', 'the end token has no text');
    for (const line of texts) checkIds(tokenizer, line);
  });
  expect(accepted).toBeGreaterThan(0.1);
});

/** Ids exist and decode to text, or the text is refused. */
function checkIds(tokenizer: Awaited<ReturnType<typeof readTokenizer>>, line: string): void {
  let ids: number[];
  try {
    ids = tokenizer.encode(line);
  } catch (error) {
    if (error instanceof BadInput) return;
    throw error;
  }
  check(
    ids.every((id) => Number.isInteger(id) && id >= 0 && id < tokenizer.vocabSize),
    `${JSON.stringify(line)}: ${ids}`,
  );
  check(typeof tokenizer.decode(ids) === 'string', 'decodes to no text');
}

test('deals as JSONL', { timeout: TIME_LIMIT }, async () => {
  const problems = twoCards.generate({ split: 'train', count: 3, seed: 5, minDepth: 1 });
  const lines = problems.map(({ id, solution, answer, facts }) => ({
    id,
    cards: facts.cards,
    target: facts.target,
    solution,
    answer,
  }));
  const whole = lines.map((line) => JSON.stringify(line)).join('\n');
  const accepted = await fuzz('deals as JSONL', async (random, i) => {
    const text =
      i % 2 === 0
        ? new TextDecoder().decode(mutateBytes(utf8(whole), random))
        : lines.map((line) => JSON.stringify(mutateJson(line, random))).join('\n');
    const read = await readDeals(text, 'x.jsonl');
    check(read.length <= text.split('\n').length, 'more problems than lines');
    check(new Set(read.map((p) => p.id)).size === read.length, 'ids are not unique');
    for (const { answer, facts } of read) {
      const [a, b] = answer.trim().split(/\s+/).map(Number);
      check(
        (facts.cards as number[]).includes(a) && (facts.cards as number[]).includes(b),
        `${answer} is no pair of cards`,
      );
      check(a + b === facts.target, `${answer} does not sum to ${facts.target}`);
    }
  });
  expect(accepted).toBeGreaterThan(0.0125);
});
