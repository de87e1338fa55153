/** A sweep's runs as processes of the command line itself, so many at once: what ends one leaves the others alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { jsonObject } from '../data/json';
import { diskFiles } from '../host/files.node';
import { tryFolder } from '../host/folders.node';
import { fileError } from '../host/storage-error';
import { RunStore } from '../runs/run-store';
import type { Found } from '../runs/sweep/cells';
import type { Cell } from '../runs/sweep/file';
import { flagOf } from '../settings/setting';
import { EXIT, stopSignal } from './command';
import { runFiles } from './places';
import type { SweepTable } from './sweep-table';

/** Lines of a run's events that the table shows. */
const SHOWN = /^\{"crc":"\w+","v":\d+,"type":"(?:step|eval)",/;

export class SweepQueue {
  private readonly waiting: Found[];
  private readonly running = new Map<string, ChildProcess>();
  private readonly ended = new Set<string>();
  private code: number = EXIT.done;

  constructor(
    private readonly out: string,
    found: readonly Found[],
    private readonly jobs: number,
    private readonly table: SweepTable,
  ) {
    this.waiting = found.filter(({ standing }) => standing === 'new' || standing === 'cut');
    for (const { cell, standing } of found) if (standing === 'done') this.ended.add(cell.id);
  }

  /** Until all have ended, or a Ctrl-C has stopped them; gives the exit code. Throws StorageError where nothing can be stored. */
  async run(): Promise<number> {
    const stop = stopSignal(() => {
      for (const child of this.running.values()) child.kill('SIGINT');
    });
    await tryFolder(this.out);
    await Promise.all(Array.from({ length: this.jobs }, () => this.work(stop)));
    for (const { cell } of this.waiting) if (!stop.requested) this.table.failed(cell.id, `${cell.from} is not done`);
    return stop.requested ? EXIT.stopped : this.code;
  }

  /** One worker: the next cell whose beginning is there, until there is none; rests while others may still make one. */
  private async work(stop: { readonly requested: boolean }): Promise<void> {
    while (!stop.requested) {
      const at = this.waiting.findIndex(({ cell: { from } }) => from === null || this.ended.has(from));
      if (at < 0) {
        if (this.running.size === 0 || this.waiting.length === 0) return;
        await Promise.race([...this.running.values()].map((child) => new Promise((end) => child.once('close', end))));
        continue;
      }
      const [next] = this.waiting.splice(at, 1);
      await this.take(next);
    }
  }

  private async take({ cell, standing }: Found): Promise<void> {
    const args = standing === 'cut' ? ['--resume', join(this.out, cell.id)] : await this.fresh(cell);
    const code = await this.process(cell, args).catch((error) => {
      this.code = EXIT.failed;
      this.table.failed(cell.id, (fileError(error) as Error).message);
      return null;
    });
    if (code === null) return;
    if (code === EXIT.done) {
      this.ended.add(cell.id);
      this.table.done(cell.id);
    } else if (code !== EXIT.stopped) {
      this.code = EXIT.failed;
      const log = await readFile(this.logOf(cell), 'utf8').catch(() => '');
      this.table.failed(cell.id, log.trim().split('\n').at(-1) || `it ended with code ${code}`);
    }
  }

  /** All settings by name: what a fork would take from its beginning is said too. */
  private async fresh({ id, config, from }: Cell): Promise<string[]> {
    const store = new RunStore(runFiles(join(this.out, id)));
    if (!(await store.isEmpty())) await store.clear(); // a fork that was killed before it was a run
    const settings = Object.entries(config).map(([name, value]) => `--${flagOf(name)}=${value ?? ''}`);
    return [...settings, '--out', store.where, ...(from === null ? [] : ['--fork', join(this.out, from)])];
  }

  private logOf = ({ id }: Cell): string => join(this.out, 'logs', `${id}.txt`);

  /** Its exit code. Rejects where it cannot be begun: no file for its words, or settings that are too long to be given. */
  private async process(cell: Cell, args: readonly string[]): Promise<number> {
    await diskFiles(this.out).append(`logs/${cell.id}.txt`, '');
    const log = openSync(this.logOf(cell), 'a');
    const [, program] = process.argv;
    let child: ChildProcess;
    try {
      // In a group of its own: a Ctrl-C reaches it once, from here.
      child = spawn(process.execPath, [...process.execArgv, program, 'train', '--json', ...args], {
        detached: true,
        stdio: ['ignore', 'pipe', log],
      });
    } finally {
      closeSync(log);
    }
    this.running.set(cell.id, child);
    this.table.begun(cell.id);
    createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> }).on('line', (line) => {
      const event = SHOWN.test(line) ? jsonObject(line) : undefined; // a run that is killed leaves half a line
      if (event) this.table.told(cell.id, event as Parameters<SweepTable['told']>[1]);
    });
    return new Promise((resolve) => {
      child.once('error', () => resolve(EXIT.failed));
      child.once('close', (code) => {
        this.running.delete(cell.id);
        resolve(code ?? EXIT.failed);
      });
    });
  }
}
