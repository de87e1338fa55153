import { type MouseEvent, type ReactNode, useEffect, useState } from 'react';
import { type InspectLink as LinkState, writeInspectLink } from '../../inspect/inspect-link';
import { configToQuery, parseTrainConfig, type TrainConfig } from '../../settings/config';
import { takeFromAddress } from '../actions/followInAddress';
import { type Sheet, useBench } from './bench';

interface Props {
  /** Settings of the training page. */
  to: Partial<TrainConfig>;
  children: ReactNode;
  /** It is followed. */
  onFollow?(): void;
}

/** Settings as the house's links have them: in the query, before the page's #. */
export const settingsQuery = (settings: Partial<TrainConfig>): string =>
  configToQuery(parseTrainConfig(settings, 'lesson'));

/** To the training page, in this tab without another load: a run that goes on stays, and with it its settings. */
export function LabLink({ to, children, onFollow }: Props) {
  const query = settingsQuery(to);
  const follow = (event: MouseEvent): void => {
    onFollow?.();
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    history.pushState(null, '', `${location.pathname}?${query}${location.hash}`);
    takeFromAddress();
    location.hash = 'train';
  };
  return (
    <a href={`${location.pathname}?${query}#train`} onClick={follow}>
      {children}
    </a>
  );
}

/** A response of the lessons as the inspector's link has it: the problem by its number in the held-out stream. */
export function inspectLinkOf({ task, problem, texts }: Pick<Sheet, 'task' | 'problem' | 'texts'>): LinkState {
  const index = Number(problem.id.split('/').at(-1));
  return { choice: { task, seed: 0, index, minDepth: null }, response: texts.response };
}

/** To the inspector, with the response that is on screen here. */
export function InspectLink({ children }: Pick<Props, 'children'>) {
  const sheet = useBench(({ sheets, at }) => sheets[at]);
  const [query, set] = useState('');
  useEffect(() => {
    if (sheet) void writeInspectLink(inspectLinkOf(sheet)).then(set);
  }, [sheet]);
  return <a href={`#inspect?${query}`}>{children}</a>;
}
