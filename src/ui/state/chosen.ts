/** What the form on screen amounts to: a configuration, and a link's query (`?kind=sft&…` is a supervised run). */
import { BOUNDS } from '../../data/bounds';
import { BadInput } from '../../data/errors';
import { configFromQuery, configToQuery, type TrainConfig } from '../../settings/config';
import { isSftConfig, SFT_TABLE, type SftConfig } from '../../settings/settings-sft';
import { sftConfigOf, sftDraftOf } from '../sft/form';
import { configOf, draftOf } from './draft';
import type { LabState } from './store';

type Forms = Pick<LabState, 'kind' | 'draft' | 'sft'>;

/** The configuration of the run that Start would begin, or null while a field is wrong. */
export const chosenConfig = ({ kind, draft, sft }: Forms): TrainConfig | SftConfig | null =>
  kind === 'sft' ? sftConfigOf(sft.draft) : configOf(draft);

/** Its settings that differ from the defaults, as a query; null while a field is wrong. */
export function chosenQuery(forms: Forms): string | null {
  const config = chosenConfig(forms);
  if (config === null) return null;
  return isSftConfig(config)
    ? ['kind=sft', SFT_TABLE.toQuery(config)].filter(Boolean).join('&')
    : configToQuery(config);
}

/** This page's path with the form's settings. */
export const addressOf = (query: string): string => `${location.pathname}${query ? `?${query}` : ''}${location.hash}`;

/** What a link's query sets. Throws BadInput. */
export function stateFromQuery(query: string, sft: LabState['sft']): Partial<Forms> {
  if (query.length > BOUNDS.query)
    throw new BadInput(
      `The settings in the address have ${query.length} characters, and ${BOUNDS.query} are read`,
      'link',
      'Copy the link again from where it came from.',
    );
  const params = new URLSearchParams(query);
  if (params.get('kind') !== 'sft') return { draft: draftOf(configFromQuery(query)) };
  params.delete('kind');
  const config: SftConfig = { kind: 'sft', ...SFT_TABLE.fromQuery(params.toString()) };
  return { kind: 'sft', sft: { ...sft, draft: sftDraftOf(config), ownWarmup: params.has('warmupSteps') } };
}
