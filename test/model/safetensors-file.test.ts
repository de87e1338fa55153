/** Safetensors by ranges: what is read, how it is decoded, and what is refused. */
import { describe, expect, test } from 'vitest';
import { BOUNDS } from '../../src/data/bounds';
import { BadInput } from '../../src/data/errors';
import { halfTable, toFloat32 } from '../../src/model/weights/float-formats';
import { readSafetensors, writeSafetensors } from '../../src/model/weights/safetensors';
import { openSafetensors, openShardedSafetensors } from '../../src/model/weights/safetensors-file';
import { countingBytes, fixtureBytes, memoryFiles, utf8 } from '../setup/checkpoints';

/** A file with any header, honest or not. */
function file(header: unknown, data = new Uint8Array(0), claimed?: bigint): Uint8Array<ArrayBuffer> {
  const json = utf8(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const entry = (dtype: string, shape: unknown, from: number, to: number) => ({ dtype, shape, data_offsets: [from, to] });

test('a header above its bound is refused before it is read', async () => {
  const claimed = 2 * BOUNDS.safetensorsHeader;
  const start = file('', new Uint8Array(0), BigInt(claimed));
  const huge = { ...countingBytes(start, 'x.safetensors'), size: 8 + claimed };
  await expect(openSafetensors(huge)).rejects.toThrow(/The header has 67\.1 MB, more than the 33\.6 MB that are read/);
});

test('half precision decodes as Math does: all 65,536 patterns', () => {
  const table = halfTable();
  for (let h = 0; h < 65_536; h++) {
    const [sign, exponent, fraction] = [h & 0x8000 ? -1 : 1, (h >> 10) & 31, h & 0x3ff];
    let want = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
    if (exponent === 0) want = (sign * fraction) / 2 ** 24;
    if (exponent === 31) want = fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    if (!Object.is(table[h], want)) throw new Error(`pattern ${h} gives ${table[h]}, should be ${want}`);
  }
});

test('bytes that do not begin on a number decode, too', () => {
  const bytes = new Uint8Array([9, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  expect([...toFloat32(bytes.subarray(1), 'F32')]).toEqual([1, -2]);
  expect([...toFloat32(bytes.subarray(3, 5), 'BF16')]).toEqual([1]);
  expect([...toFloat32(new Uint8Array([0, 0x01, 0x3c, 0]).subarray(1, 3), 'F16')]).toEqual([1 + 1 / 1024]);
});

test('a file of the Python package: the same as read whole, row by row, and only the rows that are asked for', async () => {
  const bytes = fixtureBytes('gguf', 'llama.safetensors');
  const source = countingBytes(bytes);
  const catalog = await openSafetensors(source);
  const { tensors } = readSafetensors(bytes, 'test');
  expect(new Set(catalog.keys())).toEqual(new Set(tensors.keys()));
  const opened = source.reads.reduce((n, [from, to]) => n + to - from, 0);
  expect(opened).toBe(bytes.length - [...catalog.values()].reduce((n, t) => n + t.bytes, 0)); // the header, no data
  for (const [name, { shape, data }] of tensors) {
    const tensor = catalog.get(name);
    expect(tensor).toMatchObject({ name, shape });
    expect(await tensor?.rows(0, shape[0])).toEqual(data);
    const width = data.length / shape[0];
    source.reads.length = 0;
    expect(await tensor?.rows(1, 3)).toEqual(data.slice(width, 3 * width));
    expect(source.reads.map(([from, to]) => to - from)).toEqual([(2 * (tensor?.bytes ?? 0)) / shape[0]]);
  }
  expect([...new Set([...catalog.values()].map((t) => t.dtype))].sort()).toEqual(['F16', 'F32']);
});

test('rows outside a tensor are the caller’s mistake', async () => {
  const tensor = (await openSafetensors(countingBytes(file({ a: entry('F16', [2, 1], 0, 4) }, new Uint8Array(4))))).get(
    'a',
  );
  expect(await tensor?.rows(1, 1)).toHaveLength(0);
  for (const [first, end] of [
    [0, 3],
    [-1, 1],
    [1, 0],
    [0, 0.5],
  ]) {
    await expect(tensor?.rows(first, end)).rejects.toThrow(RangeError);
  }
});

describe('a header that lies is refused by what it says', () => {
  const data = new Uint8Array(8);
  test.each([
    ['short', new Uint8Array(5), /it has 5 bytes/],
    ['length', file({}, data, 9999n), /claims 9999 bytes, the file has 18/],
    ['huge length', file({}, data, 2n ** 63n), /claims 9223372036854775808 bytes/],
    ['text', file('{"a"', new Uint8Array(0)), /no JSON/],
    ['no UTF-8', file('{}').fill(0xff, 9), /header is no UTF-8/],
    ['list', file([]), /does not begin with \{/],
    ['byte order mark', file('\ufeff{}'), /does not begin with \{/],
    ['a space first', file(' {}'), /does not begin with \{/],
    ['name twice', file('{"a":1,"b":{"x":[1,"}"]},"a":2}'), /"a" stands twice/],
    ['name twice, once escaped', file('{"a":1,"\\u0061":2}'), /"a" stands twice/],
    ['dtype twice', file('{"a":{"dtype":"F32","shape":[],"dtype":"F16"}}'), /"dtype" stands twice/],
    ['deep', file(`{"a":${'['.repeat(200)}${']'.repeat(200)}}`), /nested more than 128 deep/],
    ['10⁶ deep', file(`{"a":${'['.repeat(1e6)}`), /nested more than 128 deep/],
    [
      'too many tensors',
      file(`{${Array.from({ length: 100_002 }, (_, i) => `"${i}":0`)}}`),
      /more than the 100000 tensors/,
    ],
    ['null entry', file({ a: null }), /tensor a has dtype undefined/],
    ['dtype', file({ a: entry('I64', [1], 0, 8) }, data), /tensor a has dtype "I64"; F32, F16 and BF16/],
    ['inherited dtype', file({ a: entry('toString', [1], 0, 8) }, data), /dtype "toString"/],
    ['shape', file({ a: entry('F32', [-2], 0, 8) }, data), /no valid shape/],
    ['overflowing shape', file({ a: entry('F32', [2 ** 40, 2 ** 40], 0, 8) }, data), /needs 4.83\d*e\+24/],
    ['infinite shape', file({ a: entry('F32', [...new Array(40).fill(2 ** 50), 0], 0, 0) }), /needs NaN/],
    ['offsets', file({ a: entry('F32', [2], 0, 16) }, data), /claims bytes 0 to 16 of 8/],
    ['too few bytes', file({ a: entry('F32', [2], 0, 4) }, data), /has 4 bytes, its shape \[2\] needs 8/],
    ['overlap', file({ a: entry('F32', [1], 0, 4), b: entry('F16', [3], 2, 8) }, data), /b overlaps/],
    ['hole', file({ a: entry('F16', [1], 0, 2), b: entry('F32', [1], 4, 8) }, data), /hole of 2 bytes before tensor b/],
    ['rest', file({ a: entry('F32', [1], 0, 4) }, data), /take 4 bytes, the file holds 8/],
    ['metadata', file({ __metadata__: { a: 1 } }), /__metadata__/],
  ])('%s', async (_, bytes, message) => {
    await expect(openSafetensors(countingBytes(bytes, 'x.safetensors'))).rejects.toThrow(message);
    await expect(openSafetensors(countingBytes(bytes, 'x.safetensors'))).rejects.toThrow(BadInput);
    expect(() => readSafetensors(bytes, 'x.safetensors')).toThrow(message);
  });
});

test('a source that ends early is told', async () => {
  const whole = countingBytes(file({ a: entry('F32', [2], 0, 8) }, new Uint8Array(8)));
  const cut = { ...whole, read: async (from: number, to: number) => (await whole.read(from, to)).slice(0, 8) };
  await expect(openSafetensors(cut)).rejects.toThrow(/ends early/);
});

describe('shards', () => {
  const one = writeSafetensors([['a', { shape: [2], data: new Float32Array([1, 2]) }]]);
  const two = writeSafetensors([
    ['b', { shape: [1], data: new Float32Array([3]) }],
    ['c', { shape: [1], data: new Float32Array([4]) }],
  ]);
  const shards = { '1.safetensors': one, '2.safetensors': two };
  const map = { a: '1.safetensors', b: '2.safetensors', c: '2.safetensors' };
  const index = (weight_map: unknown) => ({ 'model.safetensors.index.json': utf8(JSON.stringify({ weight_map })) });
  const open = (files: Record<string, Uint8Array<ArrayBuffer>>) => openShardedSafetensors(memoryFiles(files));

  test('tensors of all shards are found', async () => {
    const catalog = await open({ ...shards, ...index(map) });
    expect([...catalog.keys()].sort()).toEqual(['a', 'b', 'c']);
    expect([...((await catalog.get('c')?.rows(0, 1)) ?? [])]).toEqual([4]);
  });

  test('a single file goes before an index', async () => {
    expect([...(await open({ ...shards, ...index(map), 'model.safetensors': one })).keys()]).toEqual(['a']);
  });

  test.each([
    ['nothing', {}, /model\.safetensors is missing, and so is/],
    ['a missing shard', { '1.safetensors': one, ...index(map) }, /shard 2\.safetensors is missing/],
    ['a missing tensor', { ...shards, ...index({ ...map, d: '1.safetensors' }) }, /d is not in 1.*no shard has it/],
    [
      'a wrong shard',
      { ...shards, ...index({ ...map, c: '1.safetensors' }) },
      /c is not in 1.*it is in 2\.safetensors/,
    ],
    [
      'a tensor twice',
      { '1.safetensors': one, '2.safetensors': one, ...index({ a: '1.safetensors', x: '2.safetensors' }) },
      /a is in 1\.safetensors and 2/,
    ],
    [
      'a tensor left out',
      { ...shards, ...index({ a: '1.safetensors', b: '2.safetensors' }) },
      /c of 2.* is not in the index/,
    ],
    ['a broken shard', { ...shards, '2.safetensors': two.slice(0, -1), ...index(map) }, /claims bytes|take/],
    ['a path', { ...shards, ...index({ ...map, a: '../1.safetensors' }) }, /no file name/],
    ['a Windows path', { ...shards, ...index({ ...map, a: '..\\1.safetensors' }) }, /no file name/],
    ['a number', { ...shards, ...index({ ...map, a: 1 }) }, /lies in 1/],
    ['no map', { ...shards, ...index(undefined) }, /no weight_map/],
    ['an empty map', { ...shards, ...index({}) }, /empty/],
    ['no JSON', { 'model.safetensors.index.json': utf8('{') }, /no JSON/],
    ['null', { 'model.safetensors.index.json': utf8('null') }, /no weight_map/],
  ])('%s is refused', async (_, files, message) => {
    await expect(open(files)).rejects.toThrow(message);
  });
});
