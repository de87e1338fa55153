/** Makes a queue's runs, by the same commands as the buttons. */

import { create } from 'zustand';
import type { Sweep } from '../../runs/sweep/file';
import { configFromQuery } from '../../settings/config';
import { continueRun } from '../actions/continueRun';
import { begin } from '../actions/startRun';
import { useModels } from '../models/store';
import { remember, remembered } from '../remembered';
import { draftOf } from '../state/draft';
import { activityOf, isBusy, type LabState, useLab } from '../state/store';
import { ask } from '../trainer';
import { changed, continuable, NO_QUEUE, nextIn, outcome, type Queue, queueOf, runningIn, storedQueue } from './queue';

const KEY = 'antisd-queue';

interface Going {
  readonly queue: Queue;
  /** Whether the next run is begun when one has ended. */
  readonly going: boolean;
}

export const useQueue = create<Going>(() => ({ queue: NO_QUEUE, going: false }));

/** A stored run that is being opened: it opens paused. */
let resumes = false;
/** The run that ended last, and the list of runs when it did. */
let ended: { readonly run: string | null; readonly runs: LabState['runs'] } | null = null;

/** The engine has put it away: it was listed anew, or stands in the list as done, which may come together with its end. */
const isPutAway = ({ runs }: LabState): boolean =>
  ended === null ||
  runs !== ended.runs ||
  (runs ?? []).some((r) => r.id === ended?.run && 'done' in r && r.done !== null);

/** From what this browser remembers. Call once. */
export function openQueue(): void {
  const queue = storedQueue(remembered(KEY) ?? null);
  if (queue) useQueue.setState({ queue });
  useQueue.subscribe(({ queue: now }, { queue: before }) => {
    if (now !== before) remember(KEY, now.cells.length === 0 ? null : JSON.stringify(now));
  });
  useLab.subscribe(follow);
}

export function enqueue(sweep: Sweep): void {
  useQueue.setState({ queue: queueOf(sweep), going: false });
}

/** Begins the next run now, or when the one on screen has ended; what failed is tried again. */
export function goOn(): void {
  useQueue.setState(({ queue }) => ({
    going: true,
    queue: {
      ...queue,
      cells: queue.cells.map((c) => (c.state === 'failed' ? { ...c, state: c.run ? 'cut' : 'waiting', why: null } : c)),
    },
  }));
  ended = null;
  follow(useLab.getState());
}

/** The running run goes on, and none after it. */
export const hold = (): void => useQueue.setState({ going: false });

export const clearQueue = (): void => useQueue.setState({ queue: NO_QUEUE, going: false });

function follow(lab: LabState): void {
  const { queue, going } = useQueue.getState();
  const own = runningIn(queue);
  if (own) {
    const change = outcome(own, lab, useModels.getState().refused?.message ?? null);
    if (change) {
      const goesOn = change.state === undefined || change.state === 'done';
      if (change.state === 'done') ended = { run: own.run, runs: lab.runs };
      useQueue.setState({ queue: changed(queue, own.id, change), going: going && goesOn });
    }
    if (resumes && activityOf(lab) === 'paused' && lab.run === own.run) {
      resumes = false;
      ask({ type: 'resume' });
    }
    if (change?.state !== 'done') return;
  }
  const isFree = lab.engine.state === 'ready' && !isBusy(activityOf(lab)) && isPutAway(lab);
  if (going && isFree) queueMicrotask(beginNext);
}

function beginNext(): void {
  const lab = useLab.getState();
  const { queue, going } = useQueue.getState();
  const next = nextIn(queue);
  if (!going || runningIn(queue) || isBusy(activityOf(lab))) return;
  if (!next) {
    useQueue.setState({ going: false });
    return;
  }
  ended = null;
  const stored = continuable(next, lab.runs);
  resumes = stored !== null;
  useModels.setState({ refused: null });
  if (stored) continueRun(stored.id);
  else {
    useLab.setState({ kind: 'rl', draft: draftOf(configFromQuery(next.query)) });
    begin(useLab.getState(), false);
  }
  // Only now: until it was asked for, what is on screen is the run before.
  useQueue.setState({ queue: changed(queue, next.id, { state: 'running', why: null, run: stored?.id ?? null }) });
}
