/** Files of problems and examples that are too much, lie about themselves, or unpack to more than they say. */
import { gzipSync } from 'node:zlib';
import { BOUNDS } from '../../src/data/bounds';
import type { ByteSource } from '../../src/data/bytes';
import { conversationsIn } from '../../src/data/conversations';
import { readProblems as problemsOf } from '../../src/data/dataset';
import { BadInput } from '../../src/data/errors';
import { Random } from '../../src/data/random';
import { expectForward } from '../../src/data/snappy-lengths';
import { attempts } from '../faults/attempts';
import { fixtureBytes, utf8 } from '../setup/checkpoints';
import { readConversations, readProblems } from '../setup/data';
import { check } from './fuzzing';
import { mutateBytes } from './mutate';
import { type Expected, Rows } from './refusals';

const MiB = 2 ** 20;
const rows = new Rows('data');
async function conversationsOf(file: ByteSource): Promise<void> {
  for await (const _ of conversationsIn(file));
}
const GOOD = '{"question": "1 + 1?", "answer": "2"}';

/** A file whose bytes are a beginning and then a pattern, made as they are read. */
const endless = (size: number, start: string, pattern: string, where = 'x.jsonl'): ByteSource => ({
  where,
  size,
  async read(from, to) {
    const bytes = new Uint8Array(to - from);
    const [head, tail] = [utf8(start), utf8(pattern)];
    for (let at = from; at < to; at++)
      bytes[at - from] = at < head.length ? head[at] : tail[(at - head.length) % tail.length];
    return bytes;
  },
});
const LARGE = [BOUNDS.line + 1, 300 * MiB, BOUNDS.data];
for (const size of LARGE) {
  const line = /the line has more than the .* \(x\.jsonl, line 1\)/;
  rows.add(
    `one line of ${size}`,
    `a JSONL file of ${size} bytes in one line`,
    line,
    () => problemsOf(endless(size, '{"question": "', 'x')),
    false,
  );
  rows.add(
    `one line of ${size}, conversations`,
    'the same as conversations',
    line,
    () => conversationsOf(endless(size, '{"prompt": "', 'x')),
    false,
  );
  rows.add(
    `bytes of no text, ${size}`,
    'the same of bytes that are no text',
    line,
    () => problemsOf(endless(size, '{"question": "', '\u00ff')),
    false,
  );
}
for (const size of [BOUNDS.jsonData + 1, 400 * MiB])
  rows.add(
    `.json of ${size}`,
    `a .json file of ${size} bytes`,
    /JSON has more than the .*Write it as JSONL/,
    () => problemsOf(endless(size, '[', `${GOOD},`, 'x.json')),
    false,
  );
for (const size of [BOUNDS.data + 1, 2 ** 40, 2 ** 52])
  for (const name of ['x.jsonl', 'x.json', 'x.jsonl.gz', 'x.jsonl.zst', 'x.parquet.gz'])
    rows.add(`${name} of ${size}`, `a file ${name} of ${size} bytes`, /The file has .*, more than the 536\.9 MB/, () =>
      problemsOf(endless(size, '', ' ', name)),
    );
rows.add(
  'blank lines',
  'a file of 512 MiB of line ends',
  /more than the 2000000 lines/,
  () => problemsOf(endless(BOUNDS.data, '', '\n')),
  false,
);
rows.add(
  '10⁷ records',
  'a file of ten million records',
  /more than the 2000000/,
  () => conversationsOf(endless(300 * MiB, '', '{"prompt":"a","completion":"b"}\n')),
  false,
);
rows.add(
  'lists of numbers',
  'records of a million numbers each',
  /values, more than the/,
  () => problemsOf(endless(400 * MiB, '', `{"question":"a","answer":"b","c":[${'1,'.repeat(1e5)}1]}\n`)),
  false,
);
for (const depth of [129, 1000, 10 ** 6])
  for (const [open, close] of ['[]', '{}'].map((pair) => [pair === '[]' ? '[' : '{"a":', pair[1]]))
    for (const name of ['x.jsonl', 'x.json'])
      rows.add(
        `${name} ${open} ${depth} deep`,
        `a field of ${name} that is ${depth} deep`,
        /nested more than 128 deep/,
        () => readProblems(utf8(`{"question":"a","answer":${open.repeat(depth)}1${close.repeat(depth)}}`), name),
      );

