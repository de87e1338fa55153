/** Disks that refuse, signals and locks, on the command line: exit codes, messages, and what is left. */
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { Outcome } from '../setup/cli';
import { type Attempt, attempts } from './attempts';
import { faulty, lab, onOwnDisk, ownDisks, TRAIN, weights } from './cli';
import type { Fault } from './faulty-disk.mjs';

let folder: string;
const at = (name: string) => join(folder, name);
/** The weights of a run that nothing befell; made once somebody asks. */
let reference: Promise<Buffer> | null = null;
const whole = () => {
  reference ??= lab(['train', '--out', at('whole'), ...TRAIN]).then(() => weights(at('whole')));
  return reference;
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-disk-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** One message, which names the place and the mend, and no stack. */
function expectRefused({ code, stdout, stderr }: Outcome, message: RegExp): void {
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
}

const refusals: [id: string, what: string, set: () => Promise<unknown>, args: () => string[], message: RegExp][] = [
  [
    'file',
    '--out is a file',
    () => writeFile(at('file'), ''),
    () => ['train', '--out', at('file')],
    /a file where a folder/,
  ],
  [
    'dangling',
    '--out is a link that leads nowhere',
    () => symlink('/nowhere/x', at('gone')),
    () => ['train', '--out', at('gone')],
    /leads nowhere \(.*gone.*\)/,
  ],
  ['long', '--out has 300 letters', async () => {}, () => ['train', '--out', at('n'.repeat(300))], /name is too long/],
  [
    'proc',
    '--out is where no folder can be made',
    async () => {},
    () => ['train', '--out', '/proc/none/run'],
    /No folder can be made here/,
  ],
  [
    'merge',
    '--out of merge is a file',
    () => writeFile(at('merged'), ''),
    () => ['merge', '--model', 'nano', '--adapter', 'x', '--out', at('merged')],
    /.*/,
  ],
  [
    'gradients',
    '--out of gradients lies below a file',
    () => writeFile(at('g'), ''),
    () => ['gradients', '--model', 'nano', '--tokens', at('none'), '--weights', 'x', '--out', at('g/x')],
    /.*/,
  ],
];

const places: Attempt[] = refusals.map(([id, what, set, args, message], i) => ({
  id: `cli/${id}`,
  group: 'command line',
  what,
  expected: 'exit code 2, one message with path and mend; nothing is left',
  gate: i === 1,
  async run() {
    await set();
    const before = await readdir(folder);
    expectRefused(await lab(args()), message);
    expect(await readdir(folder)).toEqual(before);
  },
}));

const leads: Attempt = {
  id: 'cli/links',
  group: 'command line',
  what: 'a run is resumed whose checkpoints are a link out of its folder',
  expected: 'exit code 2; nothing is written or removed there',
  gate: false,
  async run() {
    await mkdir(at('outside'));
    await writeFile(at('outside/precious'), 'x');
    await lab(['train', '--out', at('leads'), ...TRAIN, '--steps', '1']);
    await rm(at('leads/checkpoints'), { recursive: true });
    await symlink(at('outside'), at('leads/checkpoints'));
    expectRefused(await lab(['train', '--resume', at('leads')]), /A link leads out of the run's folder/);
    expect(await readdir(at('outside'))).toEqual(['precious']);
  },
};

/** Disks of their own: made small, full, out of inodes, read-only, or another user's. */
const DISKS: [id: string, what: string, script: string, message: RegExp][] = [
  [
    'full',
    'the disk is full',
    'mount -t tmpfs -o size=64k none /mnt && cat /dev/zero > /mnt/x 2>/dev/null',
    /The disk is full/,
  ],
  [
    'inodes',
    'the disk is out of inodes',
    'mount -t tmpfs -o nr_inodes=8 none /mnt && for i in 1 2 3 4 5 6 7 8 9; do touch /mnt/$i; done 2>/dev/null',
    /out of inodes/,
  ],
  ['read-only', 'the disk is read-only', 'mount -t tmpfs -o ro none /mnt', /The disk is read-only/],
];

/** Too small for a checkpoint, which is known once the model is. */
const tooSmall: Attempt = {
  id: 'cli/small',
  group: 'command line',
  what: 'the disk has 1 MB, and a checkpoint of nano with its trained model takes more',
  expected: 'exit code 2 with both numbers; nothing is left',
  gate: false,
  async run() {
    const { code, stdout, stderr } = await onOwnDisk(
      `mount -t tmpfs -o size=1m none /mnt; $LAB train --out /mnt/run ${TRAIN.join(' ')}; echo $?; ls /mnt/run`,
    );
    expect([code, stdout]).toEqual([0, '2\n']);
    expect(stderr).toMatch(/There is room for [\d.]+ MB, and a checkpoint with the trained model takes 2\.3 MB/);
  },
};

const disks: Attempt[] = DISKS.map(([id, what, script, message]) => ({
  id: `cli/${id}`,
  group: 'command line',
  what: `${what} before a run begins`,
  expected: 'exit code 2, one message with path and mend',
  gate: false,
  run: async () => expectRefused(await onOwnDisk(`${script}; $LAB train --out /mnt/run`), message),
}));

/** A file as stdout, on a disk of 64 kB that is full but for some bytes. */
const FULL = 'mount -t tmpfs -o size=64k none /mnt; head -c 61440 /dev/zero > /mnt/x';
const printed: Attempt[] = [
  {
    id: 'stdout/full',
    group: 'command line',
    what: 'what is printed goes into a file on a full disk',
    expected: 'exit code 3, and a word that it is not whole',
    gate: true,
    async run() {
      const { stdout, stderr } = await onOwnDisk(`${FULL}; $LAB inspect --json > /mnt/out; echo $?`);
      expect(stdout).toBe('3\n');
      expect(stderr).toMatch(/The disk is full \(stdout\)/);
    },
  },
  {
    id: 'stdout/full, a run',
    group: 'command line',
    what: 'the events of a run go into a file on a full disk',
    expected: 'the run is saved and ends with code 3',
    async run() {
      const run = at('unprinted');
      const { stdout, stderr } = await onOwnDisk(
        `${FULL}; $LAB train --json --out ${run} ${TRAIN.join(' ')} > /mnt/out; echo $?`,
      );
      expect(stdout).toBe('3\n');
      expect(stderr).toMatch(/saved at step \d.*The disk is full \(stdout\)/s);
    },
  },
];

const rights: Attempt = {
  id: 'cli/rights',
  group: 'command line',
  what: 'the folder is another user’s',
  expected: 'exit code 2, one message with path and mend',
  gate: false,
  run: async () =>
    expectRefused(
      await lab(['train', '--out', at('theirs')], faulty(at('theirs'), { at: 0, code: 'EACCES', how: 'full' })),
      /You have no right to this/,
    ),
};

/** A run on a disk that fails on the way, and what becomes of it. Of a file the calls are: open, write, sync, rename. */
const FAULTS: [id: string, what: string, fault: Fault, code: number, said: RegExp][] = [
  [
    'for good',
    'the disk is full from the third checkpoint on',
    { at: 1, path: 'step-000003/model', code: 'ENOSPC', how: 'full' },
    3,
    /The disk is full.*goes on in memory/,
  ],
  [
    'for a while',
    'a checkpoint finds the disk full',
    { at: 1, path: 'step-000002/optimizer', code: 'ENOSPC', how: 'short' },
    0,
    /The disk is full.*goes on in memory[\s\S]*stored again, with a checkpoint of step 3/,
  ],
  [
    'dead',
    'the disk fails for good (EIO) with the second checkpoint',
    { at: 1, path: 'step-000002/model', code: 'EIO', how: 'gone' },
    3,
    /The disk failed \(EIO\).*goes on in memory/,
  ],
  [
    'log',
    'the log takes no more (EDQUOT)',
    { at: 12, path: 'events.jsonl', code: 'EDQUOT', how: 'full' },
    3,
    /share of the disk is used up.*goes on in memory/,
  ],
  [
    'limit',
    'the trained model is larger than a file may be (EFBIG)',
    { at: 1, path: 'final/model', code: 'EFBIG', how: 'once' },
    3,
    /larger than is allowed here.*ulimit -f/,
  ],
];

const onTheWay: Attempt[] = FAULTS.map(([id, what, fault, code, said]) => ({
  id: `cli/${id}`,
  group: 'command line',
  what: `${what}, while a run is going`,
  expected: `it goes on in memory and ends with exit code ${code}; resumed, where it must be, it has the same bytes`,
  gate: id === 'for good',
  async run() {
    const run = at(id.replace(/ /g, '-'));
    const ended = await lab(['train', '--out', run, ...TRAIN], faulty(run, fault));
    expect(ended.stderr).toMatch(said);
    expect(ended.stderr).toContain('step 4/4'); // every step was taken
    expect(ended.code).toBe(code);
    if (code !== 0) expect((await lab(['train', '--resume', run])).code).toBe(0);
    expect((await weights(run)).equals(await whole())).toBe(true);
  },
}));

const small: Attempt[] = [
  {
    id: 'cli/filled',
    group: 'command line',
    what: 'a disk is filled by somebody else once the first checkpoint is stored, and emptied after the run',
    expected: 'exit code 3 and a whole checkpoint; resumed, the same bytes',
    gate: false,
    async run() {
      const args = TRAIN.join(' ');
      const done = await onOwnDisk(
        `mount -t tmpfs -o size=5m none /mnt; first=/mnt/run/checkpoints/step-000001/state.json;` +
          `(until [ -f $first ]; do :; done; cat /dev/zero > /mnt/x) 2> /dev/null & $LAB train --out /mnt/run ${args}; echo first $?;` +
          `rm /mnt/x; $LAB train --resume /mnt/run; echo second $?; cp -r /mnt/run ${at('filled')}`,
      );
      expect(done.stdout).toBe('first 3\nsecond 0\n');
      expect(done.stderr).toMatch(/The disk is full.*goes on in memory/);
      expect((await weights(at('filled'))).equals(await whole())).toBe(true);
    },
  },
];

const signals: Attempt[] = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => ({
  id: `signals/${signal}`,
  group: 'signals and locks',
  what: `${signal} after the first step`,
  expected: 'saved, exit code 130; resumed, the same bytes',
  gate: false, // test/cli has Ctrl-C
  async run() {
    const run = at(signal);
    let sent = false;
    const stopped = await lab(['train', '--out', run, ...TRAIN], {}, (child, stderr) => {
      if (sent || !stderr.includes('step 1/4')) return;
      sent = true;
      child.kill(signal);
    });
    expect(stopped.stderr).toMatch(/Stopped and saved at step [1-3]\. Continue: .*--resume/);
    expect(stopped.code).toBe(130);
    expect((await lab(['train', '--resume', run])).code).toBe(0);
    expect((await weights(run)).equals(await whole())).toBe(true);
  },
}));

const lock: Attempt = {
  id: 'locks/two processes',
  group: 'signals and locks',
  what: 'a second process opens the run of a first one, which is then killed; a third one opens it',
  expected: 'the second is refused with the first’s number; the third takes over and ends with the same bytes',
  gate: false,
  async run() {
    const run = at('shared');
    let second: Promise<Outcome> | null = null;
    let pid: number | undefined;
    await lab(['train', '--out', run, ...TRAIN], {}, (child, stderr) => {
      if (second || !stderr.includes('step 1/4')) return;
      pid = child.pid;
      child.kill('SIGSTOP');
      second = lab(['train', '--resume', run]);
      void second.then(() => child.kill('SIGKILL'));
    });
    expectRefused(await (second as unknown as Promise<Outcome>), new RegExp(`in use by process ${pid}\\b`));
    expect((await lab(['train', '--resume', run])).code).toBe(0);
    expect((await weights(run)).equals(await whole())).toBe(true);
  },
};

const own = ownDisks();
attempts([
  ...places,
  leads,
  rights,
  ...onTheWay,
  ...signals,
  lock,
  ...(own ? [...disks, ...printed, tooSmall, ...small] : []),
]);
