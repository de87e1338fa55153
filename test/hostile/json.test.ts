/** JSON that is none, or too much: the same kinds for every file of JSON that the lab reads. */
import { BOUNDS } from '../../src/data/bounds';
import type { FileSource } from '../../src/data/bytes';
import { readJson, readWrittenJson } from '../../src/data/json';
import { readInspection } from '../../src/inspect/export';
import { openModel } from '../../src/library/open-model';
import { listRepository } from '../../src/library/sources/hub-api';
import { parseManifest } from '../../src/library/sources/manifest';
import { network } from '../../src/library/sources/request';
import { parseModelConfig } from '../../src/model/net/config';
import { readLoraFolder } from '../../src/model/weights/adapter';
import { openSafetensors, openShardedSafetensors } from '../../src/model/weights/safetensors-file';
import { sweepOf } from '../../src/runs/sweep/file';
import { attempts } from '../faults/attempts';
import { countingBytes, fixtureBytes, memoryFiles, utf8 } from '../setup/checkpoints';
import { readConversations, readProblems } from '../setup/data';
import { type Expected, Rows } from './refusals';

type Bytes = Uint8Array<ArrayBuffer>;
const model = (name: string) => fixtureBytes('llama', name);
const CONFIG = parseModelConfig(JSON.parse(new TextDecoder().decode(model('config.json'))));

/** A folder of which one file is hostile. */
const folder = (name: string, bytes: Bytes): FileSource =>
  memoryFiles({ 'config.json': model('config.json'), 'model.safetensors': model('model.safetensors'), [name]: bytes });

/** A safetensors file with this header. */
function header(json: Bytes): Bytes {
  const bytes = new Uint8Array(8 + json.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const hub = (body: Bytes) =>
  listRepository(network({ fetch: async () => new Response(body), retries: 0 }), {
    ...{ kind: 'model' as const, endpoint: 'https://hub.example', id: 'a/b', revision: 'main', token: null },
  });

const answers = ['{"question": "1 + 1?", "answer": "2"}', '{"prompt": "a", "completion": "b"}'];
const decode = (bytes: Bytes) => new TextDecoder().decode(bytes);

/** Every reader of JSON, and what it says of a value that is no object of its kind. */
const READERS: Record<string, { read(bytes: Bytes): unknown; other: Expected }> = {
  'config.json': {
    read: (b) => openModel(folder('config.json', b)),
    other: /no JSON object|Model type .* is not supported/,
  },
  'tokenizer.json': {
    read: async (b) => (await openModel(folder('tokenizer.json', b))).text,
    other: /not a JSON object|unreadable tokenizer|not supported|no model/i,
  },
  'generation_config.json': { read: (b) => openGeneration(b), other: null },
  'the index of shards': {
    read: (b) => openShardedSafetensors(memoryFiles({ 'model.safetensors.index.json': b })),
    other: /weight_map/,
  },
  'adapter_config.json': {
    read: (b) => readLoraFolder(memoryFiles({ 'adapter_config.json': b }), CONFIG),
    other: /no JSON object|is not supported|no usable number/,
  },
  'a safetensors header': {
    read: (b) => openSafetensors(countingBytes(header(b))),
    other: /does not begin with|no JSON|no valid|dtype|__metadata__|stands twice/,
  },
  'the Hub’s listing': { read: hub, other: /not that of a Hub/ },
  'a cache’s manifest': { read: (b) => expectNull(parseManifest(b)), other: null },
  'problems as JSONL': {
    read: (b) => readProblems(b, 'x.jsonl'),
    other: /not a (list of )?JSON object|question is missing|no record/,
  },
  'problems as JSON': {
    read: (b) => readProblems(b, 'x.json'),
    other: /not a (list of )?JSON object|question is missing|no record/,
  },
  'conversations as JSONL': {
    read: (b) => readConversations(b, 'x.jsonl'),
    other: /not a (list of )?JSON object|no prompt|no record|not JSON/,
  },
  'an exported inspection': { read: (b) => readInspection(decode(b)), other: /no JSON|no inspection/ },
  'an experiment’s file': {
    read: (b) => sweepOf(readWrittenJson(b, 'x.json'), 'x.json'),
    other: /must be an object|stands twice|"name": it is missing/,
  },
  'JSON of the command line': { read: (b) => readJson(b, 'tokens.json'), other: null },
};

/** A manifest that cannot be used counts as none. */
function expectNull(manifest: unknown): void {
  if (manifest !== null) throw new Error('a hostile manifest was taken');
}

/** The generation configuration is read where its end tokens are asked for, with a tokenizer beside it. */
const openGeneration = (bytes: Bytes) =>
  openModel(
    memoryFiles({
      ...Object.fromEntries(
        ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'].map((name) => [
          name,
          fixtureBytes('tiny-chat', name),
        ]),
      ),
      'generation_config.json': bytes,
    }),
  );

const nested = (open: string, close: string, depth: number) => utf8(`${open.repeat(depth)}0${close.repeat(depth)}`);
const DEEP = /nested more than 128 deep|no JSON|not JSON|not that of a Hub|does not begin|no inspection/;
const BROKEN = /no JSON|not JSON|no UTF-8|not that of a Hub|does not begin|no inspection|no record/;

