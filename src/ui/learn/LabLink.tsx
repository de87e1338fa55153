import type { MouseEvent, ReactNode } from 'react';
import { configToQuery, parseTrainConfig, type TrainConfig } from '../../settings/config';
import { takeFromAddress } from '../actions/followInAddress';

interface Props {
  /** Settings of the training page, or the inspector. */
  to: Partial<TrainConfig> | 'inspect';
  children: ReactNode;
  /** It is followed. */
  onFollow?(): void;
}

/** Settings as the house's links have them: in the query, before the page's #. */
export const settingsQuery = (settings: Partial<TrainConfig>): string =>
  configToQuery(parseTrainConfig(settings, 'lesson'));

/** Into the lab, in this tab without another load: a run that goes on stays, and with it its settings. */
export function LabLink({ to, children, onFollow }: Props) {
  const href = to === 'inspect' ? '#inspect' : `${location.pathname}?${settingsQuery(to)}#train`;
  const follow = (event: MouseEvent): void => {
    onFollow?.();
    if (to === 'inspect' || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    history.pushState(null, '', href.replace(/#.*$/, location.hash));
    takeFromAddress();
    location.hash = 'train';
  };
  return (
    <a href={href} onClick={follow}>
      {children}
    </a>
  );
}
