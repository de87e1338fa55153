/** A run's folder as an archive and back: byte by byte, from any program's zip, and never out of its folder. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zipBlob, zipEntries } from '../../src/data/zip';
import { diskFiles } from '../../src/host/files.node';
import { eventLine } from '../../src/runs/event-lines';
import { runsIn } from '../../src/runs/run-archive';
import { StoredRuns } from '../../src/runs/stored-runs';
import { DEFAULT_CONFIG } from '../../src/settings/config';
import { fakeRun } from '../ui/fake-events';

const utf8 = (text: string) => new TextEncoder().encode(text);
const placed = (path: string, parts: BlobPart[]) => ({ path, file: new File(parts, path.replace(/.*\//, '')) });
const LOG = fakeRun(3).map(eventLine).join('');
const RUN = {
  'config.json': utf8(JSON.stringify(DEFAULT_CONFIG)),
  'events.jsonl': utf8(LOG),
  'checkpoints/step-000003/model.safetensors': new Uint8Array(9_000_000).map((_, i) => i),
  'checkpoints/step-000003/state.json': utf8('{}'),
  'final/config.json': utf8('{}'),
};
const files = Object.entries(RUN).map(([name, bytes]) => ({ name, bytes }));

let root: string;
let runs: StoredRuns;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'antisd-archive-'));
  const at = (name: string) => diskFiles(join(root, name));
  runs = new StoredRuns({
    runsFolder: async () => at('runs'),
    runFolder: async (id) => at(`runs/${id}`),
    scratchFolder: async () => at('exports'),
    indexFolder: async () => at('lists'),
  });
});
afterEach(() => rmSync(root, { recursive: true }));

/** One after the other, as the engine does. */
async function takeIn(...given: Parameters<typeof runsIn>[0]): Promise<string[]> {
  const ids: string[] = [];
  for (const run of await runsIn(given)) ids.push(await runs.takeIn(run));
  return ids;
}
const stored = (id: string, name: string) => new Uint8Array(readFileSync(join(root, 'runs', id, name)));

describe('an archive', () => {
  it('of a stored run is one that other tools read, and comes back byte by byte', async () => {
    const [id] = await takeIn(...files.map(({ name, bytes }) => placed(`antisd-0/${name}`, [bytes])));
    expect(id).toBe('antisd-0');
    const archive = await runs.pack(id);
    const path = join(root, 'exports/antisd-0.zip');
    const python = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), sorted(z.namelist()))';
    expect(execFileSync('python3', ['-c', python, path], { encoding: 'utf8' }).trim()).toBe(
      `None [${Object.keys(RUN)
        .toSorted()
        .map((name) => `'${name}'`)
        .join(', ')}]`,
    );
    const [again] = await takeIn(placed('antisd-0.zip', [archive]));
    expect(again).toBe('antisd-0-2'); // its name is taken
    for (const { name, bytes } of files) expect(Buffer.compare(stored(again, name), bytes), name).toBe(0);
    expect(await runs.list()).toHaveLength(2);
    expect((await runs.load(again)).events).toHaveLength(fakeRun(3).length);
  });

  it('that another program has compressed is read', async () => {
    const path = join(root, 'made.zip');
    const python =
      'import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)\n' +
      'z.writestr("mine/config.json", sys.argv[2]); z.writestr("mine/events.jsonl", sys.argv[3]); z.writestr("mine/notes.txt", "x")';
    execFileSync('python3', ['-c', python, path, JSON.stringify(DEFAULT_CONFIG), LOG]);
    const [id] = await takeIn(placed('made.zip', [readFileSync(path)]));
    expect(id).toBe('mine');
    expect(Buffer.from(stored(id, 'events.jsonl')).toString()).toBe(LOG);
    expect(await diskFiles(join(root, 'runs/mine')).list('.')).not.toContain('notes.txt');
  });

  it('that is none, is damaged, or leads out of its folder is refused, and nothing of it stays', async () => {
    const whole = new Uint8Array(await (await zipBlob(files)).arrayBuffer());
    await expect(takeIn(placed('a.zip', ['no zip']))).rejects.toThrow(/no zip archive/);
    await expect(takeIn(placed('a.zip', [whole.slice(0, -100)]))).rejects.toThrow(/no zip archive|damaged/);
    const out = await zipBlob([...files, { name: 'checkpoints/../../evil', bytes: utf8('x') }]);
    await expect(takeIn(placed('a.zip', [out]))).rejects.toThrow(/leads out of it/);
    const bad = await zipBlob([{ name: 'config.json', bytes: utf8('{"arm":') }]);
    await expect(takeIn(placed('a.zip', [bad]))).rejects.toThrow(/JSON/);
    await expect(takeIn(placed('a.zip', [await zipBlob([])]))).rejects.toThrow(/no run here/);
    whole.set([1, 2, 3, 4], 0); // the first file's own header
    await expect(takeIn(placed('a.zip', [whole]))).rejects.toThrow(/config.json is damaged/);
    expect(await runs.list()).toEqual([]);
    expect(await diskFiles(join(root, 'runs')).list('.')).toEqual([]);
  });

  it('is the same for the same files, and says each file’s length', async () => {
    const [one, two] = await Promise.all([zipBlob(files), zipBlob(files)]);
    expect(Buffer.compare(Buffer.from(await one.arrayBuffer()), Buffer.from(await two.arrayBuffer()))).toBe(0);
    expect((await zipEntries(one, 'one')).map(({ name, size }) => [name, size])).toEqual(
      files.map(({ name, bytes }) => [name, bytes.length]),
    );
  });
});

it('several folders are several runs, and a log that was cut while it was copied is cut at its last line', async () => {
  const two = ['a', 'b'].flatMap((name) => [
    placed(`race/${name}/config.json`, [RUN['config.json']]),
    placed(`race/${name}/events.jsonl`, [`${LOG}{"crc":"12`]),
  ]);
  expect((await takeIn(...two)).toSorted()).toEqual(['a', 'b']);
  expect(Buffer.from(stored('b', 'events.jsonl')).toString()).toBe(LOG);
});

it('a run is named, noted and starred; what cannot be read of that was not said', async () => {
  const [id] = await takeIn(...files.map(({ name, bytes }) => placed(`r/${name}`, [bytes])));
  await runs.say(id, { name: 'the good one', starred: true });
  await runs.say(id, { note: 'seed 7' });
  expect(await runs.list()).toMatchObject([{ id, name: 'the good one', starred: true, note: 'seed 7' }]);
  writeFileSync(join(root, 'runs', id, 'about.json'), '{"name": 7');
  const [listed] = await runs.list();
  expect(listed).toMatchObject({ id, steps: 3 });
  expect(listed).not.toHaveProperty('name');
  await expect(runs.say('gone', {})).rejects.toThrow(/no run gone/);
});
