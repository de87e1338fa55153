/** The address bar holds the form's settings; Back and Forward lead from one whole form to another. */
import { playRecordedOf } from '../replay/recorded';
import { addressOf, chosenQuery, stateFromQuery } from '../state/chosen';
import { activityOf, isBusy, useLab } from '../state/store';

/** The query that the form was last brought together with. */
let followed = '';

/**
 * Puts the form's settings into the address bar; a form with a wrong field leaves it as it was. A change of the `whole`
 * form, by a preset or another kind of run, is a step that Back undoes.
 */
export function followInAddress(whole = false): void {
  const query = chosenQuery(useLab.getState());
  if (query === null) return;
  const address = addressOf(query);
  if (whole && query !== followed) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  followed = query;
}

/** The settings of the address become the form's: at the page's start, and wherever Back and Forward lead. */
export function takeFromAddress(): void {
  const query = location.search.replace(/^\?/, '');
  if (query === followed) return; // another part of the address has changed
  const state = useLab.getState();
  if (isBusy(activityOf(state))) {
    followInAddress(); // the form is that of the run
    return;
  }
  followed = query;
  try {
    useLab.setState({ kind: 'rl', ...stateFromQuery(location.search, state.sft), problem: null });
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    useLab.setState({ problem: `${what} The form holds the defaults instead.` });
  }
  const { kind } = useLab.getState();
  if (kind !== state.kind) playRecordedOf();
}
