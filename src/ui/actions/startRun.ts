import { stopReplay } from '../replay/player';
import { chosenConfig } from '../state/chosen';
import { EMPTY } from '../state/snapshot';
import { activityOf, isBusy, type LabState, useLab } from '../state/store';
import { askToOpen, forgetEvents } from '../trainer';
import type { Action } from './action';

export const canStart = (state: LabState): boolean =>
  state.engine.state === 'ready' && !isBusy(activityOf(state)) && chosenConfig(state) !== null;

/** Replaces what is on screen by a new run with the form's settings. `paused`: load, then wait. */
export function begin(state: LabState, paused: boolean): void {
  const config = chosenConfig(state);
  if (config === null) return;
  stopReplay();
  forgetEvents();
  useLab.setState({
    source: 'live',
    snapshot: EMPTY,
    asked: 'start',
    run: null,
    continuing: null,
    problem: null,
    picked: null,
    held: null,
  });
  askToOpen({ type: 'start', config, paused }, ({ id }) => useLab.setState({ run: id }));
}

export const startRun: Action = {
  id: 'start',
  label: 'Start',
  enabled: canStart,
  run: (state) => begin(state, false),
};
