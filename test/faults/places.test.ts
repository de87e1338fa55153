/** Places that cannot be written to: what the file layer says of them, and what it leaves behind. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { BOUNDS } from '../../src/data/bounds';
import { BadInput } from '../../src/data/errors';
import { Busy } from '../../src/host/files';
import { diskFiles } from '../../src/host/files.node';
import { tryFolder } from '../../src/host/folders.node';
import { StorageError } from '../../src/host/storage-error';
import { RunStore } from '../../src/runs/run-store';
import { type Attempt, attempts } from './attempts';

let folder: string;
let outside: string;
beforeAll(async () => {
  [folder, outside] = await Promise.all(
    ['places', 'outside'].map((name) => mkdtemp(join(tmpdir(), `antisd-${name}-`))),
  );
});
afterAll(() => Promise.all([folder, outside].map((path) => rm(path, { recursive: true }))));

const bytes = new TextEncoder().encode('x');

async function refused(work: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await work.then(
    () => null,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(StorageError);
  expect(error.message).toMatch(message);
}

/** A folder in the way, what is put there first, and what is said. */
const PLACES: [id: string, what: string, path: string, set: (path: string) => Promise<unknown>, message: RegExp][] = [
  ['a file', 'the folder is a file', 'file', (path) => writeFile(path, 'x'), /a file where a folder is wanted/],
  [
    'below a file',
    'the folder lies below a file',
    'below/a/b',
    () => writeFile(join(folder, 'below'), 'x'),
    /a file where/,
  ],
  [
    'dangling',
    'the folder is a link that leads nowhere',
    'gone',
    (path) => symlink('/nowhere/at/all', path),
    /leads nowhere/,
  ],
  [
    'below dangling',
    'it lies below such a link',
    'lost/a',
    () => symlink('/nowhere', join(folder, 'lost')),
    /leads nowhere/,
  ],
  ['a circle', 'the folder is a link to itself', 'round', (path) => symlink('round', path), /lead in a circle/],
  ['long', 'its name has 300 letters', `new/${'n'.repeat(300)}`, async () => {}, /name is too long.*shorter/],
];

const tries: Attempt[] = PLACES.map(([id, what, path, set, message]) => ({
  id: `out/${id}`,
  group: 'places',
  what,
  expected: 'one message with path and mend; nothing is made',
  gate: true,
  async run() {
    const full = join(folder, path);
    await set(full);
    const before = await readdir(folder);
    await refused(tryFolder(full), message);
    await refused(diskFiles(full).write('a/b', bytes), message);
    await refused(
      diskFiles(full).exclusive('run', async () => {}),
      message,
    );
    expect((await readdir(folder)).filter((name) => name !== 'new')).toEqual(before.filter((name) => name !== 'new'));
  },
}));

const system: Attempt = {
  id: 'out/proc',
  group: 'places',
  what: 'the system refuses folders and says that there is none (/proc)',
  expected: 'one message, at once',
  gate: process.platform === 'linux',
  run: () => refused(tryFolder('/proc/nowhere/run'), /No folder can be made here/),
};

/** Links within a folder: where, whereto, and what is done with it. */
const LINKS: [id: string, at: string, to: () => string, act: (path: string) => Promise<unknown>][] = [
  ['read', 'state.json', () => join(outside, 'secret'), (root) => diskFiles(root, 'inside').read('state.json')],
  [
    'write through a folder',
    'checkpoints',
    () => outside,
    (root) => diskFiles(root, 'inside').write('checkpoints/a', bytes),
  ],
  [
    'append',
    'events.jsonl',
    () => join(outside, 'secret'),
    (root) => diskFiles(root, 'inside').append('events.jsonl', 'x'),
  ],
  [
    'append to nothing',
    'events.jsonl',
    () => join(outside, 'new'),
    (root) => diskFiles(root, 'inside').append('events.jsonl', 'x'),
  ],
  [
    'the temporary name',
    'a.part',
    () => join(outside, 'secret'),
    (root) => diskFiles(root, 'inside').write('a', bytes),
  ],
  ['the lock', 'locks', () => outside, (root) => diskFiles(root, 'inside').exclusive('run', async () => {})],
  [
    'cut',
    'events.jsonl',
    () => join(outside, 'secret'),
    (root) => diskFiles(root, 'inside').truncate('events.jsonl', 0),
  ],
  ['list', 'final', () => outside, (root) => diskFiles(root, 'inside').list('final')],
  ['two links', 'final', () => '../hop', (root) => diskFiles(root, 'inside').list('final')],
  ['remove below', 'checkpoints', () => outside, (root) => diskFiles(root, 'inside').remove('checkpoints/secret')],
];

