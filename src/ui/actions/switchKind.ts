/** From reinforcement to supervised runs and back. */
import { playRecordedOf } from '../replay/recorded';
import { activityOf, isBusy, type RunKind, useLab } from '../state/store';
import { followInAddress } from './followInAddress';

export function switchKind(kind: RunKind): void {
  const state = useLab.getState();
  if (state.kind === kind || isBusy(activityOf(state))) return;
  useLab.setState({ kind });
  followInAddress(true);
  playRecordedOf();
}
