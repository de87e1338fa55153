import type { PlacedFile } from '../../library/sources/dropped';
import { takeFiles } from '../models/shelf';
import { useModels } from '../models/store';
import { activityOf, isBusy, useLab } from '../state/store';
import { changeSetting } from './changeSetting';
import { changeSftSetting } from './changeSftSetting';
import { chooseModel } from './chooseModel';
import { chooseSftModel } from './chooseSftModel';

/** Takes in files that were dropped or chosen: a model becomes the form's model, a data file its task or examples. */
export function takeOwnFiles(files: readonly PlacedFile[]): void {
  const { taken, problem } = takeFiles(files);
  const state = useLab.getState();
  const supervised = state.kind === 'sft';
  const busy = isBusy(activityOf(state));
  for (const { kind, name } of busy ? [] : taken) {
    if (kind === 'model') (supervised ? chooseSftModel : chooseModel)(name);
    else if (kind === 'data') supervised ? changeSftSetting('data', name) : changeSetting('task', name);
  }
  const word = busy
    ? 'A run is going; what was dropped can be chosen when it has ended.'
    : taken.some(({ kind }) => kind === 'adapter')
      ? 'The adapter can be chosen in the inspector.'
      : null;
  useLab.setState({ problem: problem ?? word }); // what was said of files before is over
  useModels.setState({ refused: null });
}
