/**
 * Events as lines of JSON, in events.jsonl, on the CLI's stdout and in the page's recordings, and back again. All is as it
 * is told but 'signals' and 'probe': their columns lie in the rollouts, as lists of numbers, and alternatives are left out. Lines of
 * earlier versions, which lack ids and the method's facts, are read by the same function.
 */
import { columnsIn, newSignals, rowsOf, type SometimesName } from '../antisd/signals';
import { sum } from '../antisd/statistics';
import { BOUNDS } from '../data/bounds';
import { BadInput } from '../data/errors';
import { parseStoredEvent, type StoredRollout, type StoredSignals } from './event-schema';
import type { RunEvent, RunEventOf, ToldRollout } from './events';
import { Damage, isIntact, sealed, unseal } from './sealed';

/** Enough digits to recompute u and to draw it; a third of the bytes. */
export const short = (x: number): number => Number(x.toPrecision(6));

/** The line of an event, with its checksum and its line break. */
export const eventLine = (event: RunEvent): string => `${sealed(isScored(event) ? stored(event) : event)}\n`;

const isScored = <E extends { readonly type: string }>(event: E): event is E & { readonly type: 'signals' | 'probe' } =>
  event.type === 'signals' || event.type === 'probe';

function stored({ signals, rollouts, ...event }: RunEventOf<'signals'> | RunEventOf<'probe'>): StoredSignals {
  const rows = rowsOf(signals).map(({ ids, ...columns }, i) => {
    const { alternatives: _, ...told } = rollouts[i];
    const lists = columnsIn(columns).map(([name, values]) => [name, Array.from(values, short)]);
    return { ...told, ids: Array.from(ids), ...Object.fromEntries(lists) } as StoredRollout;
  });
  return { ...event, rollouts: rows };
}

/** The event of a line's JSON, of this version or an earlier one. Throws Damage for anything else. */
export function readEvent(json: unknown): RunEvent {
  const event = parseStoredEvent(json);
  if (!isScored(event)) return event;
  const told: ToldRollout[] = [];
  const lists = event.rollouts.map(({ ids, s, t, w, v, u, H_S, H_T, phi, advantage, term, ...rollout }) => {
    told.push(rollout);
    return { ids: ids ?? rollout.tokens.map(() => 0), columns: { s, t, w, v, u, H_S, H_T, phi, advantage, term } };
  });
  const whole = (name: SometimesName) =>
    lists.some(({ columns }) => columns[name]) ? new Float32Array(sum(lists.map((l) => l.ids.length))) : undefined;
  const signals = newSignals(
    lists.map(({ ids }) => ids),
    { w: whole('w'), v: whole('v') },
  );
  for (const [i, row] of rowsOf(signals).entries())
    for (const [name, values] of columnsIn(row)) values.set(lists[i].columns[name] ?? []);
  return { ...event, rollouts: told, signals };
}

export interface ReadLog {
  readonly events: RunEvent[];
  /** Numbers, from 1, of the lines that are not as they were written: no event is made of them. */
  readonly damaged: readonly number[];
  /** Whether it ends within a line. */
  readonly torn: boolean;
}

/** Events of which a page shows the last one only; they are most of a log. */
const SHOWN_ONCE = ['signals', 'eval-samples', 'tokens-table', 'sft-tokens'];
/** Those of which a comparison of runs has no use. */
const UNCOMPARED = ['signals', 'sft-tokens', 'gate', 'phase', 'checkpoint', 'sample'];
/** What a line of an earlier version, which has no checksum, begins with. */
const EARLIER = '{"v":';
export const LINE_BREAK = 10;
const BRACE = 0x7b;

/** The JSON of a line. Throws Damage. */
export const unsealLine = (line: Uint8Array): unknown => unseal(line, EARLIER);

/**
 * The events of a log; 'shown once': without those that a later one replaces; 'compared': of those, what comparisons use,
 * without a look at the rest, which is most of a log: 'damaged' says nothing of it. Throws BadInput for more lines than a log has.
 */
export function readLog(bytes: Uint8Array, kept: 'all' | 'shown once' | 'compared' = 'all'): ReadLog {
  const lines = linesOf(bytes);
  const events: RunEvent[] = [];
  const damaged: number[] = [];
  const shown = new Set<string>();
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i];
    if (line[0] !== BRACE) {
      damaged.push(i + 1);
      continue;
    }
    const type = kept === 'all' ? '' : typeOf(line);
    try {
      if (kept === 'compared' && (shown.has(type) || UNCOMPARED.includes(type))) continue;
      if (shown.has(type) && isIntact(line, EARLIER)) continue;
      events.push(readEvent(unsealLine(line)));
      if (SHOWN_ONCE.includes(type)) shown.add(type);
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      damaged.push(i + 1);
    }
  }
  return { events: events.reverse(), damaged: damaged.reverse(), torn: (bytes.at(-1) ?? LINE_BREAK) !== LINE_BREAK };
}

/** Whole lines without their breaks; what follows the last break is no line. Throws BadInput for more than `most`. */
export function linesOf(bytes: Uint8Array, most = BOUNDS.logLines, where = 'events.jsonl'): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let from = 0; ; ) {
    const end = bytes.indexOf(LINE_BREAK, from);
    if (end < 0) return lines;
    if (lines.length === most)
      throw new BadInput(
        `The log has more than the ${most} lines that are read`,
        where,
        'It is not what was logged: restore it, or leave this run out.',
      );
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
}

/** The type that a line says its event has, without reading the rest. */
export const typeOf = (line: Uint8Array): string =>
  /^\{(?:"crc":"[^"]*",)?"v":\d+,"type":"([\w-]+)"/.exec(new TextDecoder().decode(line.subarray(0, 80)))?.[1] ?? '';
