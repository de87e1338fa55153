import type { Failure } from '../../engine/protocol';
import { CANCEL_PATIENCE, DEAF } from '../engine';
import { afterPreview, sftConfigOf } from '../sft/form';
import { isReachable, type LabState, useLab } from '../state/store';
import { showFailure, trainer, trainerLanes } from '../trainer';
import type { Action } from './action';
import { giveUpData } from './giveUpData';
import { restartEngine } from './restartEngine';
import { whyBusy } from './startRun';

/** Asks the engine what a supervised run would learn from: headers and tokenizer are read, the weights are not. */
export const lookAtData: Action = {
  id: 'look-at-data',
  label: 'Look at the data',
  enabled: (state) => whyNotLooked(state) === null,
  whyNot: whyNotLooked,
  run({ sft }) {
    const config = sftConfigOf(sft.draft);
    if (config === null) return;
    useLab.setState({ sft: { ...sft, preview: null, looking: true } });
    trainerLanes.call('look', { type: 'preview', config }).then(
      (preview) => {
        useLab.setState((state) => ({ sft: afterPreview(state.sft, config, preview) }));
        if ('refused' in preview && preview.unreadable) giveUpData(config.data, preview.refused);
      },
      (failure: Failure) => {
        const stopped = { refused: 'Reading the data was stopped.', unreadable: false, stopped: true } as const;
        const preview = failure.kind === 'cancelled' ? stopped : null;
        useLab.setState((state) => ({ sft: { ...state.sft, looking: false, preview } }));
        if (preview === null) showFailure(failure);
      },
    );
  },
};

function whyNotLooked(state: LabState): string | null {
  if (!isReachable(state.engine.state)) return 'The engine is not there yet.';
  if (state.sft.looking) return 'The data are being read.';
  return whyBusy(state) ?? (sftConfigOf(state.sft.draft) === null ? 'A setting is wrong: its field says how.' : null);
}

/** Stops it; an engine that does not hear it is ended. */
export async function stopLooking(): Promise<void> {
  trainerLanes.stop('look');
  if (await trainer.answersWithin(CANCEL_PATIENCE)) return;
  await restartEngine.run(useLab.getState());
  useLab.setState(({ sft }) => ({
    sft: { ...sft, looking: false, preview: { refused: DEAF, unreadable: false, stopped: true } },
  }));
}
