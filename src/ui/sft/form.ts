/** The form of a supervised run: its texts, and what the engine says of the data. */
import type { DataPreview } from '../../runs/sft-events';
import { type SFT_SETTINGS, SFT_TABLE, type SftConfig } from '../../settings/settings-sft';
import { configIn, type DraftOf, draftFor } from '../state/draft';

export type SftDraft = DraftOf<typeof SFT_SETTINGS>;

export interface SftForm {
  readonly draft: SftDraft;
  /** What the engine found in the data, for the settings it was asked with; null before it was asked. */
  readonly preview: DataPreview | { readonly refused: string } | null;
  /** The engine was asked and has not answered. */
  readonly looking: boolean;
}

export const sftDraftOf = (config: SftConfig): SftDraft => draftFor(SFT_TABLE, config);

/** The configuration, or null while a field is wrong. */
export function sftConfigOf(draft: SftDraft): SftConfig | null {
  const config = configIn(SFT_TABLE, draft);
  return config && { kind: 'sft', ...config };
}

export const INITIAL_FORM: SftForm = {
  draft: draftFor(SFT_TABLE, SFT_TABLE.defaults),
  preview: null,
  looking: false,
};

/** The form after the engine's answer, unless it was asked about something else meanwhile. */
export function afterPreview(form: SftForm, config: SftConfig, preview: SftForm['preview']): SftForm {
  const asked = sftConfigOf(form.draft);
  const { model, data, maxLength } = config;
  const same = asked?.model === model && asked.data === data && asked.maxLength === maxLength;
  return { ...form, looking: false, preview: same ? preview : null };
}