const LINE = '{"question":"a","answer":"1"}';
/** A piece again and again, and an end. */
function again(piece: Uint8Array, times: number, end: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(piece.length * times + end.length);
  for (let i = 0; i < times; i++) out.set(piece, i * piece.length);
  out.set(end, piece.length * times);
  return out;
}
const LINES: Record<string, [text: () => Uint8Array<ArrayBuffer>, what: string, message: RegExp | null]> = {
  'blank lines': [() => utf8(`${'\n'.repeat(1e6)}${LINE}`), 'a million blank lines before one', null],
  'ends of a line': [() => utf8([LINE, LINE].join('\r')), 'lines that end as on old Macs', /not JSON/],
  'ends of Unicode': [() => utf8([LINE, LINE].join('\u2028')), 'lines that end with U+2028', /not JSON/],
  'marks of order': [() => utf8(`${LINE}\n\ufeff${LINE}`), 'a byte order mark before the second line', null],
  'a long number': [() => utf8(`{"question":"a","answer":${'7'.repeat(1e7)}}`), 'a number of 10⁷ digits', null],
  'a far number': [() => utf8('{"question":"a","answer":1e999999999}'), 'a number of 10⁹ digits', null],
};
for (const [id, [text, what, message]] of Object.entries(LINES))
  rows.add(`lines: ${id}`, what, message, () => readProblems(text(), 'x.jsonl'));
