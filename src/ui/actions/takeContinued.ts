import type { LabMessage } from '../../engine/protocol';
import { isSftConfig } from '../../settings/settings-sft';
import { forgetEvents } from '../bridge';
import { stopReplay } from '../replay/player';
import { sftDraftOf } from '../sft/form';
import { draftOf } from '../state/draft';
import { EMPTY, fold } from '../state/snapshot';
import { useLab } from '../state/store';
import { followInAddress } from './followInAddress';

/** A stored run is open: it takes the place of what is on screen, and the form and the address hold its settings. */
export function takeContinued({ config, events }: Extract<LabMessage, { type: 'continued' }>): void {
  stopReplay();
  forgetEvents();
  const snapshot = fold(EMPTY, events);
  useLab.setState((state) => ({
    ...(isSftConfig(config)
      ? { kind: 'sft', sft: { ...state.sft, draft: sftDraftOf(config), preview: null } }
      : { kind: 'rl', draft: draftOf(config) }),
    ...{ source: 'live', snapshot, picked: null, held: null, continuing: null },
  }));
  followInAddress();
}
