/** The queue that makes its runs: what it takes for the sign that the engine has put one away. */
import { expect, it } from 'vitest';
import type { StoredRun } from '../../src/runs/stored-runs';
import { sweepOf } from '../../src/runs/sweep/file';
import { queueOf } from '../../src/ui/queue/queue';
import { openQueue, useQueue } from '../../src/ui/queue/queue-runner';
import { EMPTY } from '../../src/ui/state/snapshot';
import { INITIAL, useLab } from '../../src/ui/state/store';
import { ownPage } from '../setup/page-state';
import { FAKE_DEVICE } from './fake-events';

ownPage();
openQueue();

const stored: StoredRun = {
  ...{ id: 'run-1', created: 0, steps: 20, total: 20, arm: 'antisd', label: '', done: 'finished', checkpoint: 20 },
  ...{ unit: 'step', open: false, bytes: 1 },
};
const queue = queueOf(sweepOf({ name: 'two', doc: 'What?', grid: { seed: [0, 1] } }, 'file'));
const states = () => useQueue.getState().queue.cells.map(({ state }) => state);

it.each([
  ['together', [stored], [stored]],
  ['before the list that has it', [], [stored]],
  ['before a list, in a browser that stores nothing', [], []],
])('begins the next run where the end comes %s', async (_, atTheEnd, after) => {
  const [first, second] = queue.cells;
  useQueue.setState({
    queue: { ...queue, cells: [{ ...first, state: 'running', run: 'run-1' }, second] },
    going: true,
  });
  const done = { reason: 'finished', steps: 20 } as const;
  const ended = { ...EMPTY, stage: 'ended', done } as unknown as typeof EMPTY;
  const engine = { state: 'ready', device: FAKE_DEVICE } as const;
  useLab.setState({ ...INITIAL, engine, source: 'live', run: 'run-1', snapshot: ended, runs: atTheEnd });
  await Promise.resolve();
  expect(states()).toEqual(['done', atTheEnd.length > 0 ? 'running' : 'waiting']);
  useLab.setState({ runs: [...after] });
  await Promise.resolve();
  expect(states()[1]).not.toBe('waiting');
});
