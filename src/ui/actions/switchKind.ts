/** From reinforcement to supervised runs and back. A live run stays on screen; a replay gives way to that of the other kind. */

import { stopReplay } from '../replay/player';
import { playRecorded } from '../replay/recorded';
import { EMPTY } from '../state/snapshot';
import { activityOf, isBusy, type RunKind, useLab } from '../state/store';
import { forgetEvents } from '../trainer';
import { followInAddress } from './followInAddress';

export function switchKind(kind: RunKind): void {
  const state = useLab.getState();
  if (state.kind === kind || isBusy(activityOf(state))) return;
  useLab.setState({ kind });
  followInAddress();
  if (state.source === 'live') return;
  stopReplay();
  forgetEvents();
  useLab.setState({ source: 'none', snapshot: EMPTY, picked: null, held: null });
  void playRecorded();
}
