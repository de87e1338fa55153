import type { Continued } from '../../engine/protocol';
import { isSftConfig } from '../../settings/settings-sft';
import { stopReplay } from '../replay/player';
import { sftDraftOf } from '../sft/form';
import { draftOf } from '../state/draft';
import { EMPTY, fold } from '../state/snapshot';
import { useLab } from '../state/store';
import { forgetEvents } from '../trainer';
import { followInAddress } from './followInAddress';

/** A stored run is open: it takes the place of what is on screen, and the form and the address hold its settings. */
export function takeContinued({ id, config, events, since, problem }: Continued): void {
  stopReplay();
  forgetEvents();
  const snapshot = fold(EMPTY, [...events, ...since]);
  useLab.setState((state) => ({
    ...(isSftConfig(config) && {
      kind: 'sft',
      sft: { ...state.sft, draft: sftDraftOf(config), preview: null, ownWarmup: true },
    }),
    ...(!('kind' in config) && { kind: 'rl', draft: draftOf(config) }),
    ...{ source: 'live', run: id, snapshot, picked: null, held: null, asked: null, continuing: null, problem },
  }));
  followInAddress();
}
