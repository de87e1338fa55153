import { isNative, taskOfModel } from '../../data/tasks';
import { OWN_MODEL, presetConfig } from '../../settings/presets';
import type { Action } from './action';
import { fillForm } from './changeSetting';

/** Fills the form with what suits a model of one's own; the model stays. */
export const setUpOwnModel: Action = {
  id: 'set-up-own-model',
  label: 'Set the form up for this model',
  enabled: ({ draft }) => taskOfModel(draft.model) === null && isNative(draft.task),
  run: ({ draft }) => fillForm({ ...presetConfig(OWN_MODEL), model: draft.model }),
};
