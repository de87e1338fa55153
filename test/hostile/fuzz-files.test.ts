/** Broken configurations, indices, data, logs, exports and links. */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readJson } from '../../src/data/json';
import type { Random } from '../../src/data/random';
import { readInspectLink, writeInspectLink } from '../../src/inspect/inspect-link';
import { listRepository } from '../../src/library/sources/hub-api';
import { parseManifest } from '../../src/library/sources/manifest';
import { network } from '../../src/library/sources/request';
import { parseModelConfig } from '../../src/model/net/config';
import { readLoraFolder } from '../../src/model/weights/adapter';
import { parseLoraConfig } from '../../src/model/weights/adapter-config';
import { endIdsOf, openModelFolder } from '../../src/model/weights/folder';
import { openShardedSafetensors } from '../../src/model/weights/safetensors-file';
import { evaluationTables } from '../../src/report/evaluation-tables';
import { loadedEvaluation } from '../../src/report/loaded-evaluation';
import { readLog } from '../../src/runs/event-lines';
import { parseRunConfig } from '../../src/runs/run-config';
import { sweepOf } from '../../src/runs/sweep/file';
import { importTrl } from '../../src/runs/trl/import';
import { configFromQuery, configToQuery, parseTrainConfig } from '../../src/settings/config';
import { fixtureBytes, memoryFiles, utf8 } from '../setup/checkpoints';
import { readConversations, readProblems } from '../setup/data';
import { check, fuzz, TIME_LIMIT } from './fuzzing';
import { mutateBytes, mutateJson, mutateText } from './mutate';
import { OWN } from './seeds';

type Bytes = Uint8Array<ArrayBuffer>;
const jsonOf = (...parts: string[]): unknown => JSON.parse(new TextDecoder().decode(fixtureBytes(...parts)));

/** A broken JSON text of a value: half of the time in its structure, else in its letters. */
const broken = (value: unknown, random: Random, i: number): Bytes =>
  i % 2 === 0
    ? utf8(JSON.stringify(mutateJson(value, random)) ?? '')
    : mutateBytes(utf8(JSON.stringify(value)), random);

const few = { timeout: TIME_LIMIT };
const FAMILIES = ['llama', 'llama3', 'qwen2', 'qwen2-window', 'olmo2', 'olmo3', 'qwen3-yarn'];
const configs = FAMILIES.map((family) => jsonOf(family, 'config.json'));
const familyWeights = FAMILIES.map((family) => fixtureBytes(family, 'model.safetensors'));
const named = (parts: readonly string[]) =>
  Object.fromEntries(parts.map((name) => [name, fixtureBytes('tiny-chat', name)]));
const tiny = named(['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']);

test('config.json', few, async () => {
  const share = await fuzz('config.json', async (random, i) => {
    const family = i % configs.length;
    const files = {
      ...tiny,
      'config.json': broken(configs[family], random, i >> 3),
      'model.safetensors': familyWeights[family],
    };
    const { config, tensors } = await openModelFolder(memoryFiles(files));
    check(tensors.size > 0 && config.layers <= 1024, 'a model of no tensors');
  });
  expect(share).toBeGreaterThan(0.01);
});

test('generation_config.json', few, async () => {
  const config = parseModelConfig(jsonOf('tiny-chat', 'config.json'));
  const value = { eos_token_id: [1, 2], bos_token_id: 0, pad_token_id: 3, do_sample: true, temperature: 0.7 };
  const share = await fuzz('generation_config.json', (random, i) => {
    const text = new TextDecoder().decode(broken(value, random, i));
    const ids = endIdsOf({ config, where: 'x', tokenizer: new Map([['generation_config.json', text]]) });
    check(
      ids.every((id) => Number.isInteger(id) && id >= 0 && id < config.vocabSize),
      `ends ${ids}`,
    );
  });
  expect(share).toBeGreaterThan(0.1);
});

