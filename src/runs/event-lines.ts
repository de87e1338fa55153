/**
 * Events as lines of JSON, in events.jsonl, on the CLI's stdout and in the page's recordings, and back again. All is as it
 * is told but 'signals': its columns lie in the rollouts, as lists of numbers, and alternatives are left out. Lines of
 * earlier versions, which lack ids and the method's facts, are read by the same function.
 */
import { type ColumnName, columnsIn, newSignals, rowsOf } from '../antisd/signals';
import { sum } from '../antisd/statistics';
import type { RunEvent, RunEventOf, ToldRollout } from './events';

/** Enough digits to recompute u and to draw it; a third of the bytes. */
export const short = (x: number): number => Number(x.toPrecision(6));

type StoredRollout = ToldRollout & { ids?: number[] } & Record<ColumnName, number[]> & { w?: number[] };
type StoredSignals = Omit<RunEventOf<'signals'>, 'signals' | 'rollouts'> & { rollouts: StoredRollout[] };
/** An event as its line has it. */
export type StoredEvent = Exclude<RunEvent, { type: 'signals' }> | StoredSignals;

/** The line of an event, with its line break. */
export const eventLine = (event: RunEvent): string =>
  `${JSON.stringify(event.type === 'signals' ? stored(event) : event)}\n`;

function stored({ signals, rollouts, ...event }: RunEventOf<'signals'>): StoredSignals {
  const rows = rowsOf(signals).map(({ ids, ...columns }, i) => {
    const { alternatives: _, ...told } = rollouts[i];
    const lists = columnsIn(columns).map(([name, values]) => [name, Array.from(values, short)]);
    return { ...told, ids: Array.from(ids), ...Object.fromEntries(lists) } as StoredRollout;
  });
  return { ...event, rollouts: rows };
}

/** The event of a line's JSON, of this version or an earlier one. */
export function readEvent(event: StoredEvent): RunEvent {
  if (event.type !== 'signals') return event;
  const told: ToldRollout[] = [];
  const lists = event.rollouts.map(({ ids, s, t, w, u, H_S, H_T, phi, advantage, term, ...rollout }) => {
    told.push(rollout);
    return { ids: ids ?? rollout.tokens.map(() => 0), columns: { s, t, w, u, H_S, H_T, phi, advantage, term } };
  });
  const contrast = lists.some(({ columns }) => columns.w)
    ? new Float32Array(sum(lists.map((l) => l.ids.length)))
    : undefined;
  const signals = newSignals(
    lists.map(({ ids }) => ids),
    { w: contrast },
  );
  for (const [i, row] of rowsOf(signals).entries())
    for (const [name, values] of columnsIn(row)) values.set(lists[i].columns[name] ?? []);
  return { ...event, rollouts: told, signals };
}

/** Whole lines of a log; a last line that was cut short is left out. */
export function parseEvents(text: string): RunEvent[] {
  const lines = text.split('\n');
  lines.pop(); // what follows the last line break: nothing, or a line that was never finished
  return lines.map((line) => readEvent(JSON.parse(line) as StoredEvent));
}