rows.add('gzip members', '300,000 gzip files of a line end behind each other, and one with a problem', null, () =>
  readProblems(again(gzipSync('\n'), 300_000, gzipSync(LINE)), 'x.jsonl.gz'),
);
const SKIPPED = new Uint8Array([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
rows.add('zstd frames to skip', 'a million frames of zstd that are to be skipped', /neither gzip nor zstd/, () =>
  readProblems(again(SKIPPED, 1e6, SKIPPED), 'x.jsonl.zst'),
);

/** A zstd file: a frame of this window whose blocks are runs. */
function zstd(windowLog: number, blocks: number, run: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(6 + 4 * blocks);
  out.set([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3]);
  for (let i = 0; i < blocks; i++) {
    const header = (run << 3) | 2 | (i === blocks - 1 ? 1 : 0);
    out.set([header & 255, (header >> 8) & 255, header >> 16, 0x20], 6 + 4 * i);
  }
  return out;
}
for (const log of [28, 30, 31, 41])
  rows.add(`zstd window 2^${log}`, `a zstd file with a window of 2^${log} bytes`, /its window has/, () =>
    readProblems(zstd(log, 2, 10), 'x.jsonl.zst'),
  );
rows.add('zstd small blocks', '100,000 blocks of a byte with a window of 8 MiB', /blocks are too small/, () =>
  readProblems(zstd(23, 100_000, 1), 'x.jsonl.zst'),
);
rows.add('zstd second frame', 'a second frame with a large window', /its window has/, () =>
  readProblems(new Uint8Array([...zstd(17, 1, 10), ...zstd(31, 1, 10)]), 'x.jsonl.zst'),
);
rows.add(
  'zstd bomb',
  '20 kB that unpack to 640 MB',
  /unpacks to more than|line has more than/,
  () => readProblems(zstd(17, 5000, 128 * 1024), 'x.jsonl.zst'),
  false,
);
const bomb = (inside: Uint8Array, layers = 1): Uint8Array<ArrayBuffer> =>
  layers === 0 ? new Uint8Array(inside) : bomb(gzipSync(inside, { level: 9 }), layers - 1);
rows.add(
  'gzip bomb, one line',
  'a gzip file that unpacks to a line of 200 MB',
  /the line has more than/,
  () => readProblems(bomb(new Uint8Array(200 * MiB).fill(32)), 'x.jsonl.gz'),
  false,
);
rows.add(
  'gzip bomb of JSON',
  'a gzip file that unpacks to JSON of 200 MB',
  /JSON has more than/,
  () => readProblems(bomb(new Uint8Array(200 * MiB).fill(91)), 'x.json.gz'),
  false,
);
const packed = bomb(utf8(`${GOOD}\n`));
for (const at of Array.from({ length: packed.length }, (_, i) => i)) {
  rows.add(
    `gzip cut at ${at}`,
    `a gzip file that ends at byte ${at}`,
    at < 2 ? /neither gzip nor zstd/ : /cannot be unpacked/,
    () => readProblems(packed.slice(0, at), 'x.jsonl.gz'),
  );
  rows.add(`gzip byte ${at}`, `a gzip file whose byte ${at} is another`, null, () => {
    const bytes = packed.slice();
    bytes[at] ^= 0x55;
    return readProblems(bytes, 'x.jsonl.gz');
  });
}
for (const [id, name] of Object.entries({
  text: 'x.jsonl.gz',
  parquet: 'x.parquet',
  'parquet, packed': 'x.parquet.zst',
  zstd: 'x.json.zst',
}))
  rows.add(`a text as ${id}`, `a text by the name of ${name}`, /neither gzip nor zstd|not a readable parquet/, () =>
    readProblems(utf8(GOOD), name),
  );

const parquet = fixtureBytes('datasets', 'gsm8k-none.parquet');
const footer = new DataView(parquet.buffer).getUint32(parquet.length - 8, true);
for (const length of [0, 1, footer - 1, footer + 1, parquet.length, 2 ** 31, 2 ** 32 - 1])
  rows.add(
    `parquet footer ${length}`,
    `a parquet file whose footer claims ${length} bytes`,
    length === footer + 1 ? null : /not a readable parquet/,
    () => {
      const bytes = parquet.slice();
      new DataView(bytes.buffer).setUint32(bytes.length - 8, length, true);
      return readProblems(bytes, 'x.parquet');
    },
  );
for (let n = 0; n <= 32; n++) {
  const at = Math.floor((parquet.length * n) / 33);
  rows.add(`parquet cut at ${n}/33`, `a parquet file that ends at byte ${at}`, /not a readable parquet/, () =>
    readProblems(parquet.slice(0, at), 'x.parquet'),
  );
  rows.add(
    `parquet without its first ${n}/33`,
    'a parquet file whose beginning is gone',
    n === 0 ? null : /not a readable parquet|question|no UTF-8|answer/,
    () => readProblems(parquet.slice(at), 'x.parquet'),
  );
}
const TWICE: Record<string, [file: () => Uint8Array<ArrayBuffer>, name: string, message: RegExp]> = {
  'gzip in gzip': [() => gzipSync(gzipSync(GOOD)), 'x.jsonl.gz', /The file is packed twice/],
  'zstd in gzip': [() => gzipSync(new Uint8Array([0x28, 0xb5, 0x2f, 0xfd])), 'x.jsonl.gz', /The file is packed twice/],
  'zip as JSONL': [() => utf8('PK\u0003\u0004'), 'x.jsonl', /The file is a zip archive/],
  'zip in gzip': [() => gzipSync('PK\u0003\u0004'), 'x.json.gz', /The file is a zip archive/],
  'bzip2 as JSONL': [() => utf8('BZh91AY'), 'x.jsonl', /The file is packed with bzip2/],
  'xz as JSONL': [() => new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), 'x.jsonl', /The file is packed with xz/],
};
for (const [id, [file, name, message]] of Object.entries(TWICE))
  rows.add(id, `${id}, called ${name}`, message, () => readProblems(file(), name));
for (const [id, more] of Object.entries({
  '100,000 choices': Array.from({ length: 1e5 }, String),
  'one choice': ['x'],
}))
  rows.add(`a problem of ${id}`, `a problem of ${id}`, /Write them as a list of 2 to 10 texts/, () =>
    readProblems(utf8(JSON.stringify({ question: 'a', choices: more, answer: 0 })), 'x.jsonl'),
  );
rows.add('parquet runs', 'a page whose levels repeat a value two milliard times', /a run of \d+ values in a page/, () =>
  readProblems(mutateBytes(fixtureBytes('datasets', 'gsm8k-zstd.parquet'), new Random(99, 955_240)), 'x.parquet'),
);
/** In a footer's Thrift: a whole number in the field after the last, which is 1, as in the group of a list; −1 is an odd one. */
const ONE = [0x15, 0x02];
rows.add(
  'parquet of less than no children',
  'lists of a parquet file in groups of −1 columns',
  null,
  async () => {
    const lists = fixtureBytes('datasets', 'lists.parquet');
    const places = [...lists.keys()].filter((at) => ONE.every((byte, i) => lists[at + i] === byte));
    check(places.length > 0, 'no group of one');
    for (const at of places)
      await readProblems(lists.with(at + 1, 0x01), 'x.parquet').catch((error) => {
        if (!(error instanceof BadInput)) throw error;
      });
  },
  true,
);
for (const codec of ['snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'groups'])
  for (let seed = 0; seed < 12; seed++)
    rows.add(`parquet ${codec} ${seed}`, `a broken parquet file with ${codec}, ${seed}`, null, () =>
      readProblems(mutateBytes(fixtureBytes('datasets', `gsm8k-${codec}.parquet`), new Random(31, seed)), 'x.parquet'),
    );

/** Lengths of 32 bits that hyparquet takes for less than nothing: it would read the same bytes again and again. */
for (const [id, length] of Object.entries({
  'back to itself': 2 ** 32 - 6,
  'of 4 GiB': 2 ** 32 - 1,
  'of 2 GiB': 2 ** 31,
}))
  rows.add(
    `snappy literal ${id}`,
    `a page of a parquet file with a literal that leads ${id}`,
    /a literal reaches beyond its page/,
    () => {
      const page = new Uint8Array([1, 0, 0x61, 0xfc, 0, 0, 0, 0]); // one letter, then a literal
      new DataView(page.buffer).setUint32(4, length, true);
      try {
        expectForward(page);
      } catch (error) {
        throw new BadInput((error as Error).message, 'x.parquet', 'Write it again.');
      }
    },
    true,
  );

/** JSON inside a text, which its own file's measure does not see. */
const inside = `${'['.repeat(1e5)}${']'.repeat(1e5)}`;
const call = (args: unknown) => [
  { role: 'user', content: 'a' },
  { role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: args } }] },
];
for (const [id, record, message] of [
  ['arguments of a call', { messages: call(inside) }, null],
  ['tool calls', { messages: [{ role: 'assistant', content: '', tool_calls: inside }] }, null],
  ['a function call', { messages: [{ role: 'function_call', content: inside }] }, null],
  ['tools', { prompt: 'a', completion: 'b', tools: inside }, /"tools" is/],
] as const)
  rows.add(
    `deep in a text: ${id}`,
    `JSON 100,000 deep in the text of ${id}`,
    message,
    () => readConversations(utf8(JSON.stringify(record)), 'x.jsonl'),
    true,
  );