test('adapters', few, async () => {
  const config = parseModelConfig(jsonOf('llama', 'config.json'));
  const adapter = jsonOf('llama-lora', 'adapter_config.json') as object;
  const value = {
    ...adapter,
    rank_pattern: { 'q_proj|v_proj': 4 },
    alpha_pattern: { q_proj: 8 },
    layers_to_transform: [0, 1],
  };
  const weights = fixtureBytes('llama-lora', 'adapter_model.safetensors');
  const share = await fuzz('adapters', async (random, i) => {
    const own = i % 4 === 0 ? utf8(JSON.stringify(adapter)) : broken(i % 4 === 1 ? adapter : value, random, i >> 2);
    const files = {
      'adapter_config.json': own,
      'adapter_model.safetensors': i % 4 === 0 ? mutateBytes(weights, random) : weights,
    };
    const { packed } = await readLoraFolder(memoryFiles(files), config);
    check(packed.length > 0, 'an adapter of no numbers');
  });
  expect(share).toBeGreaterThan(0.01);
  const known = parseLoraConfig(adapter, 'x');
  check(known.rank > 0, 'the unbroken one is refused');
});

test('an index of shards', few, async () => {
  const FOLDER = 'qwen3-bf16-shards';
  const index = jsonOf(FOLDER, 'model.safetensors.index.json') as { weight_map: Record<string, string> };
  const shards = Object.fromEntries(
    [...new Set(Object.values(index.weight_map))].map((name) => [name, fixtureBytes(FOLDER, name)]),
  );
  const share = await fuzz('an index of shards', (random, i) =>
    openShardedSafetensors(memoryFiles({ ...shards, 'model.safetensors.index.json': broken(index, random, i) })),
  );
  expect(share).toBeGreaterThan(0.01);
});

const LINES: Record<string, object[]> = {
  problems: [
    { question: 'How many?', answer: 'It is\n#### 7', id: 'a' },
    { problem: 'What is 1/2 + 1/2?', solution: 'It is \\boxed{1}.' },
    { prompt: [{ role: 'user', content: 'q' }], reward_model: { ground_truth: '42' } },
    { question: 'Which?', choices: { text: ['a', 'b'], label: ['A', 'B'] }, answerKey: 'B', context: ['c'] },
  ],
  conversations: [
    {
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: [{ type: 'text', text: 'b' }], weight: 1 },
      ],
    },
    {
      conversations: [
        { from: 'human', value: 'a' },
        { from: 'gpt', value: 'b' },
      ],
      system: 's',
    },
    { prompt: 'a', completion: 'b', reasoning: 'c' },
    { instruction: 'i', input: 'j', output: 'o', history: [['a', 'b']] },
    {
      tools: [{ type: 'function' }],
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: null, tool_calls: [{ function: { name: 'f', arguments: '{}' } }] },
      ],
    },
  ],
};
for (const [kind, lines] of Object.entries(LINES)) {
  const read = kind === 'problems' ? readProblems : readConversations;
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  test(`${kind} as JSONL`, few, async () => {
    const share = await fuzz(`${kind} as JSONL`, async (random, i) => {
      const bytes =
        i % 2 === 0
          ? mutateBytes(utf8(text), random)
          : utf8(lines.map((line) => JSON.stringify(mutateJson(line, random))).join('\n'));
      const found = await read(bytes, 'x.jsonl');
      check(
        found.length <= new TextDecoder().decode(bytes).split('\n').length || bytes[0] === 0x5b,
        'more than the lines',
      );
    });
    expect(share).toBeGreaterThan(0.005);
  });
  test(`${kind} as JSON`, few, async () => {
    const share = await fuzz(`${kind} as JSON`, async (random, i) => {
      const value = i % 3 === 0 ? { train: lines } : i % 3 === 1 ? lines : [lines[i % lines.length]];
      await read(broken(value, random, i >> 2), 'x.json');
    });
    expect(share).toBeGreaterThan(0.005);
  });
}

test('packed data', few, async () => {
  const text = utf8(LINES.problems.map((line) => JSON.stringify(line)).join('\n'));
  const gzip = new Uint8Array(gzipSync(text));
  expect(gunzipSync(gzip)).toEqual(Buffer.from(text));
  const zstd = fixtureBytes('datasets', 'gsm8k-zstd.parquet');
  const share = await fuzz('packed data', (random, i) =>
    i % 8 === 0
      ? readProblems(mutateBytes(zstd, random), 'x.parquet')
      : readProblems(mutateBytes(gzip, random), 'x.jsonl.gz'),
  );
  expect(share).toBeGreaterThan(0.001);
});

test('parquet', few, async () => {
  const names = readdirSync(new URL('../fixtures/datasets/', import.meta.url)).filter((name) =>
    name.endsWith('.parquet'),
  );
  const seeds = names.map((name) => fixtureBytes('datasets', name));
  const read = (random: Random, i: number) => readProblems(mutateBytes(seeds[i % seeds.length], random), 'x.parquet');
  const share = await fuzz('parquet', read, 4_000_000); // its thousand make 1.5 to 2.3 million calls, as V8 counts them
  expect(share).toBeGreaterThan(0.005);
});

