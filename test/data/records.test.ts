import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BadInput } from '../../src/data/errors';
import { textField } from '../../src/data/records';
import { readRecords } from '../setup/data';

const FOLDER = new URL('../fixtures/datasets/', import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const utf8 = (text: string) => new TextEncoder().encode(text);
const read = (text: string, file = 'x.jsonl') => readRecords(utf8(text), file);

test('JSONL with a byte order mark, CRLF, blank lines and no line end at the end', async () => {
  const records = await read('\uFEFF{"a": 1}\r\n\r\n  \n{"a": "zwei 🍎"}');
  expect(records).toEqual([
    { fields: { a: 1 }, where: 'x.jsonl, line 1' },
    { fields: { a: 'zwei 🍎' }, where: 'x.jsonl, line 4' },
  ]);
});

test('a .json file may hold a list, one object, or JSONL', async () => {
  const rows = [{ fields: { a: 1 } }, { fields: { a: 2 } }];
  expect(await read('\uFEFF[{"a": 1}, {"a": 2}]', 'x.json')).toMatchObject(rows);
  expect(await read('{"a": 1}\r\n{"a": 2}\r\n', 'x.json')).toMatchObject(rows);
  expect(await read('{"a":\n1}', 'x.json')).toMatchObject(rows.slice(0, 1));
});

test.each([
  ['', 'x.jsonl', /holds no record/],
  ['{"a": 1}\n{"a": ', 'x.jsonl', /not JSON.*x\.jsonl, line 2/],
  ['{"a": 1}\n[1]', 'x.jsonl', /not a JSON object \(x\.jsonl, line 2\)/],
  ['[{"a": 1}, 2]', 'x.json', /not a list of JSON objects/],
  ['{"a"', 'x.json', /not JSON/],
  ['[]', 'x.json', /holds no record/],
  ['PAR1 and nothing else', 'x.parquet', /not a readable parquet file/],
])('refuses %j as %s', async (text, file, message) => {
  await expect(read(text, file)).rejects.toThrow(BadInput);
  await expect(read(text, file)).rejects.toThrow(message);
});

test('bytes that are no UTF-8 are named by their line', async () => {
  const bytes = new Uint8Array([...utf8('{"a": 1}\n{"b": "'), 0xff, ...utf8('"}')]);
  await expect(readRecords(bytes, 'x.jsonl')).rejects.toThrow(/no UTF-8 text \(x\.jsonl, line 2\)/);
});

test('parquet with pages of every compression gives the same rows', async () => {
  const want = await readRecords(fixture('gsm8k-none.parquet'), 'gsm8k.parquet');
  expect(want).toHaveLength(60);
  expect(want[59].fields.question).toBe('A box holds 61 pens, and there are 3 boxes. How many pens are there?');
  for (const codec of ['snappy', 'gzip', 'zstd', 'brotli', 'lz4'])
    expect(await readRecords(fixture(`gsm8k-${codec}.parquet`), 'gsm8k.parquet')).toEqual(want);
});

test('parquet in several row groups, with short pages of version 2', async () => {
  const rows = await readRecords(fixture('gsm8k-groups.parquet'), 'g.parquet');
  expect(rows).toHaveLength(300);
  rows.forEach(({ fields, where }, i) => {
    expect(where).toBe(`g.parquet, row ${i + 1}`);
    expect(fields.answer).toContain(`#### ${3 * (i + 2)}`);
  });
});

test('a file inside a larger buffer is read at its own place', async () => {
  const file = fixture('int64.parquet');
  const room = new Uint8Array(file.length + 200).fill(80);
  room.set(file, 100);
  const [{ fields }] = await readRecords(room.subarray(100, 100 + file.length), 'i.parquet');
  expect(fields).toEqual({ question: '6 * 7 = ?', answer: 42n });
});

test('a field is the first of its names that is not blank, as a text', () => {
  const record = (fields: Record<string, unknown>) => ({ fields, where: 'x, line 1' });
  const names = ['a', 'b'];
  expect(textField(record({ a: ' ', b: 'x' }), names)).toBe('x');
  expect(textField(record({ a: null }), names)).toBeNull();
  expect(textField(record({ b: 12n, a: 7 }), names)).toBe('7');
  expect(textField(record({ b: 12n }), names)).toBe('12');
  expect(textField(record({ a: ['one'] }), names)).toBe('one');
  expect(textField(record({ a: [3n] }), names)).toBe('3');
  expect(() => textField(record({ a: ['one', 'two'] }), names)).toThrow(/"a" is \["one","two"\] \(x, line 1\)/);
  expect(() => textField(record({ a: [1n, 2n] }), names)).toThrow(/"a" is \[1,2\]/);
  expect(() => textField(record({ a: true }), names)).toThrow(/"a" is true.*It must be a text/);
  expect(() => textField(record({ a: [] }), names)).toThrow(BadInput);
  expect(textField(record(Object.create({ a: 'inherited' })), names)).toBeNull();
});
