import { afterPreview, sftConfigOf } from '../sft/form';
import { activityOf, isBusy, isReachable, useLab } from '../state/store';
import { showFailure, trainer } from '../trainer';
import type { Action } from './action';

/** Asks the engine what a supervised run would learn from: headers and tokenizer are read, the weights are not. */
export const lookAtData: Action = {
  id: 'look-at-data',
  label: 'Look at the data',
  enabled: (state) =>
    isReachable(state.engine.state) &&
    !isBusy(activityOf(state)) &&
    !state.sft.looking &&
    sftConfigOf(state.sft.draft) !== null,
  run({ sft }) {
    const config = sftConfigOf(sft.draft);
    if (config === null) return;
    useLab.setState({ sft: { ...sft, preview: null, looking: true } });
    trainer.call({ type: 'preview', config }).then(
      (preview) => useLab.setState((state) => ({ sft: afterPreview(state.sft, config, preview) })),
      (failure) => {
        useLab.setState((state) => ({ sft: { ...state.sft, looking: false } }));
        showFailure(failure);
      },
    );
  },
};
