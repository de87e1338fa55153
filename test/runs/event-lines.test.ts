/** Events as lines: of this version and of earlier ones, and the page's own recording. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rowOf } from '../../src/antisd/signals';
import { eventLine, readEvent, readLog } from '../../src/runs/event-lines';
import type { RunEventOf } from '../../src/runs/events';
import { utf8 } from '../setup/checkpoints';
import { fakeRun, fakeSignals } from '../ui/fake-events';

const read = (line: string) => readLog(utf8(line)).events[0];

describe('a line', () => {
  it('is read back as it was told, but for the alternatives', () => {
    for (const event of fakeRun(2)) {
      const line = eventLine(event);
      expect(line.endsWith('\n')).toBe(true);
      expect(eventLine(read(line))).toBe(line);
      if (event.type !== 'signals') expect(read(line)).toEqual(event);
    }
    const told = fakeSignals(1);
    const rollouts = told.rollouts.map(({ alternatives: _, ...r }) => r);
    expect(read(eventLine(told)).type).toBe('signals');
    expect((read(eventLine(told)) as typeof told).rollouts).toEqual(rollouts);
  });

  it('of signals has its columns in the rollouts, as numbers of six digits', () => {
    const line = JSON.parse(eventLine(fakeSignals(1, 2, 2)));
    expect(Object.keys(line)).toEqual(['crc', 'v', 'type', 'step', 'rollouts']);
    for (const r of line.rollouts) {
      expect(r.u).toHaveLength(r.tokens.length);
      for (const x of r.u) expect(String(x)).toBe(String(Number(x.toPrecision(6))));
    }
  });

  it('of an earlier version lacks ids and the method, and is read all the same', () => {
    const column = [-0.5, -1.25];
    const columns = {
      s: column,
      t: column,
      u: [0, 0],
      H_S: column,
      H_T: column,
      phi: [0, 0],
      advantage: [1, 1],
      term: [0, 0],
    };
    const facts = {
      problem: 'p',
      group: 0,
      question: 'q',
      reward: 1,
      reason: 'right',
      truncated: false,
      context: 'dataset',
    };
    const line = { v: 1, type: 'signals', step: 3, rollouts: [{ ...facts, tokens: ['a', 'b'], ...columns }] };
    const event = readEvent(line) as RunEventOf<'signals'>;
    expect(event.method).toBeUndefined();
    expect(event.rollouts).toEqual([{ ...facts, tokens: ['a', 'b'] }]);
    expect(rowOf(event.signals, 0)).toMatchObject({ s: Float32Array.from(column), ids: new Uint32Array(2) });
  });
});

it('the recording of an earlier version is whole', () => {
  const file = join(import.meta.dirname, '../../public/recorded/two-cards-antisd.json');
  const { events } = JSON.parse(readFileSync(file, 'utf8')) as { events: unknown[] };
  const scored = events.map(readEvent).filter((e): e is RunEventOf<'signals'> => e.type === 'signals');
  expect(scored.length).toBeGreaterThan(10);
  for (const { rollouts, signals } of scored)
    expect(signals.u).toHaveLength(rollouts.reduce((n, r) => n + r.tokens.length, 0));
});
