/** Files of a model whose values are of the right kind and hostile: numbers that lead far, long lists, patterns that multiply. */
import { chatTemplate } from '../../src/data/chat';
import type { ChatMessage } from '../../src/data/message';
import { planModel } from '../../src/library/memory-plan';
import { openModel } from '../../src/library/open-model';
import { chooseFiles } from '../../src/library/sources/choose-files';
import { parseDatasetId } from '../../src/library/sources/dataset-id';
import { chooseData } from '../../src/library/sources/hub-dataset';
import { parseHubAddress, parseHubId } from '../../src/library/sources/hub-id';
import { urlSource } from '../../src/library/sources/url';
import { parseModelConfig } from '../../src/model/net/config';
import { readLoraFolder } from '../../src/model/weights/adapter';
import { examplesFor } from '../../src/runs/sft-examples';
import { parseTrainConfig } from '../../src/settings/config';
import { attempts } from '../faults/attempts';
import { fixtureBytes, memoryFiles, utf8 } from '../setup/checkpoints';
import { type Expected, Rows } from './refusals';

const FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
const good = Object.fromEntries(FILES.map((name) => [name, fixtureBytes('tiny-chat', name)]));
const jsonOf = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
const list = <T>(length: number, of: (i: number) => T): T[] => Array.from({ length }, (_, i) => i).map(of);

/** Opens the good model with these files in the place of its own, plans it, and writes a conversation in its words. */
async function used(files: Record<string, unknown>): Promise<void> {
  const own = Object.entries(files).map(([name, json]) => [
    name,
    utf8(typeof json === 'string' ? json : JSON.stringify(json)),
  ]);
  const model = await openModel(memoryFiles({ ...good, ...Object.fromEntries(own) }));
  const limits = { maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 31 };
  planModel('x', model, parseTrainConfig({ model: 'x', task: 'word-problems' }), { limits, memory: null } as never);
  const template = chatTemplate(model.tokenizer, model.where);
  model.text.encode(template.render([{ role: 'user', content: 'a b' }], { addGenerationPrompt: true, thinking: true }));
}

const models = new Rows('values of a model’s files');
const config = jsonOf(good['config.json']);
const ODD = [0, -1, 1, 3, 0.5, 2 ** 31, 2 ** 31 + 1, 2 ** 53, 1e308, -1e308, true, '7', [], {}, [1, 2], null];
const NUMBERS = [
  ...['vocab_size', 'hidden_size', 'num_hidden_layers', 'num_attention_heads', 'num_key_value_heads', 'head_dim'],
  ...['intermediate_size', 'rms_norm_eps', 'max_position_embeddings', 'rope_theta', 'bos_token_id', 'eos_token_id'],
  ...['pad_token_id', 'sliding_window', 'max_window_layers'],
];
for (const field of NUMBERS)
  for (const value of ODD)
    models.add(`${field} ${JSON.stringify(value)}`, `config.json with ${field} ${JSON.stringify(value)}`, null, () =>
      used({ 'config.json': { ...config, [field]: value } }),
    );
const ROPES = ['factor', 'low_freq_factor', 'high_freq_factor', 'original_max_position_embeddings', 'attention_factor'];
for (const type of ['linear', 'llama3', 'yarn', 'dynamic', '__proto__', 7])
  for (const field of ROPES)
    for (const value of [0, -1, 1e308, 1e-308, 2 ** 53, '8', null, []])
      models.add(
        `rope ${type} ${field} ${JSON.stringify(value)}`,
        `a rotary embedding ${type} with ${field} ${JSON.stringify(value)}`,
        null,
        () => used({ 'config.json': { ...config, rope_parameters: { rope_type: type, factor: 2, [field]: value } } }),
      );
