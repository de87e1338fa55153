import { send } from '../bridge';
import { sftConfigOf } from '../sft/form';
import { activityOf, isBusy, useLab } from '../state/store';
import type { Action } from './action';

/** Asks the engine what a supervised run would learn from: headers and tokenizer are read, the weights are not. */
export const lookAtData: Action = {
  id: 'look-at-data',
  label: 'Look at the data',
  enabled: (state) =>
    state.engine.state !== 'unavailable' &&
    !isBusy(activityOf(state)) &&
    !state.sft.looking &&
    sftConfigOf(state.sft.draft) !== null,
  run({ sft }) {
    const config = sftConfigOf(sft.draft);
    if (config === null) return;
    useLab.setState({ sft: { ...sft, preview: null, looking: true } });
    send({ type: 'preview', config });
  },
};
