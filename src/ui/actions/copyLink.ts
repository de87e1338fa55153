import { addressOf, chosenQuery } from '../state/chosen';
import { type LabState, useLab } from '../state/store';
import type { Action } from './action';

/** The page's address with the form's settings, seed included. */
function linkOf(state: LabState): string {
  return `${location.origin}${addressOf(chosenQuery(state) ?? '')}`;
}

export const copyLink: Action = {
  id: 'copy-link',
  label: 'Copy link to this setting',
  enabled: (state) => chosenQuery(state) !== null,
  async run(state) {
    try {
      await navigator.clipboard.writeText(linkOf(state));
    } catch {
      useLab.setState({ problem: `The clipboard is not available. The link: ${linkOf(state)}` });
    }
  },
};