test('run logs and configurations', few, async () => {
  const { events } = JSON.parse(
    readFileSync(new URL('../../public/recorded/two-cards-sft.json', import.meta.url), 'utf8'),
  );
  const log = utf8(
    `${(events as object[])
      .slice(0, 8)
      .map((event) => JSON.stringify(event))
      .join('\n')}\n`,
  );
  const config = parseTrainConfig({}, 'x');
  const share = await fuzz('run logs and configurations', (random, i) => {
    if (i % 2 === 0) readLog(mutateBytes(log, random));
    else parseRunConfig(mutateJson(config, random) as object, 'config.json');
  });
  expect(share).toBeGreaterThan(0.2);
});

test('links and addresses', few, async () => {
  const state = { version: 1, text: 'a', question: 'b', model: 'nano' };
  const link = await writeInspectLink(state as never);
  const query = configToQuery(parseTrainConfig({ steps: 7, learningRate: 1e-4, arm: 'grpo' }, 'x'));
  const share = await fuzz('links and addresses', async (random, i) => {
    if (i % 3 === 0) await readInspectLink(mutateText(link, random));
    else if (i % 3 === 1) await readInspectLink(`1j${Buffer.from(broken(state, random, i)).toString('base64url')}`);
    else configFromQuery(mutateText(query, random));
  });
  expect(share).toBeGreaterThan(0.01);
});

test('results, experiments and logs of TRL', few, async () => {
  const results = { model_name: 'm', antisd_lab: OWN };
  const experiment = {
    ...{
      name: 'x',
      doc: 'd',
      settings: { steps: 10, checkpointEvery: 10 },
      grid: { seed: [0, 1], arm: ['grpo', 'sd'] },
    },
    ...{ variants: { a: {}, b: { problems: 2 } }, when: [{ if: { variant: ['b'] }, from: 'variant-a-seed-{seed}' }] },
  };
  const logged = {
    run: { config: { steps: 2 } },
    steps: [{ type: 'step', step: 1, tokens: 1, gateState: 'off', reward: 0.5 }],
    state: {
      log_history: [
        { step: 1, loss: 0.5, reward: 1 },
        { step: 2, eval_reward: 0 },
      ],
    },
  };
  const share = await fuzz('results, experiments and logs of TRL', (random, i) => {
    if (i % 3 === 0) return evaluationTables([loadedEvaluation('x', broken(results, random, i))]);
    if (i % 3 === 1) return sweepOf(readJson(broken(experiment, random, i), 'x'), 'x');
    const { run, steps, state } = logged;
    const lines = steps.map((line) => mutateJson(line, random)); // a list it is: of the file's lines
    return importTrl({ run: mutateJson(run, random), steps: lines, state: mutateJson(state, random) }, 'x');
  });
  expect(share).toBeGreaterThan(0.03);
});

test('the Hub’s listings and the cache’s manifests', few, async () => {
  const sha = 'a'.repeat(40);
  const siblings = [
    { rfilename: 'config.json', size: 7, blobId: 'b'.repeat(40) },
    { rfilename: 'model.safetensors', size: 9, lfs: { sha256: 'c'.repeat(64), size: 9 } },
  ];
  const files = { 'config.json': { size: 7, etag: null, complete: true, date: '2026-01-01' } };
  const manifest = {
    version: 1,
    id: 'a/b',
    sha,
    endpoint: 'https://x',
    revisions: { main: '2026' },
    listing: [],
    files,
  };
  const request = { kind: 'model' as const, endpoint: 'https://hub.example', id: 'a/b', revision: 'main', token: null };
  const share = await fuzz('the Hub’s listings and the cache’s manifests', async (random, i) => {
    if (i % 2 === 0) return parseManifest(broken(manifest, random, i >> 1));
    const body = broken({ sha, siblings }, random, i >> 1);
    const net = network({ fetch: async () => new Response(body), retries: 0 });
    const listing = await listRepository(net, request);
    check(
      listing.files.every(({ name }) => !name.split('/').includes('..')),
      'a path that leads out',
    );
  });
  expect(share).toBeGreaterThan(0.3);
});
