/** Weights that lie: headers of safetensors and GGUF whose lengths, counts, names and offsets are not what is there. */
import { BOUNDS } from '../../src/data/bounds';
import { openGguf } from '../../src/model/weights/gguf/file';
import { openSafetensors, openShardedSafetensors } from '../../src/model/weights/safetensors-file';
import { attempts } from '../faults/attempts';
import { countingBytes, type GgufParts, type GgufValue, ggufFile, memoryFiles, utf8 } from '../setup/checkpoints';
import { Rows } from './refusals';
import { smallGguf } from './seeds';

const safetensors = new Rows('safetensors');
const DATA = 24;

/** A file with this header and 24 bytes of data. */
function file(header: unknown, claimed?: bigint, data = DATA): Uint8Array<ArrayBuffer> {
  const json = utf8(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const open = (bytes: Uint8Array<ArrayBuffer>) => openSafetensors(countingBytes(bytes, 'x.safetensors'));
const tensor = (change: object = {}) => ({ a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, DATA], ...change } });

for (const n of [0, 1, 7, 8])
  safetensors.add(
    `${n} bytes`,
    `a file of ${n} bytes`,
    n < 8 ? /header length alone takes 8/ : /does not begin with/,
    () => open(new Uint8Array(n)),
  );
for (const length of [25n, 1000n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])
  safetensors.add(
    `a header of ${length}`,
    `a header that claims ${length} bytes`,
    /claims \d+ bytes|no JSON|unterminated/i,
    () => open(file('{', length)),
  );
for (const size of [BOUNDS.safetensorsHeader + 1, 2 ** 31, 2 ** 40, 2 ** 52])
  safetensors.add(`a whole header of ${size}`, `a header that has ${size} bytes`, /The header has .*, more than/, () =>
    openSafetensors({ ...countingBytes(file('{', BigInt(size))), size: size + 8 }),
  );
