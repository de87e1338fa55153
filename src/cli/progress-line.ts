/** How far downloads are, on one line of a terminal; in a log, a line for each file and each tenth. */
import { bytesText } from '../data/bytes';
import { visible } from '../data/visible';
import type { DownloadProgress } from '../library/sources/progress';
import { clock } from './command';
import { note } from './output';

export class ProgressLine {
  private last = '';
  private open = false;
  private readonly unchecked = new Set<string>();
  /** Why nothing is stored, once that is so. */
  inMemory: string | null = null;

  show(p: DownloadProgress): void {
    if (p.inMemory && this.inMemory === null) {
      this.inMemory = p.inMemory;
      this.end();
      note(`${p.inMemory}\n`);
    }
    if (p.unchecked && !this.unchecked.has(p.unchecked)) {
      this.unchecked.add(p.unchecked);
      this.end();
      note(`${p.unchecked}\n`);
    }
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${visible(this.text(p)).slice(0, (process.stderr.columns ?? 80) - 1)}\x1b[K`);
      this.open = true;
      return;
    }
    const tenth = p.size ? Math.floor((10 * p.received) / p.size) : 0;
    const mark = `${p.state} ${p.file} ${p.state === 'downloading' ? tenth : ''}`;
    if (mark === this.last) return;
    this.last = mark;
    note(`${this.text(p)}\n`);
  }

  private text(p: DownloadProgress): string {
    const of =
      p.totalSize === null
        ? ''
        : ` of ${bytesText(p.totalSize)} (${((100 * p.totalReceived) / Math.max(1, p.totalSize)).toFixed(0)} %)`;
    const head = `${p.file}: ${bytesText(p.totalReceived)}${of}`;
    if (p.state === 'waiting') return `${p.file}: waiting for another process that downloads this model`;
    if (p.state === 'checking') return `${head}, checking what is here`;
    if (p.state === 'retrying') return `${head}, trying again: ${p.reason}`;
    if (p.state === 'done' || p.rate <= 0) return head;
    const left = p.totalSize === null ? '' : `, ${clock((p.totalSize - p.totalReceived) / p.rate)} left`;
    return `${head}, ${bytesText(Math.round(p.rate))}/s${left}`;
  }

  /** Ends the line, so that what is written next begins a new one. */
  end(): void {
    if (this.open) process.stderr.write('\n');
    this.open = false;
  }
}
