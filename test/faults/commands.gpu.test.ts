/**
 * Commands whose reader is slow or goes away, and commands that write on a disk that fails: what was printed is whole, or the
 * work is saved; a result is whole or not there. test/cli/pipes has what most people pipe.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launcher } from '../setup/cli';
import { fixturePath } from '../setup/fixtures';
import { type Attempt, attempts } from './attempts';
import { faulty, lab, program, TRAIN } from './cli';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const SMALL = { steps: 3, problems: 1, group: 2, maxNewTokens: 8, evalEvery: 0, checkpointEvery: 1 };
const CHAT = fixturePath('tiny-chat');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antisd-commands-'));
  const step = (i: number) => ({
    type: 'step',
    step: i,
    tokens: 9,
    gateState: 'off',
    reward: i / 400,
    accuracy: i / 400,
  });
  await mkdir(at('trl'));
  await writeFile(
    at('trl/antisd.jsonl'),
    Array.from({ length: 400 }, (_, i) => `${JSON.stringify(step(i + 1))}\n`).join(''),
  );
  const declared = { name: 'x', doc: 'd', settings: SMALL, grid: { arm: ['grpo'] } };
  await writeFile(at('sweep.json'), JSON.stringify(declared));
  await writeFile(at('tokens.json'), JSON.stringify({ tokens: [[1, 2, 3]] }));
  await writeFile(at('weights.json'), JSON.stringify({ weights: [[0, 1, 1]] }));
  expect((await lab(['import-trl', at('trl'), '--out', at('runs/a')])).code).toBe(0);
  await cp(at('runs/a'), at('runs/b'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let count = 0;
/** A place for a result that nobody has used. */
const fresh = (ending = '') => at(`new-${count++}${ending}`);

/** `lab ARGS | READER` in a shell: what the reader got, and the command's own exit code. */
async function piped(
  args: readonly string[],
  reader: string,
): Promise<{ stdout: string; code: number; stderr: string }> {
  const script = `"$@" 2>"$STDERR" | ${reader}; echo "code \${PIPESTATUS[0]}"; cat "$STDERR" >&2`;
  const { stdout, stderr } = await promisify(execFile)(
    'bash',
    ['-c', script, 'lab', process.execPath, launcher, ...args],
    {
      maxBuffer: 1 << 26,
      env: { ...process.env, STDERR: at('stderr') },
    },
  );
  const [, text, code] = /^([\s\S]*)code (\d+)\n$/.exec(stdout) ?? [];
  return { stdout: text, code: Number(code), stderr };
}

interface Command {
  readonly name: string;
  /** What it prints is the same each time. */
  readonly same?: boolean;
  /** The last event of what it prints, where that is a log. */
  readonly last?: string;
  /** Its exit code where nobody reads on. */
  readonly left?: number;
  args(): string[];
}
const COMMANDS: readonly Command[] = [
  { name: 'report', same: true, args: () => ['report', at('runs')] },
  { name: 'import-trl', same: true, args: () => ['import-trl', at('trl'), '--out', fresh()] },
  { name: 'export-trl', same: true, args: () => ['export-trl', '--steps', '2', '--out', fresh()] },
  {
    name: 'merge',
    same: true,
    args: () => ['merge', '--model', fixturePath('llama'), '--adapter', fixturePath('llama-lora'), '--out', fresh()],
  },
  { name: 'sweep', args: () => ['sweep', at('sweep.json'), '--json', '--out', fresh()] },
  {
    name: 'sft',
    ...{ last: 'done', left: 130 },
    args: () => ['sft', '--model', CHAT, '--data', join(CHAT, 'conversations.jsonl'), '--json', '--out', fresh()],
  },
  {
    name: 'pretrain',
    ...{ last: 'done', left: 130 },
    args: () => ['pretrain', '--steps', '40', '--batch', '2', '--layers', '1', '--json', '--out', fresh()],
  },
  {
    name: 'train',
    ...{ last: 'done', left: 130 },
    args: () => ['train', ...TRAIN, '--json', '--out', fresh()],
  },
  { name: 'eval', same: true, args: () => ['eval', '--problems', '2', '--samples', '2', '--max-new-tokens', '8'] },
  {
    name: 'eval --data',
    args: () => ['eval', '--data', 'two-cards', '--problems', '2', '--samples', '1', '--json', '--out', fresh()],
  },
  { name: 'generate', same: true, args: () => ['generate', '--max-new-tokens', '12'] },
  {
    name: 'generate --search',
    same: true,
    args: () => ['generate', '--search', 'mits', '--samples', '2', '--beam', '2', '--max-steps', '3', '--json'],
  },
  { name: 'score', same: true, args: () => ['score', '--tokens', at('tokens.json')] },
  { name: 'inspect', same: true, args: () => ['inspect', '--json'] },
  { name: 'inspect --layers', same: true, args: () => ['inspect', '--layers', '--layer-contexts', '2'] },
  { name: 'tokens', same: true, args: () => ['tokens', '--problems', '2', '--samples', '2', '--at-least', '1'] },
  {
    name: 'gradients',
    same: true,
    args: () => [
      ...['gradients', '--tokens', at('tokens.json'), '--weights', at('weights.json')],
      ...['--out', at('gradients.safetensors')],
    ],
  },
  { name: 'plan', same: true, args: () => ['plan', '--memory', '8', '--json'] },
  { name: 'models', same: true, args: () => ['models'] },
  { name: 'models --verify', same: true, args: () => ['models', '--verify', 'all'] },
  { name: 'doctor', args: () => ['doctor', '--json'] },
  { name: 'gpu-check', args: () => ['gpu-check', '--minutes', '0.1', '--out', fresh()] },
  { name: 'help', same: true, args: () => ['train', '--help'] },
  { name: 'bench', args: () => ['bench', '--only', 'head', '--quick', '--out', fresh('.json')] },
];