for (const [id, first] of Object.entries({
  'a byte order mark': '\ufeff',
  space: ' ',
  'line end': '\n',
  zero: '\u0000',
  bracket: '[',
  letter: 'a',
}))
  safetensors.add(`before: ${id}`, `${id} before the brace`, /does not begin with \{/, () =>
    open(file(`${first}${JSON.stringify(tensor())}`)),
  );
for (const [id, json] of Object.entries({
  tensor: '{"a":{},"a":{}}',
  'tensor, escaped': '{"a":{},"\\u0061":{}}',
  metadata: '{"__metadata__":{},"__metadata__":{}}',
  'key of metadata': '{"__metadata__":{"format":"pt","format":"tf"}}',
  dtype: '{"a":{"dtype":"F32","dtype":"F16"}}',
  shape: '{"a":{"shape":[1],"shape":[2]}}',
  offsets: '{"a":{"data_offsets":[0,4],"data_offsets":[0,8]}}',
  'behind a brace in a text': '{"}":1,"a":"{","a":2}',
}))
  safetensors.add(`twice: ${id}`, `a ${id} that stands twice`, /stands twice/, () => open(file(json)));
for (const dtype of [
  'I64',
  'U8',
  'BOOL',
  'F64',
  'F8_E4M3',
  'C64',
  'f32',
  '',
  'toString',
  '__proto__',
  'F32\u0000',
  7,
  null,
  ['F32'],
  {},
])
  safetensors.add(`dtype ${JSON.stringify(dtype)}`, `a dtype ${JSON.stringify(dtype)}`, /has dtype/, () =>
    open(file(tensor({ dtype }))),
  );
for (const shape of [[-1], [1.5], ['6'], [null], [[6]], 6, null, {}, 'x', [2 ** 53], [1e308, 1e308]])
  safetensors.add(
    `shape ${JSON.stringify(shape)}`,
    `a shape ${JSON.stringify(shape)}`,
    /no valid shape|its shape/,
    () => open(file(tensor({ shape }))),
  );
for (const shape of [
  [],
  [0],
  [6, 0],
  [1],
  [7],
  [2, 2],
  [2 ** 26, 2 ** 26],
  new Array(1000).fill(1),
  new Array(40).fill(2 ** 50),
])
  safetensors.add(
    `shape of other size ${shape.length}/${shape[0]}`,
    'a shape that is not its bytes',
    /its shape \[/,
    () => open(file(tensor({ shape }))),
  );
for (const offsets of [
  [0],
  [0, 24, 48],
  [],
  0,
  null,
  {},
  ['0', '24'],
  [-24, 0],
  [0, 24.5],
  [24, 0],
  [0, 25],
  [0, 2 ** 53],
  [2 ** 52, 2 ** 52 + 24],
  [1, 25],
])
  safetensors.add(
    `offsets ${JSON.stringify(offsets)}`,
    `offsets ${JSON.stringify(offsets)}`,
    /data_offsets|claims bytes|needs 24/,
    () => open(file(tensor({ data_offsets: offsets }))),
  );
const pair = (a: number[], b: number[]) => ({
  a: { dtype: 'F16', shape: [(a[1] - a[0]) / 2], data_offsets: a },
  b: { dtype: 'F16', shape: [(b[1] - b[0]) / 2], data_offsets: b },
});
for (const [a, b, message] of [
  [[0, 24], [0, 24], /overlaps/],
  [[0, 14], [12, 24], /overlaps/],
  [[2, 4], [0, 24], /overlaps/],
  [[0, 10], [12, 24], /hole of 2/],
  [[2, 10], [10, 24], /hole of 2/],
  [[0, 10], [10, 22], /tensors take 22 bytes, the file holds 24/],
  [[0, 0], [0, 0], /tensors take 0 bytes/],
] as const)
  safetensors.add(`places ${a} ${b}`, `tensors at ${a} and ${b}`, message, () => open(file(pair([...a], [...b]))));
for (const count of [BOUNDS.tensors + 2, 10 ** 6])
  safetensors.add(`${count} tensors`, `${count} tensors`, /more than the 100000 tensors/, () =>
    open(file(`{${Array.from({ length: count }, (_, i) => `"${i.toString(36)}":0`)}}`)),
  );
for (const metadata of [null, 1, 'x', [], { a: 1 }, { a: null }, { a: {} }])
  safetensors.add(
    `metadata ${JSON.stringify(metadata)}`,
    `metadata ${JSON.stringify(metadata)}`,
    metadata === null || typeof metadata === 'object' || typeof metadata !== 'object' ? /__metadata__/ : null,
    () => open(file({ __metadata__: metadata }, undefined, 0)),
  );
for (const shard of [
  '../x.safetensors',
  '/etc/x.safetensors',
  'a/b.safetensors',
  '..\\x.safetensors',
  'C:x.safetensors',
  '.safetensors',
  'x.bin',
  '',
  'x.safetensors\u0000',
  7,
  null,
  ['x.safetensors'],
  'http://x/y.safetensors',
])
  safetensors.add(
    `shard ${JSON.stringify(shard)}`,
    `an index that names ${JSON.stringify(shard)}`,
    /no file name|shard .* is missing/,
    () =>
      openShardedSafetensors(
        memoryFiles({ 'model.safetensors.index.json': utf8(JSON.stringify({ weight_map: { a: shard } })) }),
      ),
  );

const gguf = new Rows('gguf');
const openFile = (bytes: Uint8Array<ArrayBuffer>, size = bytes.length) =>
  openGguf({ ...countingBytes(bytes, 'x.gguf'), size, read: async (from, to) => padded(bytes, from, to) });
const padded = (bytes: Uint8Array<ArrayBuffer>, from: number, to: number) => {
  const out = new Uint8Array(to - from);
  out.set(bytes.subarray(from, to));
  return out;
};
const made = (parts: GgufParts) => () => openFile(ggufFile(parts));

const whole = smallGguf('llama');
for (const n of [0, 3, 4, 8, 16, 23, 24, 100, 500, whole.length - 64])
  gguf.add(
    `cut at ${n}`,
    `a file that ends at byte ${n}`,
    /Not a usable GGUF|GGUF key|is missing|claims|ends early/,
    () => openFile(whole.slice(0, n)),
  );
for (const [id, version] of Object.entries({ '0': 0, '1': 1, '4': 4, 'big endian': 0x03000000, huge: 2 ** 32 - 1 }))
  gguf.add(`version ${id}`, `version ${id}`, /its version is|big endian/, made({ version }));
for (const magic of ['GGML', 'gguf', 'PK\u0003\u0004', '\u0000\u0000\u0000\u0000', 'FUGG'])
  gguf.add(
    `begins with ${JSON.stringify(magic)}`,
    `a file that begins with ${JSON.stringify(magic)}`,
    /does not begin with "GGUF"/,
    () => {
      const bytes = whole.slice();
      bytes.set(utf8(magic));
      return openFile(bytes);
    },
  );
for (const tensors of [1, 1000, 10 ** 6, 2 ** 31, 2 ** 40, 2 ** 53])
  gguf.add(
    `${tensors} tensors of none`,
    `a file of no tensors that claims ${tensors}`,
    /claims|tensors/,
    made({ counts: { tensors } }),
  );
for (const keys of [1, 1000, 10 ** 6, 2 ** 31, 2 ** 40, 2 ** 53])
  gguf.add(
    `${keys} keys of none`,
    `a file of no keys that claims ${keys}`,
    /claims|keys|key/,
    made({ counts: { keys } }),
  );
for (const [id, counts] of [
  ['tensors', { tensors: BOUNDS.tensors + 1 }],
  ['keys', { keys: BOUNDS.ggufKeys + 1 }],
] as const)
  gguf.add(
    `too many ${id} in a large file`,
    `a file of 1 TB with too many ${id}`,
    new RegExp(`${id}, more than the`),
    () => openFile(ggufFile({ counts }), 2 ** 40),
  );
/** The small file with one number changed: found by the text before it. */
function withNumber(after: string, skip: number, value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = whole.slice();
  const at = Buffer.from(bytes).indexOf(after) + after.length + skip;
  new DataView(bytes.buffer).setBigUint64(at, value, true);
  return bytes;
}
const LENGTHS = [2n ** 31n, 2n ** 32n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
for (const length of LENGTHS) {
  gguf.add(`a text of ${length}`, `a value that claims ${length} letters`, /claims|is \d+|needs/, () =>
    openFile(withNumber('general.architecture', 4, length)),
  );
  gguf.add(`a list of ${length}`, `a list that claims ${length} elements`, /claims|is \d+|elements/, () =>
    openFile(withNumber('tokenizer.ggml.tokens', 8, length)),
  );
  gguf.add(`a list of ${length} in 1 TB`, `the same in a file of 1 TB`, /claims|is \d+|elements|needs/, () =>
    openFile(withNumber('tokenizer.ggml.tokens', 8, length), 2 ** 50),
  );
  gguf.add(`an axis of ${length}`, `a tensor whose axis has ${length}`, /axis|shape|claims|rows/, () =>
    openFile(withNumber('token_embd.weight', 4, length)),
  );
}
for (const type of [9, 13, 255, 2 ** 31])
  gguf.add(`a key of type ${type}`, `a key of type ${type}`, /list of lists|has the type|claims|elements/, () => {
    const bytes = whole.slice();
    const at = Buffer.from(bytes).indexOf('llama.block_count') + 'llama.block_count'.length;
    new DataView(bytes.buffer).setUint32(at, type, true);
    new DataView(bytes.buffer).setUint32(at + 4, 9, true);
    return openFile(bytes);
  });
for (const alignment of [0, 3, 33, 2 ** 31]) {
  const metadata: Record<string, GgufValue> = { 'general.alignment': { u32: alignment } };
  gguf.add(`alignment ${alignment}`, `an alignment of ${alignment}`, /no power of two/, made({ metadata }));
}
gguf.add(
  'alignment in words',
  'an alignment that is a text',
  /no power of two/,
  made({ metadata: { 'general.alignment': 'x' } }),
);
gguf.add(
  'a key twice',
  'a key that stands twice',
  /twice/,
  made({
    metadata: [
      ['a', true],
      ['a', false],
    ],
  }),
);
gguf.add(
  'a tensor twice',
  'a tensor that stands twice',
  /twice/,
  made({
    tensors: [
      { name: 'a', lengths: [8] },
      { name: 'a', lengths: [8] },
    ],
  }),
);
for (const offset of [1, 31, 2 ** 20, 2 ** 52])
  gguf.add(
    `an offset of ${offset}`,
    `a tensor that begins at ${offset}`,
    /no multiple|claims bytes/,
    made({ tensors: [{ name: 'a', lengths: [8], offset }] }),
  );
gguf.add(
  'overlap',
  'two tensors at one place',
  /overlaps/,
  made({
    tensors: [
      { name: 'a', lengths: [8], offset: 0 },
      { name: 'b', lengths: [8], offset: 0 },
    ],
  }),
);
for (const lengths of [[], [1, 1, 1, 1, 1], [0], [7, 0], [2 ** 31, 2 ** 31], [2 ** 27, 2 ** 27, 2 ** 27]])
  gguf.add(
    `axes ${lengths}`,
    `a tensor of axes [${lengths}]`,
    /axes|shape|claims bytes/,
    made({ tensors: [{ name: 'a', lengths, bytes: 32 }] }),
  );
for (const type of [4, 5, 99, 2 ** 31])
  gguf.add(
    `type ${type}`,
    `a tensor of type ${type}`,
    /type/i,
    made({ tensors: [{ name: 'a', lengths: [32], type, bytes: 32 }] }),
  );
for (const length of [BOUNDS.ggufName + 1, 10 ** 6])
  for (const parts of [
    { metadata: { ['k'.repeat(length)]: true } },
    { tensors: [{ name: 'n'.repeat(length), lengths: [8] }] },
  ] satisfies GgufParts[])
    gguf.add(
      `${'metadata' in parts ? 'a key' : 'a tensor'} of ${length} letters`,
      `a name of ${length} letters`,
      /the name of a .* has \d+ bytes, more than/,
      made(parts),
      false,
    );

attempts([...safetensors.list, ...gguf.list]);
