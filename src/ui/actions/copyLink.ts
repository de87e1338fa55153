import { configToQuery } from '../../lab/config';
import { configOf } from '../state/draft';
import { type LabState, useLab } from '../state/store';
import type { Action } from './action';

/** The page's address with the form's settings, seed included. */
export function linkOf(state: LabState): string {
  const config = configOf(state.draft);
  const query = config ? configToQuery(config) : '';
  return `${location.origin}${location.pathname}${query ? `?${query}` : ''}`;
}

export const copyLink: Action = {
  id: 'copy-link',
  label: 'Copy link to this setting',
  enabled: (state) => configOf(state.draft) !== null,
  async run(state) {
    try {
      await navigator.clipboard.writeText(linkOf(state));
    } catch {
      useLab.setState({ problem: `The clipboard is not available. The link: ${linkOf(state)}` });
    }
  },
};