const pipes: Attempt[] = COMMANDS.flatMap(({ name, same, last, left = 0, args }) => [
  {
    id: `pipes/${name}, late`,
    group: 'pipes',
    what: `${name} into a reader that begins after two seconds`,
    expected: 'all of it, and exit code 0',
    gate: name === 'report',
    async run() {
      const slow = await piped(args(), '(sleep 2; cat)');
      expect([slow.code, slow.stderr]).toEqual([0, expect.not.stringContaining('    at ')]);
      if (same) expect(slow.stdout).toBe((await piped(args(), 'cat')).stdout);
      if (last) expect(JSON.parse(slow.stdout.trimEnd().split('\n').at(-1) ?? '').type).toBe(last);
    },
  },
  {
    id: `pipes/${name}, head`,
    group: 'pipes',
    what: `${name} into \`head -1\``,
    expected: 'it ends quietly; what it trains is saved',
    gate: name === 'report',
    async run() {
      const { code, stderr } = await piped(args(), 'head -1');
      expect([code, stderr]).toEqual([left, expect.not.stringContaining('    at ')]);
    },
  },
]);

interface Writer {
  readonly name: string;
  /** What it has written by then may stay: each file is whole. */
  readonly stays?: true;
  /** Calls to the disk that fail: the first ones, and ever fewer of the later ones. */
  readonly calls?: readonly number[];
  args(out: string): string[];
}
const CALLS = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89];
/** Of a command that takes seconds. */
const FEW = [0, 1, 3, 8, 21];
const WRITERS: readonly Writer[] = [
  { name: 'report', stays: true, args: (out) => ['report', at('runs'), '--out', join(out, 'a.html')] },
  { name: 'report --svg', stays: true, args: (out) => ['report', at('runs'), '--svg', out] },
  { name: 'import-trl', args: (out) => ['import-trl', at('trl'), '--out', out] },
  { name: 'export-trl', args: (out) => ['export-trl', '--steps', '2', '--out', out] },
  {
    name: 'merge',
    args: (out) => ['merge', '--model', fixturePath('llama'), '--adapter', fixturePath('llama-lora'), '--out', out],
  },
  { name: 'inspect', calls: FEW, stays: true, args: (out) => ['inspect', '--html', join(out, 'a.html')] },
  {
    name: 'gradients',
    ...{ calls: FEW, stays: true },
    args: (out) => [
      ...['gradients', '--tokens', at('tokens.json'), '--weights', at('weights.json')],
      ...['--out', join(out, 'a.safetensors')],
    ],
  },
  {
    name: 'bench',
    calls: FEW,
    stays: true,
    args: (out) => ['bench', '--only', 'head', '--quick', '--out', join(out, 'a.json')],
  },
  { name: 'sweep', calls: FEW, stays: true, args: (out) => ['sweep', at('sweep.json'), '--out', out] },
];
const FAULTS = [
  { code: 'ENOSPC', how: 'full', says: /The disk is full/ },
  { code: 'EROFS', how: 'full', says: /The disk is read-only/ },
  { code: 'EMFILE', how: 'once', says: /too many files open/ },
  { code: 'EIO', how: 'gone', says: /The disk failed \(EIO\)/ },
] as const;