const MORE: Record<string, [own: Record<string, unknown>, message: Expected]> = {
  '100,000 tokens that end a text': [
    { 'config.json': { ...config, eos_token_id: list(1e5, (i) => i) } },
    null, // of those that the model has, 288 are left
  ],
  'a million kinds of layers': [{ 'config.json': { ...config, layer_types: list(1e6, () => 'full_attention') } }, null],
  'a million architectures': [{ 'config.json': { ...config, architectures: list(1e6, String) } }, /belongs to a/],
  'a million fields': [
    { 'config.json': { ...config, ...Object.fromEntries(list(1e6, (i) => [`x${i}`, 1])) } },
    /no field of llama/,
  ],
  'a type that is a method': [{ 'config.json': { ...config, model_type: 'toString' } }, /is not supported/],
  'a template that is a number': [{ 'tokenizer_config.json': { eos_token: '<|im_end|>', chat_template: 7 } }, null],
  'a million templates': [
    {
      'tokenizer_config.json': {
        eos_token: '<|im_end|>',
        chat_template: list(1e6, (i) => ({ name: `t${i}`, template: 'x' })),
      },
    },
    null,
  ],
  'a template of templates': [
    { 'tokenizer_config.json': { eos_token: '<|im_end|>', chat_template: [{ name: 'default', template: { a: 1 } }] } },
    null,
  ],
  'a million special tokens': [
    {
      'tokenizer_config.json': {
        eos_token: '<|im_end|>',
        extra_special_tokens: Object.fromEntries(list(1e6, (i) => [`t${i}`, `x${i}`])),
      },
    },
    /added tokens of|names 1000000 special tokens/,
  ],
  'special tokens named like what a template is given': [
    {
      'tokenizer_config.json': {
        eos_token: '<|im_end|>',
        extra_special_tokens: { messages: 'x', __proto__: 'y', constructor: 'z', range: 'r' },
        chat_template: '{{ messages }}{{ range }}{{ constructor }}',
      },
    },
    null,
  ],
  'an end token without end': [{ 'tokenizer_config.json': { eos_token: 'x'.repeat(1e6) } }, /./],
  'an end token of another kind': [{ 'tokenizer_config.json': { eos_token: { content: { content: 'x' } } } }, null],
  'a map of special tokens that is a list': [{ 'special_tokens_map.json': [] }, null],
  'a map of special tokens of numbers': [{ 'special_tokens_map.json': { eos_token: 7, bos_token: [] } }, null],
  'a generation with a token beyond the model': [{ 'generation_config.json': { eos_token_id: 2 ** 53 } }, null],
};
for (const [id, [own, message]] of Object.entries(MORE))
  models.add(id, `a model with ${id}`, message, () => used(own), id.includes('million') ? false : undefined);

const conversations = new Rows('data');
const said = (turns: number, content: string): ChatMessage[] =>
  list(turns, (i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));
for (const [id, messages, message] of [
  ['4,000 messages', said(4000, 'a b c'), /more than 512 tokens/],
  ['4,000 messages of nothing', said(4000, ''), /more than 512 tokens/],
  ['two messages of 4 MB', said(2, 'a '.repeat(2 ** 21)), /none can be learnt from/],
] as const)
  conversations.add(
    `a conversation of ${id}`,
    `a conversation of ${id}: it is left out before it is written`,
    message,
    async () => examplesFor(await openModel(memoryFiles(good)), [{ messages, pair: false }], 'x.jsonl', 512),
  );

const adapters = new Rows('values of an adapter');
const LLAMA = parseModelConfig(jsonOf(fixtureBytes('llama', 'config.json')));
const adapter = jsonOf(fixtureBytes('llama-lora', 'adapter_config.json'));
const weights = fixtureBytes('llama-lora', 'adapter_model.safetensors');
const readAdapter = (own: object) =>
  readLoraFolder(
    memoryFiles({
      'adapter_config.json': utf8(JSON.stringify({ ...adapter, ...own })),
      'adapter_model.safetensors': weights,
    }),
    LLAMA,
  );
