/** The command line on disks that fail: run as a user runs it, with a fault in it or on a disk of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launcher, type Outcome } from '../setup/cli';
import type { Fault } from './faulty-disk.mjs';

/** A short run of nano; weights after it depend on every step. */
export const TRAIN = [
  ...['--problems', '2', '--group', '2', '--max-new-tokens', '8', '--steps', '4', '--eval-every', '0'],
  ...['--gate-warmup', '1', '--checkpoint-every', '1'],
];

export const weights = (run: string): Promise<Buffer> => readFile(join(run, 'final/model.safetensors'));

/** The environment of a process whose disk fails under `root`. */
export const faulty = (root: string, fault: Fault): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'faulty-disk.mjs'))}`,
  FAULT: JSON.stringify({ root, ...fault }),
});

/** A program, to its end; `meanwhile` may talk to it. */
export function program(
  [file, ...args]: string[],
  env: NodeJS.ProcessEnv = {},
  meanwhile: (child: ReturnType<typeof spawn>, stderr: string) => void = () => {},
  /** Killed after so many ms. */
  killAfter?: number,
): Promise<Outcome> {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    timeout: killAfter,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
    meanwhile(child, stderr);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

export const lab = (
  args: string[],
  env?: NodeJS.ProcessEnv,
  meanwhile?: (child: ReturnType<typeof spawn>, stderr: string) => void,
  killAfter?: number,
): Promise<Outcome> => program([process.execPath, launcher, ...args], env, meanwhile, killAfter);

/** Whether this machine lets a process have disks of its own. */
export function ownDisks(): boolean {
  try {
    execFileSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs a shell script that has /mnt for itself; LAB is the command line. */
export const onOwnDisk = (script: string): Promise<Outcome> =>
  program(['unshare', '-rm', 'sh', '-c', script], { LAB: `${process.execPath} ${launcher}` });