const disks: Attempt[] = WRITERS.flatMap(({ name, stays, calls = CALLS, args }) =>
  FAULTS.map(({ says, ...fault }) => ({
    id: `disks/${name}, ${fault.code}`,
    group: 'writers',
    what: `${name} on a disk that fails (${fault.code}) at call 0, 1, 2, 3, 5, 8, … until it no longer does`,
    expected: 'one message with path and mend, no exit code 0; no part of a result stays',
    gate: name === 'report' && fault.code === 'ENOSPC',
    timeout: 7_200_000,
    async run(all: boolean) {
      let [made, harmless] = [0, 0];
      for (const call of all ? calls : calls.slice(1, 3)) {
        const out = fresh();
        const { code, stderr } = await lab(args(out), faulty(out, { at: call, ...fault }));
        if (code === 0 && ++harmless > 1) break; // it makes fewer calls
        if (code === 0) continue; // what failed took nothing away, such as a file that was only tried
        made++;
        expect(stderr, `call ${call}`).toMatch(says);
        expect([code, stderr], `call ${call}`).toEqual([
          expect.toSatisfy((x) => x === 2 || x === 3 || x === 1),
          expect.not.stringContaining('    at '),
        ]);
        if (fault.how === 'gone') continue; // nothing can be taken away either
        const left = await readdir(out, { recursive: true }).catch(() => []);
        const half = left.filter((name) => !stays || name.endsWith('.part'));
        expect(half, `after call ${call}`).toEqual([]);
      }
      expect(made).toBeGreaterThan(0);
      return made;
    },
  })),
);

const interrupted: Attempt[] = COMMANDS.map(({ name, args }) => ({
  id: `interrupted/${name}`,
  group: 'signals and locks',
  what: `SIGINT at the first word of ${name}`,
  expected: 'it ends, by the signal or with exit code 130, without a stack trace; no part of a result stays',
  gate: false,
  async run() {
    let sent = false;
    const { code, stderr } = await lab(args(), {}, (child) => {
      if (!sent) sent = child.kill('SIGINT');
    });
    expect([code, stderr]).toEqual([
      expect.toSatisfy((x) => x === null || x === 130 || (x === 0 && !sent)),
      expect.not.stringContaining('    at '),
    ]);
    const left = await readdir(folder, { recursive: true });
    expect(left.filter((file) => file.endsWith('.part'))).toEqual([]);
  },
}));

const devices: Attempt[] = ['help', 'plan', 'doctor'].map((name) => ({
  id: `stdout/${name}, a device`,
  group: 'command line',
  what: `${name} into a device that takes nothing (/dev/full)`,
  expected: 'one message, exit code 3',
  gate: name === 'help',
  async run() {
    const script = '"$@" > /dev/full';
    const { code, stderr } = await program(['bash', '-c', script, 'lab', process.execPath, launcher, name]);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/The disk is full \(stdout\)/)]);
  },
}));

const REFUSED: Record<string, [args: () => string[], said: RegExp]> = {
  'a device for a file': [() => ['inspect', '--csv', '/dev/full'], /The disk is full \(\/dev\/full\)/],
  'one file for two results': [() => ['report', at('runs'), '--out', at('x'), '--csv', at('x')], /name one file/],
  'an empty prompt': [() => ['generate', '--prompt', ''], /The prompt is empty/],
  'steps without end': [() => ['train', '--steps', '1e999'], /got Infinity/],
};
const refused: Attempt[] = Object.entries(REFUSED).map(([id, [args, said]]) => ({
  id: `refused/${id}`,
  group: 'command line',
  what: `${id} on the command line`,
  expected: 'one message, exit code 2',
  gate: false,
  async run() {
    const { code, stderr } = await lab(args());
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
    expect(stderr).not.toContain('    at ');
  },
}));

attempts([...pipes, ...disks, ...interrupted, ...devices, ...refused]);

test('every command that there is has its rows', async () => {
  const { stdout } = await lab(['--help']);
  const names = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(15);
  const tried = new Set(COMMANDS.map(({ args }) => args()[0]));
  expect(names.filter((name) => !tried.has(name))).toEqual([]);
});