const pattern = (keys: readonly string[]) => ({ rank_pattern: Object.fromEntries(keys.map((key) => [key, 4])) });
const ADAPTERS: Record<string, [own: object, message: Expected]> = {
  ...Object.fromEntries(
    ['r', 'lora_alpha', 'lora_dropout'].flatMap((field) =>
      ODD.map((value) => [`${field} ${JSON.stringify(value)}`, [{ [field]: value }, null]]),
    ),
  ),
  'a million target modules': [{ target_modules: list(1e6, (i) => `m${i}`) }, /names 1000000 modules/],
  'a million excluded modules': [{ exclude_modules: list(1e6, (i) => `m${i}`) }, /more than 7168 modules/],
  'a million layers': [{ layers_to_transform: list(1e6, (i) => i) }, null],
  'a million patterns': [pattern(list(1e6, (i) => `m${i}`)), /has 1000000 keys/],
  'patterns that multiply': [pattern(list(100, (i) => `.*a.*b.*c${i}`)), /more than the 16 repetitions/],
  'a pattern in a pattern': [pattern(['(a+)+$']), /no simple pattern/],
  'a pattern that looks': [pattern(['(?=a*)b']), /no simple pattern/],
  'a pattern that is none': [pattern(['(']), /cannot be read as a pattern/],
  'a pattern as target': [{ target_modules: '(a+)+$|.*_proj' }, null],
  'a target of the prototype': [{ target_modules: ['__proto__', 'constructor'] }, /./],
};
for (const [id, [own, message]] of Object.entries(ADAPTERS))
  adapters.add(
    id,
    `an adapter with ${id}`,
    message,
    () => readAdapter(own),
    id.includes('million') ? false : undefined,
  );

const addresses = new Rows('names');
const listed = list(2000, (i) => ({ name: `${'a'.repeat(40)}${i}.gguf`, size: 1, sha256: null, gitSha1: null }));
for (const name of ['x(.gguf', '[.gguf', '(a+)+.gguf', '*.gguf', '\\.gguf', 'a{1,99999}.gguf', '$&.gguf'])
  addresses.add(
    `a GGUF called ${name}`,
    `the file ${name} of a repository of 2,000 files`,
    /no GGUF file/,
    async () => {
      const id = parseHubId(`a/b/${name}`);
      await chooseFiles(listed, id?.gguf ?? { file: name }, 'a/b', async () => []);
    },
  );
for (const [id, name] of Object.entries({
  'a part of a megabyte and an @': `a/b:${'x'.repeat(1e6)}@`,
  'a part of a million digits': `a/b:${'1'.repeat(1e6)}`,
  'a part of slashes': `a/b:${'/'.repeat(1e6)}`,
  'a part that leads out': 'a/b:../../x',
  'an address whose escapes are none': 'https://huggingface.co/datasets/a/b/blob/main/%E0%A4.jsonl',
}))
  addresses.add(`a dataset: ${id}`, `the name of a dataset with ${id}`, null, () => {
    const found = parseDatasetId(name);
    if (found?.part?.split('/').includes('..')) throw new Error(JSON.stringify(found));
  });
addresses.add('a dataset of 100,000 shards', 'a dataset of 100,000 files of one name', null, () =>
  chooseData(
    list(1e5, (i) => ({ name: `x-00000-of-00001.${i % 2 ? 'csv' : 'txt'}`, size: 1, sha256: null, gitSha1: null })),
    null,
    'eval',
    'a/b',
  ),
);
for (const path of ['%', '%E0%A4', '%E0%A4%A', '%2e%2e%2f', '%00', '%ff'])
  for (const [id, read] of [
    [
      'a page of the Hub',
      () => parseHubAddress(`https://huggingface.co/a/b/blob/main/${path}.gguf`, 'https://huggingface.co'),
    ],
    [
      'a file on the web',
      () => urlSource(`https://x.example/${path}.gguf`, async () => new Response('', { status: 404 })).list(),
    ],
  ] as const)
    addresses.add(`${id}, ${path}`, `${id} whose address ends in ${path}`, null, read);

attempts([...models.list, ...conversations.list, ...adapters.list, ...addresses.list]);
