/** The list of stored runs: one that is broken hides no other, and can be taken away and deleted. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { zipEntries } from '../../src/data/zip';
import { diskFiles } from '../../src/host/files.node';
import { eventLine } from '../../src/runs/event-lines';
import { StoredRuns } from '../../src/runs/stored-runs';
import { DEFAULT_CONFIG } from '../../src/settings/config';
import { fakeRun } from '../ui/fake-events';

let root: string;
let runs: StoredRuns;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'antisd-runs-'));
  runs = new StoredRuns({
    runsFolder: async () => diskFiles(root),
    runFolder: async (id) => diskFiles(join(root, id)),
    scratchFolder: async () => diskFiles(`${root}-scratch`),
    indexFolder: async () => diskFiles(`${root}-lists`),
  });
});
afterEach(async () => {
  await rm(root, { recursive: true });
  for (const more of ['scratch', 'lists']) await rm(`${root}-${more}`, { recursive: true, force: true });
});

const LOG = fakeRun(3).map(eventLine).join('');
const CONFIG = JSON.stringify(DEFAULT_CONFIG);
async function store(id: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(root, id, name, '..'), { recursive: true });
    await writeFile(join(root, id, name), text);
  }
}
const ids = async () => (await runs.list()).map(({ id }) => id);

test.each([
  ['no JSON as its settings', { 'config.json': '{"arm": "anti', 'events.jsonl': LOG }, /JSON/],
  ['no settings', { 'events.jsonl': LOG }, /no config\.json/],
  ['a folder in place of its settings', { 'config.json/x': '', 'events.jsonl': LOG }, /./],
  ['a folder in place of its log', { 'config.json': CONFIG, 'events.jsonl/x': LOG }, /./],
])('a run with %s is listed as broken beside the others', async (_, files, why) => {
  await store('2026-01-01T00-00-00-000Z-whole', { 'config.json': CONFIG, 'events.jsonl': LOG });
  await store('2026-01-02T00-00-00-000Z-bad', files);
  const [bad, whole] = await runs.list();
  expect(bad).toMatchObject({
    ...{ id: '2026-01-02T00-00-00-000Z-bad', broken: expect.stringMatching(why), open: false },
    created: Date.UTC(2026, 0, 2),
  });
  expect(whole).toMatchObject({ steps: 3, done: null });
  const taken = await zipEntries(await runs.pack(bad.id), 'archive');
  const texts: Record<string, string> = {};
  for (const entry of taken) {
    texts[entry.name] = '';
    for await (const piece of entry.stream()) texts[entry.name] += new TextDecoder().decode(piece);
  }
  expect(texts).toEqual(files);
  await runs.remove(bad.id);
  expect(await ids()).toEqual([whole.id]);
});

test('what is no run is none: empty folders, and runs without a step', async () => {
  await mkdir(join(root, 'empty'));
  await store('begun', { 'config.json': CONFIG, 'events.jsonl': eventLine(fakeRun(1)[0]) });
  expect(await runs.list()).toEqual([]);
});

test('a broken run that a tab holds is neither deleted nor lost', async () => {
  await store('bad', { 'config.json': '[', 'events.jsonl': LOG });
  await diskFiles(join(root, 'bad')).exclusive('run', async () => {
    expect(await runs.list()).toMatchObject([{ id: 'bad', open: true }]);
    await expect(runs.remove('bad')).rejects.toThrow(/open, here or in another tab/);
  });
  await expect(runs.take('bad')).rejects.toThrow(/JSON/);
  await runs.remove('bad'); // what could not be taken was let go
  expect(await ids()).toEqual([]);
});

test('a list opens no run that it knows, and a comparison reads no log that it has read; what has changed is looked at anew', async () => {
  const [id, other] = ['2026-01-02T00-00-00-000Z-a', '2026-01-01T00-00-00-000Z-b'];
  const done = eventLine({ v: 1, type: 'done', step: 3, reason: 'finished', seconds: 1 });
  for (const name of [id, other]) await store(name, { 'config.json': CONFIG, 'events.jsonl': LOG + done });
  const first = await runs.list();
  const told = async () => {
    for await (const [, { events }] of runs.compared([id])) return events;
  };
  const whole = await told();
  expect(whole?.length).toBeGreaterThan(3);
  const read: string[] = [];
  const watched = (path: string) => {
    const files = diskFiles(path);
    const noted = (name: string) => read.push(join(path, name).slice(root.length));
    return {
      ...files,
      read: (name: string) => [noted(name), files.read(name)][1] as ReturnType<typeof files.read>,
      readRange: (name: string, a: number, b: number) => [noted(name), files.readRange(name, a, b)][1] as never,
    };
  };
  runs = new StoredRuns({
    runsFolder: async () => watched(root),
    runFolder: async (name) => watched(join(root, name)),
    scratchFolder: async () => null,
    indexFolder: async () => diskFiles(`${root}-lists`),
  });
  expect(await runs.list()).toEqual(first);
  expect(await told()).toEqual(whole);
  expect(read).toEqual([]);
  await runs.say(id, { starred: true });
  expect(await runs.list()).toEqual([{ ...first[0], starred: true }, first[1]]);
  expect(read.some((name) => name.startsWith(`/${other}`))).toBe(false);
  await writeFile(join(root, other, 'events.jsonl'), LOG); // it goes on
  expect(await runs.list()).toMatchObject([{ done: 'finished' }, { done: null }]);
  await writeFile(join(`${root}-lists`, 'runs.json'), '{"version":1,"runs":{"x":1}}');
  expect(await runs.list()).toMatchObject([{ id, starred: true }, { id: other }]);
  await runs.remove(id);
  expect(await runs.list()).toMatchObject([{ id: other }]);
  expect(await diskFiles(`${root}-lists`).list('compared')).toEqual([]);
});