for (const [id, name, message] of [
  ['messages', 'messages', /has 10000 messages, more than the 4096/],
  ['turns of ShareGPT', 'conversations', /has 10000 messages, more than the 4096/],
] as const)
  rows.add(`10,000 ${id}`, `a conversation of 10,000 ${id}`, message, () =>
    readConversations(
      utf8(JSON.stringify({ [name]: Array.from({ length: 1e4 }, () => ({ role: 'user', content: 'a' })) })),
      'x.jsonl',
    ),
  );

/** Texts that move cursors, turn lines round, are very long, or mean something elsewhere. */
const TEXTS: Record<string, string> = {
  'a cursor': '\u001b[2J\u001b[1;1H',
  'a title': '\u001b]0;x\u0007',
  'a line turned round': '\u202egpj.exe',
  'nothing to see': '\u200b\u2060\ufeff',
  'half a pair': '\ud800',
  'a million letters': 'x'.repeat(1e6),
  'a path': '../../etc/passwd',
  'a script': '<script>alert(1)</script>',
  'a template': '{{ 1 / 0 }}',
  'a name of objects': '__proto__',
  'carriage returns': 'a\rb\rc',
  zeros: 'a\u0000b',
};
const WITH: Record<string, (text: string) => [object, Expected]> = {
  'a role': (role) => [{ messages: [{ role, content: 'a' }] }, /has the role/],
  'an id twice': (id) => [{ id, question: 'a', answer: '1' }, /the id ".*" is that of/],
  'a question of another type': (text) => [{ question: { [text]: 1 }, answer: '1' }, /"question" is/],
  'the choices': (text) => [{ question: 'a', answer: '1', choices: { [text]: {} } }, /the choices are/],
  'tool calls': (text) => [
    { messages: [{ role: 'assistant', content: '', tool_calls: [{ function: text }] }] },
    /tool call/,
  ],
  tools: (tools) => [{ prompt: 'a', completion: 'b', tools }, /"tools" is/],
  'a mask': (weight) => [
    {
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b', weight },
      ],
    },
    /the weight/,
  ],
};
for (const [id, text] of Object.entries(TEXTS))
  for (const [place, make] of Object.entries(WITH)) {
    const [record, message] = make(text);
    const line = JSON.stringify(record);
    const said = 'messages' in record || 'tools' in record;
    // The same question with the same answer would only be a row that is repeated.
    const second = line.replace('"question":"a"', '"question":"b"');
    rows.add(`${id} as ${place}`, `${id} as ${place}`, message, () =>
      (said ? readConversations : readProblems)(utf8(`${line}\n${second}\n`), 'x.jsonl'),
    );
  }

attempts(rows.list);
