import { taskOfModel, taskRow } from '../../data/tasks';
import { confirmName } from '../models/shelf';
import { useLab } from '../state/store';
import { changeSetting } from './changeSetting';

/** The person chose a model: its source may be asked what it is; one of the lab's own brings the task that it knows. */
export function chooseModel(name: string): void {
  confirmName(name);
  changeSetting('model', name);
  const own = taskOfModel(name);
  if (own && taskRow(useLab.getState().draft.task)) changeSetting('task', own.name);
}

/** The person chose a task: one that only a model of the lab's knows takes the place of another of these with it. */
export function chooseTask(name: string): void {
  changeSetting('task', name);
  const row = taskRow(name);
  if (row?.kind === 'native' && taskOfModel(useLab.getState().draft.model)) changeSetting('model', row.model);
}
