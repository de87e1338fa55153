import { addressOf, chosenQuery } from '../state/chosen';
import { useLab } from '../state/store';

/** Puts the form's settings into the address bar; a form with a wrong field leaves it as it was. */
export function followInAddress(): void {
  const query = chosenQuery(useLab.getState());
  if (query !== null) history.replaceState(null, '', addressOf(query));
}
