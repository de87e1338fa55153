/** What a command prints reaches its reader, however slowly it reads; a reader that goes away ends the command quietly. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const launcher = join(import.meta.dirname, '../../bin/lab.mjs');
/** Node's pipes hold this much before their writer has to wait. */
const PIPE = 65_536;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-pipes-'));
  const row = (seed: number) => Array.from({ length: 160 }, (_, i) => 4 + ((i * 7 + seed) % 60));
  await writeFile(
    join(folder, 'tokens.json'),
    JSON.stringify({ tokens: Array.from({ length: 40 }, (_, i) => row(i)) }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `lab ARGS | READER` in a shell, and the command's own exit code. */
async function piped(args: string, reader: string): Promise<{ stdout: string; code: number }> {
  const script = `'${process.execPath}' '${launcher}' ${args} 2>'${folder}/stderr' | ${reader}; echo "code \${PIPESTATUS[0]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { maxBuffer: 1 << 26 });
  const [, text, code] = /^([\s\S]*)code (\d+)\n$/.exec(stdout) ?? [];
  return { stdout: text, code: Number(code) };
}

/** Same input, same bytes; the first is longer than a pipe holds. */
const COMMANDS = [
  ['score', () => `score --tokens '${folder}/tokens.json'`],
  ['inspect --json', () => 'inspect --json'],
  ['plan --json', () => 'plan --memory 8 --json'],
  ['tokens', () => 'tokens --problems 4 --samples 2 --at-least 1'],
] as const;

describe.each(COMMANDS)('%s', (_, args) => {
  it('is read whole by a reader that begins late', async () => {
    const [file, slow] = [await piped(args(), 'cat'), await piped(args(), '(sleep 1; cat)')];
    expect([file.code, slow.code]).toEqual([0, 0]);
    expect(slow.stdout.length).toBeGreaterThan(40);
    expect(slow.stdout).toBe(file.stdout);
  });

  it('ends quietly where the reader takes one line', async () => {
    const { stdout, code } = await piped(args(), 'head -1');
    expect([stdout.split('\n').length, code]).toEqual([2, 0]);
  });
});

it('prints more than a pipe holds', async () => {
  expect((await piped(COMMANDS[0][1](), '(sleep 1; cat)')).stdout.length).toBeGreaterThan(2 * PIPE);
});

it('a run whose reader went away is saved', async () => {
  const run = join(folder, 'run');
  const { stdout, code } = await piped(`train --steps 60 --eval-every 0 --json --out '${run}'`, 'head -1');
  expect([JSON.parse(stdout).type, code]).toEqual(['start', 130]);
  expect((await readdir(join(run, 'checkpoints'))).length).toBe(1);
});