/** What is broken. `said` where every reader says it; else it is a value of another kind, and each has its own words. */
const KINDS: [id: string, bytes: () => Bytes, said?: RegExp][] = [
  ['nothing', () => new Uint8Array(0), BROKEN],
  ['a space', () => utf8(' '), BROKEN],
  ['words', () => utf8('no JSON at all'), BROKEN],
  ['a brace', () => utf8('{'), BROKEN],
  ['cut in a text', () => utf8('{"a": "b'), BROKEN],
  ['cut in an escape', () => utf8('{"a": "b\\'), BROKEN],
  ['two values', () => utf8('{} {}'), BROKEN],
  ['a comment', () => utf8('{/* a */}'), BROKEN],
  ['a comma at the end', () => utf8('{"a": 1,}'), BROKEN],
  ['single quotes', () => utf8("{'a': 1}"), BROKEN],
  ['NaN', () => utf8('{"a": NaN}'), BROKEN],
  ['zeros', () => new Uint8Array(1000), BROKEN],
  ['a zero in a text', () => utf8('{"a": "\u0000"}'), BROKEN],
  ['UTF-16', () => new Uint8Array(new Uint16Array([0xfeff, 0x7b, 0x7d]).buffer), BROKEN],
  ['a lone byte of UTF-8', () => new Uint8Array([0x7b, 0x22, 0x80, 0x22, 0x3a, 0x31, 0x7d]), BROKEN],
  ['an overlong slash', () => new Uint8Array([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]), BROKEN],
  ['half a pair as UTF-8', () => new Uint8Array([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]), BROKEN],
  ['lists 10⁶ deep', () => nested('[', ']', 1e6), DEEP],
  ['objects 10⁵ deep', () => nested('{"a":', '}', 1e5), DEEP],
  ['lists 10⁶ deep in an object', () => utf8(`{"a": ${'['.repeat(1e6)}`), DEEP],
  ['lists 129 deep', () => nested('{"a":[', ']}', 65), DEEP],
  ['null', () => utf8('null')],
  ['true', () => utf8('true')],
  ['a number', () => utf8('1e400')],
  ['a text', () => utf8('"{}"')],
  ['an empty list', () => utf8('[]')],
  ['a list of lists', () => utf8('[[], [[]]]')],
  ['an empty object', () => utf8('{}')],
  ['__proto__', () => utf8('{"__proto__": {"model_type": "llama", "r": 8}}')],
  ['constructor', () => utf8('{"constructor": {"prototype": {"a": 1}}}')],
  ['names of methods', () => utf8('{"toString": 1, "hasOwnProperty": 2, "then": 3}')],
  ['a name twice', () => utf8('{"a": 1, "a": 2}')],
];

const rows = new Rows('json');
for (const [reader, { read, other }] of Object.entries(READERS))
  for (const [kind, bytes, said] of KINDS) {
    const silent = reader === 'a cache’s manifest' || (reader === 'a safetensors header' && kind === 'an empty object'); // it counts as none, in silence
    const tolerant = reader === 'an exported inspection' && /UTF-8|slash/.test(kind);
    rows.add(`${reader}: ${kind}`, `${kind} as ${reader}`, silent || tolerant ? null : (said ?? other), () =>
      read(bytes()),
    );
  }

const huge = (size: number) => ({
  where: 'x',
  size,
  read: async (from: number, to: number) => new Uint8Array(to - from),
});
const hugeFolder = (name: string, size: number): FileSource => ({
  ...folder('x', new Uint8Array(0)),
  open: async (asked) => (asked === name ? huge(size) : folder('x', new Uint8Array(0)).open(asked)),
});
for (const [name, bound] of [
  ['config.json', BOUNDS.json],
  ['tokenizer.json', BOUNDS.tokenizer],
  ['tokenizer_config.json', BOUNDS.json],
  ['special_tokens_map.json', BOUNDS.json],
  ['generation_config.json', BOUNDS.json],
  ['chat_template.jinja', BOUNDS.template],
] as const)
  for (const size of [bound + 1, 100 * bound, 2 ** 52])
    rows.add(
      `${name} of ${size} bytes`,
      `a ${name} of ${size} bytes`,
      new RegExp(`${name.replace('.', '\\.')} has .*, more than the`),
      () => openModel(hugeFolder(name, size)),
    );
const many = (open: string, item: string, close: string) => () =>
  utf8(`${open}${`${item},`.repeat(BOUNDS.values)}${item}${close}`);
for (const [id, bytes] of [
  ['numbers', many('{"a":[', '1', ']}')],
  ['lists', many('{"a":[', '[]', ']}')],
  ['objects', many('{"a":[', '{}', ']}')],
  ['texts', many('{"a":[', '""', ']}')],
] as const)
  for (const reader of [
    'config.json',
    'the index of shards',
    'adapter_config.json',
    'problems as JSONL',
    'problems as JSON',
  ])
    rows.add(
      `${reader}: 4 million ${id}`,
      `4 million ${id} in ${reader}`,
      /values, more than the 4194304/,
      () => READERS[reader].read(bytes()),
      false,
    );
rows.add(
  'a good file',
  'the readers are not refused everything',
  null,
  () => readProblems(utf8(answers[0]), 'x.jsonl'),
  true,
);

attempts(rows.list);
