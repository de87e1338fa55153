import type { PlacedFile } from '../../lab/sources/dropped';
import { takeFiles } from '../models/shelf';
import { activityOf, isBusy, useLab } from '../state/store';
import { changeSetting } from './changeSetting';
import { chooseModel } from './chooseModel';

/** Takes in files that were dropped or chosen: a model becomes the form's model, a data file its task. */
export function takeOwnFiles(files: readonly PlacedFile[]): void {
  const { taken, problem } = takeFiles(files);
  const busy = isBusy(activityOf(useLab.getState()));
  for (const { kind, name } of busy ? [] : taken) {
    if (kind === 'model') chooseModel(name);
    else if (kind === 'data') changeSetting('task', name);
  }
  const adapter = taken.find(({ kind }) => kind === 'adapter');
  const word = adapter ? 'The adapter can be chosen in the inspector.' : null;
  if (problem || word) useLab.setState({ problem: problem ?? word });
}
