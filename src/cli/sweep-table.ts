/** How far a sweep is: a table on a terminal, in a log a line for what has happened. */
import { visible } from '../data/visible';
import { type Found, STANDING_WORDS, stepsLeft } from '../runs/sweep/cells';
import { clock } from './command';
import { note } from './output';

interface Row {
  readonly id: string;
  readonly steps: number;
  step: number;
  state: string;
  accuracy: number | null;
}

/** Rows of a terminal that the table leaves free. */
const MARGIN = 4;

/** How many cells, in words. */
export const cellsText = (n: number): string => (n === 1 ? '1 cell' : `${n} cells`);

export class SweepTable {
  private readonly rows: Map<string, Row>;
  private readonly began = performance.now();
  /** Steps that were to be made, and that were. */
  private readonly due: number;
  private made = 0;
  private drawn = 0;

  constructor(
    found: readonly Found[],
    private readonly jobs: number,
  ) {
    const row = ({ cell, standing, step }: Found): [string, Row] => [
      cell.id,
      { id: cell.id, steps: cell.config.steps, step, state: STANDING_WORDS[standing], accuracy: null },
    ];
    this.rows = new Map(found.map(row));
    this.due = found.reduce((sum, each) => sum + stepsLeft(each), 0);
    const { length } = found.filter(({ standing }) => standing === 'done');
    note(`${cellsText(found.length)}, ${length} done, ${this.due} steps to go, ${jobs} at once\n`);
  }

  begun(id: string): void {
    this.set(id, { state: 'running' }, 'begins');
  }

  /** A step or an evaluation of a running cell. */
  told(id: string, event: { type: string; step: number; accuracy: number }): void {
    const row = this.rows.get(id) as Row;
    if (event.type === 'step') {
      this.made += Math.max(0, event.step - row.step);
      this.set(id, { step: Math.max(row.step, event.step) }, null);
    } else
      this.set(
        id,
        { accuracy: event.accuracy },
        `step ${event.step} of ${row.steps}, accuracy ${event.accuracy.toFixed(3)}`,
      );
  }

  done(id: string): void {
    this.set(id, { state: 'done' }, 'done');
  }

  failed(id: string, why: string): void {
    this.set(id, { state: `failed: ${why}` }, `failed: ${why}`);
  }

  end(): void {
    this.draw();
    this.drawn = 0;
  }

  private set(id: string, change: Partial<Row>, words: string | null): void {
    Object.assign(this.rows.get(id) as Row, change);
    if (process.stderr.isTTY) this.draw();
    else if (words !== null) note(`${id}: ${words}${this.left()}\n`);
  }

  /** From the steps that were made here, so many at once as there were. */
  private left(): string {
    if (this.made === 0 || this.made >= this.due) return '';
    const seconds = (performance.now() - this.began) / 1000;
    return `; ${clock((seconds / this.made) * (this.due - this.made))} left`;
  }

  /** In the place of what was drawn before. Of a long table those that run, and what is next to them. */
  private draw(): void {
    if (!process.stderr.isTTY) return;
    const { columns = 80, rows: height = 24 } = process.stderr;
    const rows = [...this.rows.values()];
    const first = Math.max(0, rows.findIndex(({ state }) => state === 'running') - 1);
    const most = Math.max(3, height - MARGIN);
    const shown = rows.length <= most ? rows : rows.slice(Math.min(first, rows.length - most)).slice(0, most);
    const width = Math.max(...shown.map(({ id }) => id.length));
    const line = ({ id, step, steps, state, accuracy }: Row) =>
      `${id.padEnd(width)} ${`${step}/${steps}`.padStart(11)}  ${accuracy === null ? '     ' : accuracy.toFixed(3)}  ${state}`;
    const count = (wanted: string) => rows.filter(({ state }) => state.startsWith(wanted)).length;
    const foot = `${count('done')} of ${rows.length} done, ${count('failed')} failed, ${this.made} of ${this.due} steps, ${this.jobs} at once${this.left()}`;
    const text = [...shown.map(line), foot].map((l) => `${visible(l).slice(0, columns - 1)}\x1b[K\n`).join('');
    process.stderr.write(`${this.drawn > 0 ? `\x1b[${this.drawn}A` : ''}${text}`);
    this.drawn = shown.length + 1;
  }
}
