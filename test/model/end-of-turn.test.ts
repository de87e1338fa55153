/** Which tokens end a response, by what a checkpoint's files say: as transformers' `generate` and llama.cpp take them. */
import { describe, expect, test } from 'vitest';
import { chatTemplate } from '../../src/data/chat';
import { supervisedExample } from '../../src/data/supervised';
import { hasEnded } from '../../src/data/tokenizer';
import { openModel } from '../../src/library/open-model';
import { modelConfigJson, parseModelConfig } from '../../src/model/net/config';
import { modelFolderFiles } from '../../src/model/weights/folder';
import { ggufConfig } from '../../src/model/weights/gguf/config';
import type { MetadataValue } from '../../src/model/weights/gguf/cursor';
import { fixtureBytes, memoryFiles, utf8 } from '../setup/checkpoints';

type Json = Record<string, unknown>;

const fixture = (name: string) => fixtureBytes('tiny-chat', name);
const CONFIG = JSON.parse(new TextDecoder().decode(fixture('config.json'))) as Json;
const WEIGHTS = { 'model.safetensors': fixture('model.safetensors'), 'tokenizer.json': fixture('tokenizer.json') };

/** tiny-chat, whose tokenizer names token 2, with other configurations. */
const opened = (config: Json, generation?: unknown) =>
  openModel(
    memoryFiles({
      ...WEIGHTS,
      'tokenizer_config.json': fixture('tokenizer_config.json'),
      'config.json': utf8(JSON.stringify({ ...CONFIG, ...config })),
      ...(generation === undefined ? {} : { 'generation_config.json': utf8(JSON.stringify(generation)) }),
    }),
  );

describe('a Hugging Face folder', () => {
  const CASES: [what: string, config: Json, generation: unknown, endIds: number[]][] = [
    ['one token, everywhere the same', { eos_token_id: 2 }, { eos_token_id: 2 }, [2]],
    ['a list in generation_config.json', { eos_token_id: 2 }, { eos_token_id: [2, 5] }, [2, 5]],
    ['a list in config.json alone', { eos_token_id: [5, 6, 2] }, undefined, [2, 5, 6]],
    ['a list in config.json, a generation_config.json without any', { eos_token_id: [2, 5] }, { top_k: 20 }, [2, 5]],
    ['another token in generation_config.json than the tokenizer’s', { eos_token_id: 2 }, { eos_token_id: 5 }, [2, 5]],
    ['another token in config.json than the tokenizer’s', { eos_token_id: 7 }, undefined, [2, 7]],
    ['generation_config.json before config.json', { eos_token_id: [8, 9] }, { eos_token_id: [5] }, [2, 5]],
    ['null in generation_config.json', { eos_token_id: 7 }, { eos_token_id: null }, [2, 7]],
    ['null everywhere', { eos_token_id: null }, { eos_token_id: null }, [2]],
    ['an id of −1, which stands for none', { eos_token_id: -1 }, undefined, [2]],
    ['an id past the vocabulary', { eos_token_id: [2, 99_999] }, undefined, [2]],
    ['an id twice', { eos_token_id: [5, 5, 2] }, undefined, [2, 5]],
  ];
  test.each(CASES)('%s', async (_, config, generation, endIds) => {
    const { text } = await opened(config, generation);
    expect(text.eosId).toBe(2);
    expect([...text.endIds]).toEqual(endIds);
    for (const id of endIds) expect(hasEnded(text, [40, id])).toBe(true);
    expect(hasEnded(text, [2, 40])).toBe(false);
    expect(hasEnded(text, [])).toBe(false);
  });

  test('a generation_config.json that is no JSON is named', async () => {
    const files = { ...WEIGHTS, 'config.json': fixture('config.json'), 'generation_config.json': utf8('{') };
    const folder = memoryFiles({ ...files, 'tokenizer_config.json': fixture('tokenizer_config.json') });
    await expect(openModel(folder)).rejects.toThrow(/no JSON.*generation_config\.json/);
  });
});

