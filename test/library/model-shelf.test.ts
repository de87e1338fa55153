/** The shelf of a browser's Worker, over a Hub on this machine and a cache on disk. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diskFiles } from '../../src/host/files.node';
import { ModelShelf } from '../../src/library/model-shelf';
import { ModelCache } from '../../src/library/sources/cache';
import { folderSource } from '../../src/library/sources/folder.node';
import type { DownloadProgress } from '../../src/library/sources/progress';
import { fixtureBytes } from '../setup/checkpoints';
import { fixturePath } from '../setup/fixtures';
import { type HubServer, startHub } from '../setup/hub-server';
import { NANO } from '../setup/session';

const ID = 'lab/tiny-chat';
const SHA = 'aaaabbbbccccddddeeeeffff0000111122223333';
const MODEL = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];

let hub: HubServer;
let folder: string;
let asked: string[];
let shelf: ModelShelf;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-shelf-'));
  const files = Object.fromEntries(MODEL.map((name) => [name, fixtureBytes('tiny-chat', name)]));
  hub.repositories.set(ID, { sha: SHA, revisions: ['main'], files, largeFrom: 20_000 });
  asked = [];
  shelf = shelfOver(new ModelCache(diskFiles(folder)));
});
afterEach(() => rm(folder, { recursive: true }));

function shelfOver(cache: ModelCache | null): ModelShelf {
  const made = new ModelShelf({
    builtIn: { nano: () => folderSource(NANO) },
    cache: async () => cache,
    fetch: (input, init) => {
      asked.push(String(input));
      return fetch(input, init);
    },
  });
  made.access = { endpoint: hub.endpoint, token: null };
  return made;
}

const placed = (fixture: string, names: readonly string[], under: string) =>
  names.map((name) => ({ path: `${under}/${name}`, file: new File([fixtureBytes(fixture, name)], name) }));

describe('what was dropped', () => {
  it('is a model, an adapter or data, and opens by its name', async () => {
    const model = shelf.drop(placed('tiny-chat', MODEL, 'tiny'));
    expect(model).toMatchObject({ kind: 'model', name: 'dropped:tiny' });
    const opened = await shelf.open(model.name);
    expect([opened.config.layers, opened.text.vocabSize]).toEqual([2, 288]);
    const names = ['adapter_config.json', 'adapter_model.safetensors'];
    const adapter = shelf.drop(placed('llama-lora', names, 'lora'));
    expect(adapter).toMatchObject({ kind: 'adapter', name: 'dropped:lora' });
    const { config } = await shelf.peek(
      shelf.drop(placed('llama', ['config.json', 'model.safetensors'], 'llama')).name,
    );
    expect((await shelf.openLora(adapter.name, config)).settings.rank).toBeGreaterThan(0);
    const data = shelf.drop([new File(['{"question": "1+1?", "answer": "2"}\n'], 'Sums.JSONL')]);
    expect(data).toEqual({ kind: 'data', name: 'dropped:Sums.jsonl', bytes: 36 });
    const [file] = (await shelf.readData(data.name))?.files ?? [];
    expect(new TextDecoder().decode(await file.read(0, file.size))).toContain('1+1?');
    expect(asked).toEqual([]);
  });

  it('can be loose files, or one GGUF', async () => {
    const loose = MODEL.map((name) => new File([fixtureBytes('tiny-chat', name)], name));
    expect(shelf.drop(loose).name).toBe('dropped:model files');
    const gguf = shelf.drop([new File([fixtureBytes('gguf', 'llama.gguf')], 'llama.gguf')]);
    expect(gguf).toMatchObject({ kind: 'model', name: 'dropped:llama.gguf' });
    expect((await shelf.peek(gguf.name)).config.family).toBe('llama');
  });

  it('is refused by name where it is nothing, another thing, or of another visit', async () => {
    expect(() => shelf.drop([new File(['x'], 'cat.png')])).toThrow(/no model, adapter or data \(cat\.png\)/);
    const { name } = shelf.drop([new File(['{}'], 'x.jsonl')]);
    await expect(shelf.open(name)).rejects.toThrow(/a file of problems or examples and not a model/);
    await expect(shelf.open('dropped:gone')).rejects.toThrow(/"gone" was dropped on another visit/);
    await expect(shelf.readData('dropped:gone.jsonl')).rejects.toThrow(/another visit/);
    expect(await shelf.readData('two-cards')).toBeNull();
  });
});

describe('what is on the Hub', () => {
  it('is looked at, downloaded, listed and removed', async () => {
    expect((await shelf.peek(ID)).config.hiddenSize).toBe(32);
    expect(await shelf.list()).toEqual([]);
    const told: DownloadProgress[] = [];
    const model = await shelf.open(ID, { onProgress: (p) => told.push(p) });
    expect(model.text.vocabSize).toBe(288);
    expect(told.at(-1)).toMatchObject({ state: 'done', inMemory: null });
    expect(await shelf.list()).toMatchObject([{ id: ID, sha: SHA, complete: true }]);
    expect(await shelf.remove(ID)).toBe(MODEL.reduce((sum, name) => sum + fixtureBytes('tiny-chat', name).length, 0));
    expect(await shelf.list()).toEqual([]);
  });

  it('is kept in memory, with a word, where nothing can be stored', async () => {
    const told: DownloadProgress[] = [];
    const memory = shelfOver(null);
    await memory.open(ID, { onProgress: (p) => told.push(p) });
    expect(told.at(-1)?.inMemory).toMatch(/lets the lab store nothing/);
    expect(await memory.list()).toEqual([]);
  });

  it('is cancelled by its signal, and the token of the moment is sent', async () => {
    await expect(shelf.open(ID, { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'cancelled' });
    (hub.repositories.get(ID) as { gated?: boolean }).gated = true;
    await expect(shelf.peek(ID)).rejects.toMatchObject({ kind: 'denied' });
    shelf.access = { ...shelf.access, token: hub.token };
    expect((await shelf.peek(ID)).config.layers).toBe(2);
  });
});

it('the built-in model and a folder’s name ask nobody', async () => {
  expect((await shelf.open('nano')).config.family).toBe('qwen3');
  await expect(shelf.open('nanp')).rejects.toThrow(/Did you mean "nano"\?.*drop them on the page/);
  await expect(shelf.open(fixturePath('tiny-chat'))).rejects.toThrow(/There is no model/);
  expect(asked).toEqual([]);
});
