/** Events as lines: of this version and of earlier ones, and the page's own recording. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rowOf } from '../../src/antisd/signals';
import { eventLine, linesOf, readEvent, readLog } from '../../src/runs/event-lines';
import type { RunEventOf } from '../../src/runs/events';
import { sealed } from '../../src/runs/sealed';
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

it.each<[what: string, event: unknown]>([
  ['null', null],
  ['a list', []],
  ['of a later version', { v: 2, type: 'done', step: 1, reason: 'finished', seconds: 1 }],
  ['of no type', { v: 1, step: 1 }],
  ['of a type that every object has', { v: 1, type: 'constructor' }],
  ['whose reason is none', { v: 1, type: 'done', step: 1, reason: 'tired', seconds: 1 }],
  ['a start without a device', { v: 1, type: 'start', config: {}, memory: {}, parameters: 1, resumedFrom: null }],
  ['a step whose reward is a text', { v: 1, type: 'step', step: 1, eta: 1, reward: '1' }],
  ['a step whose shares are a list', { v: 1, type: 'step', step: 1, eta: 1, contextShares: [1] }],
  ['signals without rollouts', { v: 1, type: 'signals', step: 1 }],
  ['signals with a rollout of null', { v: 1, type: 'signals', step: 1, rollouts: [null] }],
  ['a verdict of half its figures', { v: 1, type: 'checked', step: 1, selfTest: { passed: 70, failed: [] } }],
  ['a change of what is no setting', { v: 1, type: 'change', step: 1, patch: { lambada: 1 } }],
  ['a change to an impossible value', { v: 1, type: 'change', step: 1, patch: { lambda: -1 } }],
  ['a table of null', { v: 1, type: 'tokens-table', step: 1, rows: [null] }],
])('%s is no event: its line is named, and the others are read', (_, event) => {
  const whole = eventLine(fakeRun(1)[0]);
  const line = event === null || Array.isArray(event) ? JSON.stringify(event) : sealed(event as object);
  const { events, damaged } = readLog(utf8(`${whole}${line}\n${whole}`));
  expect({ events: events.length, damaged }).toEqual({ events: 2, damaged: [2] });
});

it('a log of line ends and nothing else is refused before it fills the memory; blank lines of a short one are told', () => {
  const ends = (n: number) => new Uint8Array(n).fill(10);
  expect(() => linesOf(ends(4), 3)).toThrow(/The log has more than the 3 lines that are read \(events\.jsonl\)/);
  expect(linesOf(ends(3), 3)).toHaveLength(3);
  expect(readLog(ends(3))).toEqual({ events: [], damaged: [1, 2, 3], torn: false });
});
