import { taskOfModel, taskRow } from '../../data/tasks';
import { isSftConfig } from '../../settings/settings-sft';
import { stopReplay } from '../replay/player';
import { chosenConfig } from '../state/chosen';
import { EMPTY } from '../state/snapshot';
import { activityOf, isBusy, type LabState, useLab } from '../state/store';
import { askToOpen, forgetEvents } from '../trainer';
import type { Action } from './action';
import { giveUpData } from './giveUpData';

/** The built-in model of the form knows the words of its own task only, and the form has another of the lab's tasks. */
export function tasksOwner({ model, task }: Pick<LabState['draft'], 'model' | 'task'>): string | null {
  const own = taskOfModel(model);
  return own && taskRow(task) && task !== own.name ? own.label : null;
}

/** The form's own obstacle to a run, in words; null where there is none. */
export function whyNotReady(state: Pick<LabState, 'kind' | 'draft' | 'sft'>): string | null {
  const { kind, draft, sft } = state;
  const own = kind === 'rl' ? tasksOwner(draft) : null;
  if (own) return `Choose a model first: ${draft.model} knows the words of ${own} only.`;
  if (kind === 'sft' && sft.preview && 'refused' in sft.preview && !sft.preview.stopped)
    return 'Choose other examples or another model first: nothing can be learnt from these.';
  if (chosenConfig(state) === null) return 'A setting is wrong: its field says how.';
  return null;
}

/** Why there is no engine with a GPU now; null where there is one. */
export function whyNoEngine({ engine }: Pick<LabState, 'engine'>): string | null {
  if (engine.state === 'opening') return 'The GPU is being made ready.';
  if (engine.state === 'unavailable') return 'Training needs WebGPU.';
  return engine.state === 'failed' ? 'The engine has stopped.' : null;
}

/** What a control says that waits for a run’s end. */
export const BUSY = 'A run is going on.';
/** Why what is on screen cannot be left now; null where it can. */
export const whyBusy = (state: LabState): string | null => (isBusy(activityOf(state)) ? BUSY : null);

/** Why no run can be begun now; null where one can. */
export const whyNotStarted = (state: LabState): string | null =>
  whyNoEngine(state) ?? whyBusy(state) ?? whyNotReady(state);

export const canStart = (state: LabState): boolean => whyNotStarted(state) === null;

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
  const data = isSftConfig(config) ? config.data : config.task;
  askToOpen(
    { type: 'start', config, paused },
    ({ id }) => useLab.setState({ run: id }),
    // The message names the file where it is the file that cannot be used.
    ({ message }) => message.includes(data) && giveUpData(data, message),
  );
}

export const startRun: Action = {
  id: 'start',
  label: 'Start',
  enabled: canStart,
  whyNot: whyNotStarted,
  run: (state) => begin(state, false),
};