const links: Attempt[] = LINKS.map(([id, at, to, act], i) => ({
  id: `links/${id}`,
  group: 'links',
  what: `${at} in a run's folder leads out of it`,
  expected: 'refused by name; what it leads to stays as it is',
  gate: true,
  async run() {
    const root = join(folder, `run-${i}`);
    await mkdir(root);
    await writeFile(join(outside, 'secret'), 'secret');
    await symlink(outside, join(folder, 'hop')).catch(() => {});
    await symlink(to(), join(root, at));
    await refused(act(root), /A link leads out of the run's folder/);
    expect(await readdir(outside)).toEqual(['secret']);
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret');
  },
}));

const within: Attempt = {
  id: 'links/within',
  group: 'links',
  what: 'a link leads to another place of the same run, and the run is reached by a link',
  expected: 'both are followed',
  gate: true,
  async run() {
    const root = join(folder, 'linked');
    await mkdir(join(folder, 'real/here'), { recursive: true });
    await symlink(join(folder, 'real'), root);
    await symlink('here', join(root, 'there'));
    const files = diskFiles(root, 'inside');
    await files.write('there/a', bytes);
    expect(await files.list('here')).toEqual(['a']);
    await files.remove('there'); // the link, not what it leads to
    expect(await files.list('here')).toEqual(['a']);
  },
};

/** What lies in the place of a run's files: how it is put there, what is read, and what is said. */
const IN_PLACE: [what: string, file: string, put: (path: string) => Promise<unknown>, message: RegExp][] = [
  ['a pipe', 'config.json', pipe, /a pipe or a device/],
  ['a folder', 'config.json', (path) => mkdir(path), /a folder where a file/],
  ['3 GiB', 'config.json', (path) => sized(path, 3 * GiB), /3\.22 GB, more than the 67\.1 MB/],
  ['a byte too much', 'config.json', (path) => sized(path, BOUNDS.json + 1), /more than the 67\.1 MB/],
  ['a pipe', 'events.jsonl', pipe, /a pipe or a device/],
  ['3 GiB', 'events.jsonl', (path) => sized(path, 3 * GiB), /more than can be read at once/],
  ['a pipe', 'checkpoints/step-000001/state.json', pipe, /a pipe or a device/],
  ['3 GiB', 'checkpoints/step-000001/state.json', (path) => sized(path, 3 * GiB), /3\.22 GB, more than the/],
  ['a file', 'checkpoints', (path) => writeFile(path, 'x'), /^$/],
  ['a number without end', `checkpoints/step-${'9'.repeat(200)}`, (path) => mkdir(path), /^$/],
  ['a folder', 'locks/run.lock', (path) => mkdir(path), /a folder where a file/],
  ['a pipe', 'locks/run.lock', pipe, /a pipe or a device/],
  ['1 GiB', 'locks/run.lock', (path) => sized(path, GiB), /in use/],
];

const inPlace: Attempt[] = IN_PLACE.map(([what, file, put, message], i) => ({
  id: `run/${what} as ${file.slice(0, 40)}`,
  group: 'places',
  what: `${what} in the place of a run's ${file.slice(0, 40)}`,
  expected: message.source === '^$' ? 'it counts for nothing' : 'refused in words, and nothing hangs',
  gate: true,
  async run() {
    const root = join(folder, `in-place-${i}`);
    await mkdir(dirname(join(root, file)), { recursive: true });
    await put(join(root, file));
    const store = new RunStore(diskFiles(root, 'inside'));
    const said = await read(store, file).then(
      (found) => (typeof found === 'string' ? found : ''),
      (error) =>
        error instanceof StorageError || error instanceof BadInput || error instanceof Busy
          ? error.message
          : Promise.reject(error),
    );
    expect(said).toMatch(message);
  },
}));

/** As a run's folder is read: gives what is wrong with a checkpoint. */
async function read(store: RunStore, file: string): Promise<unknown> {
  if (file === 'config.json') return store.config();
  if (file === 'events.jsonl') return store.log.story();
  if (file.startsWith('locks')) return store.hold().then(() => store.release());
  expect(await store.checkpoints.last().catch(() => null)).toBeNull();
  const found = file.endsWith('state.json') ? await store.checkpoints.look(1) : null;
  return found && 'damage' in found ? found.damage : null;
}

const GiB = 2 ** 30;
async function pipe(path: string): Promise<void> {
  execFileSync('mkfifo', [path]);
}
/** A file of so many bytes that takes no room. */
async function sized(path: string, bytes: number): Promise<void> {
  await writeFile(path, '');
  await truncate(path, bytes);
}

attempts([...inPlace, ...tries, system, ...links, within]);
