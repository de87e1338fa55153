/** A queue of runs: what it makes of a file, what it remembers, and what it takes for the end of a run. */
import { describe, expect, it } from 'vitest';
import type { StoredRun } from '../../src/runs/stored-runs';
import { sweepOf } from '../../src/runs/sweep/file';
import {
  changed,
  continuable,
  nextIn,
  outcome,
  type Queued,
  queueOf,
  runningIn,
  storedQueue,
} from '../../src/ui/queue/queue';
import { EMPTY } from '../../src/ui/state/snapshot';
import { INITIAL, type LabState } from '../../src/ui/state/store';

const sweep = sweepOf(
  {
    name: 'two',
    doc: 'What?',
    variants: { first: { steps: 20 }, later: { steps: 40 } },
    grid: { seed: [0, 1] },
    when: [{ if: { variant: ['later'] }, from: 'first-{seed}' }],
  },
  'file',
);
const queue = queueOf(sweep);
const own: Queued = { ...queue.cells[0], state: 'running' };
const stored: StoredRun = {
  ...{ id: 'run-1', created: 0, steps: 7, total: 20, arm: 'antisd', label: '', done: null, checkpoint: 5 },
  ...{ unit: 'step', open: false, bytes: 1 },
};

it('has the cells that begin anew, as links, and counts the others', () => {
  expect(queue).toEqual({
    name: 'two',
    leftOut: 2,
    cells: [
      { id: 'first-0', query: 'steps=20', state: 'waiting', run: null, why: null },
      { id: 'first-1', query: 'steps=20&seed=1', state: 'waiting', run: null, why: null },
    ],
  });
});

it('takes them one after the other', () => {
  expect(nextIn(queue)?.id).toBe('first-0');
  const begun = changed(queue, 'first-0', { state: 'running' });
  expect(runningIn(begun)?.id).toBe('first-0');
  expect(nextIn(changed(begun, 'first-0', { state: 'done' }))?.id).toBe('first-1');
});

describe('a page that was closed', () => {
  it('left what was running cut off', () => {
    const text = JSON.stringify(changed(queue, 'first-0', { state: 'running', run: 'run-1' }));
    expect(storedQueue(text)?.cells.map(({ state, run }) => [state, run])).toEqual([
      ['cut', 'run-1'],
      ['waiting', null],
    ]);
  });

  it.each([null, '', '{', '{"name":3}', '{"name":"a","leftOut":0,"cells":[{"id":"a"}]}'])(
    'remembers nothing of %s',
    (text) => {
      expect(storedQueue(text)).toBeNull();
    },
  );

  it('goes on where a checkpoint is left, and only there', () => {
    const cut: Queued = { ...own, state: 'cut', run: 'run-1' };
    expect(continuable(cut, [stored])?.checkpoint).toBe(5);
    expect(continuable(cut, [{ ...stored, checkpoint: null }])).toBeNull();
    expect(continuable(cut, [{ ...stored, id: 'another' }])).toBeNull();
    expect(continuable(cut, null)).toBeNull();
  });
});

describe('the run on screen', () => {
  const lab = (state: Partial<LabState>): LabState => ({ ...INITIAL, source: 'live', run: 'run-1', ...state });
  const working = { ...EMPTY, stage: 'working' } as const;
  const done = (reason: 'finished' | 'stopped') =>
    lab({ snapshot: { ...EMPTY, stage: 'ended', done: { v: 1, type: 'done', step: 20, reason, seconds: 1 } } });

  it('is waited for while it is opened, and gives its name', () => {
    expect(outcome(own, lab({ asked: 'start' }), null)).toBeNull();
    expect(outcome(own, lab({ snapshot: working }), null)).toEqual({ run: 'run-1' });
    expect(outcome({ ...own, run: 'run-1' }, lab({ snapshot: working }), null)).toBeNull();
  });

  it('is done, or cut off by its Stop', () => {
    expect(outcome(own, done('finished'), null)).toEqual({ state: 'done', run: 'run-1' });
    expect(outcome(own, done('stopped'), null)).toEqual({ state: 'cut', run: 'run-1' });
  });

  it('failed where it could not be opened, with why, or by a fault', () => {
    expect(outcome(own, lab({ snapshot: EMPTY, run: null }), 'too large')).toEqual({
      state: 'failed',
      why: 'too large',
    });
    const fault = { kind: 'device-lost', message: 'gone', lastGoodStep: 3, resumable: true } as const;
    expect(outcome(own, lab({ snapshot: { ...EMPTY, stage: 'ended', fault } }), null)).toMatchObject({
      ...{ state: 'failed', why: 'gone', run: 'run-1' },
    });
  });

  it('failed where a stored one could not be opened, and what was on screen before still is', () => {
    const before = lab({ source: 'none', run: null, problem: 'damaged' });
    expect(outcome({ ...own, run: 'run-1' }, before, null)).toEqual({ state: 'failed', why: 'damaged' });
  });

  it('may be another: then this one is cut off', () => {
    expect(outcome({ ...own, run: 'run-0' }, lab({ snapshot: working }), null)?.state).toBe('cut');
  });
});
