/** The engine that trains: what its news change on the page, and how the page asks it. */
import type { Ask, CommandName, Failure, Reply } from '../engine/protocol';
import type { RunEvent } from '../runs/events';
import { type CallOptions, EngineLine, Lanes, type Told } from './engine';
import { afterProgress, useModels } from './models/store';
import { engineAfter, engineAfterRefusal } from './state/engine-state';
import { cutOff, fold } from './state/snapshot';
import { type LabState, useLab } from './state/store';
import { Viewing } from './state/viewing';
import { isGone } from './watch';

const viewing = new Viewing();

const told = (events: readonly RunEvent[]): Told[] => events.map((event) => ({ type: 'event', event }));

export const trainer = new EngineLine({
  news: (news) => useLab.setState((state) => afterNews(state, news)),
  admit(news) {
    if (news.type === 'event') return told(viewing.admit(news.event, performance.now()));
    return news.type === 'trouble' ? [...told(viewing.rest()), news] : [news];
  },
});

export const trainerLanes = new Lanes<'open' | 'describe' | 'look'>(trainer);

/** Asks, and takes the answer. What goes wrong is shown. */
export function ask<N extends CommandName>(
  command: Ask<N>,
  done: (reply: Reply<N>) => void = () => {},
  options: CallOptions<N> = {},
): void {
  if (command.type === 'step' || command.type === 'resume') viewing.next();
  trainer.call(command, options).then(done, showFailure).catch(showUnreadable);
}

/** Asks an engine that was just connected for its device, and what the browser keeps. */
export function openTrainer(): void {
  const onProgress: CallOptions<'open'>['onProgress'] = (progress) =>
    useLab.setState({ engine: { state: 'opening', progress } });
  trainer.call({ type: 'open' }, { onProgress }).catch((failure: Failure) => {
    useLab.setState({ ...engineAfterRefusal(failure), asked: null });
  });
  ask({ type: 'list-models' }, (cached) => useModels.setState({ cached }));
  ask({ type: 'list-runs' }, (runs) => useLab.setState({ runs })); // the newest may have been cut off
}

/** Opens a run. How far it is shows, and the lane stops it; `refused` hears of input that cannot be used. */
export function askToOpen<N extends 'start' | 'continue-run' | 'fork-run' | 'recover'>(
  command: Ask<N>,
  done: (reply: Reply<N>) => void = () => {},
  refused: (failure: Failure) => void = () => {},
): void {
  let begun = false;
  const ended = (): void => {
    useModels.setState({ loading: null });
    if (begun) ask({ type: 'list-models' }, (cached) => useModels.setState({ cached })); // a download has changed it
  };
  const onProgress: CallOptions<N>['onProgress'] = (loading) => {
    begun = true;
    useModels.setState((state) => afterProgress(state, loading));
  };
  const failed = (failure: Failure): void => {
    ended();
    showFailure(failure, begun);
    if (failure.refused) refused(failure);
  };
  trainerLanes
    .call('open', command, { onProgress })
    .then((reply) => {
      ended();
      done(reply);
    }, failed)
    .catch(showUnreadable);
}

/** What was answered is not as it should be: a record that was damaged, or written by another version. */
function showUnreadable(error: unknown): void {
  const cause = error instanceof Error ? error.message : String(error);
  useLab.setState({ problem: `What is stored cannot be shown: ${cause}`, asked: null });
}

/** Forgets events that were received for a snapshot that is being replaced. */
export function forgetEvents(): void {
  trainer.forgetEvents();
  viewing.next();
}

/** @param opening of a model, so that it can be tried again. */
export function showFailure(failure: Failure, opening = false): void {
  useLab.setState(afterFailure(failure));
  if (failure.refused) useModels.setState({ refused: { ...failure, again: opening } });
}

/** What was asked for does not come. What is shown with its remedies is no problem as well. */
export function afterFailure(failure: Failure): Partial<LabState> {
  const { kind, message, refused } = failure;
  if (kind === 'gone') return { asked: null }; // told as a trouble
  if (kind === 'unavailable') return { ...engineAfterRefusal(failure), asked: null };
  return { ...(refused ? {} : { problem: message }), asked: null };
}

/** What a frame's news change. */
export function afterNews(state: LabState, news: readonly Told[]): Partial<LabState> {
  const patch: { -readonly [K in keyof LabState]?: LabState[K] } = {};
  const events: RunEvent[] = [];
  for (const told of news) {
    Object.assign(patch, engineAfter(told));
    switch (told.type) {
      case 'event':
        events.push(told.event);
        break;
      case 'device':
        break;
      case 'trouble':
        if (told.trouble && isGone(told.trouble)) patch.asked = null; // of an engine that is gone nothing is waited for
        break;
      case 'runs':
        patch.runs = told.runs;
        break;
      case 'problem':
        patch.problem = told.message;
        break;
      case 'unloaded': // of the inspector
        break;
      default:
        told satisfies never;
    }
  }
  if (events.length > 0) {
    patch.snapshot = fold(state.snapshot, events);
    if (events.some(settles)) patch.asked = null;
  }
  if (patch.engine?.state === 'failed') patch.snapshot = cutOff(patch.snapshot ?? state.snapshot);
  return patch;
}

/** Events that settle what was asked: a pause came, a run began or ended. */
const settles = (event: RunEvent): boolean =>
  event.type === 'start' ||
  event.type === 'sft-start' ||
  event.type === 'done' ||
  event.type === 'fault' ||
  (event.type === 'phase' && event.phase === 'paused');