test('a supervised turn ends with the end token that the template writes, though the tokenizer names another', async () => {
  const settings = JSON.parse(new TextDecoder().decode(fixture('tokenizer_config.json'))) as Json;
  const model = await openModel(
    memoryFiles({
      ...WEIGHTS,
      'config.json': fixture('config.json'),
      'tokenizer_config.json': utf8(JSON.stringify({ ...settings, eos_token: '<|endoftext|>' })),
    }),
  );
  const { text } = model;
  const [end] = text.encode('<|im_end|>');
  expect([...text.endIds]).toEqual([text.eosId, end]);
  const messages = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
  ] as const;
  const template = chatTemplate(model.tokenizer, 'here');
  const { ids, lossMask } = supervisedExample({ messages: [...messages], pair: false }, text, template, 'here');
  expect(ids.filter((_, i) => lossMask[i] === 1)).toEqual([...text.encode('b'), end]);
  expect(ids).not.toContain(text.eosId);
});

test.each([
  [
    [2, 5, 6],
    [2, 5, 6],
  ],
  [[2], 2],
  [null, null],
])('what is written names them all: %j', async (eos, written) => {
  const model = await opened({ eos_token_id: eos }, { eos_token_id: [5, 2] });
  const files = modelFolderFiles(model.config, model.tokenizer, 'F32');
  const json = (name: string) => JSON.parse(new TextDecoder().decode(files.get(name)));
  expect(json('config.json').eos_token_id).toEqual(written);
  expect(json('generation_config.json')).toEqual({ eos_token_id: [5, 2] });
});

describe('a GGUF file', () => {
  const GGUF: Record<string, MetadataValue> = {
    'general.architecture': 'llama',
    'llama.embedding_length': 16,
    'llama.block_count': 1,
    'llama.attention.head_count': 2,
    'llama.feed_forward_length': 8,
    'llama.context_length': 64,
    'llama.attention.layer_norm_rms_epsilon': 1e-6,
  };
  const rows = new Map([
    ['token_embd.weight', { name: '', shape: [8, 16], type: 'F32', offset: 0, bytes: 512 } as const],
  ]);
  const key = (name: string) => `tokenizer.ggml.${name}_token_id`;
  const CASES: [what: string, metadata: Record<string, MetadataValue>, tokens: string[], endIds: number[]][] = [
    ['eos alone', { [key('eos')]: 2 }, [], [2]],
    ['eos and eot', { [key('eos')]: 2, [key('eot')]: 5 }, [], [2, 5]],
    ['eos, eot and eom', { [key('eos')]: 2, [key('eot')]: 5, [key('eom')]: 6 }, [], [2, 5, 6]],
    ['eot that is eos', { [key('eos')]: 2, [key('eot')]: 2 }, [], [2]],
    ['eot alone', { [key('eot')]: 5 }, [], [5]],
    ['Llama 3 by its tokens', { [key('eos')]: 0 }, ['<|end_of_text|>', 'a', '<|eot_id|>', '<|eom_id|>'], [0, 2, 3]],
    ['ChatML by its tokens', { [key('eos')]: 1 }, ['a', '<|endoftext|>', '<|im_end|>'], [1, 2]],
    ['Phi by its tokens', { [key('eos')]: 1 }, ['a', '<|endoftext|>', '<|end|>'], [1, 2]],
    ['Gemma by its tokens', { [key('eos')]: 1 }, ['a', '<eos>', '<end_of_turn>'], [1, 2]],
    ['no token that is known', {}, ['a', 'b'], []],
  ];
  test.each(CASES)('%s', (_, metadata, tokens, endIds) => {
    const all = { ...GGUF, ...metadata, ...(tokens.length > 0 ? { 'tokenizer.ggml.tokens': tokens } : {}) };
    const config = ggufConfig(new Map(Object.entries(all)), rows, 'x.gguf');
    const read = parseModelConfig(config);
    expect(read.eosIds).toEqual(endIds);
    expect(parseModelConfig(modelConfigJson(read)).eosIds).toEqual(endIds);
  });
});
