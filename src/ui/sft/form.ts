/** The form of a supervised run: its texts, and what the engine says of the data. */
import type { DataPreview, RefusedData } from '../../runs/sft-events';
import { type SFT_SETTINGS, SFT_TABLE, type SftConfig } from '../../settings/settings-sft';
import { configIn, type DraftOf, draftFor } from '../state/draft';

export type SftDraft = DraftOf<typeof SFT_SETTINGS>;

export interface SftForm {
  readonly draft: SftDraft;
  /** What the engine found in the data, for the settings it was asked with; null before it was asked. */
  readonly preview: DataPreview | (RefusedData & { readonly stopped?: true }) | null;
  /** The engine was asked and has not answered. */
  readonly looking: boolean;
  /** A person or a link has set the warm-up; else it follows the length of the run. */
  readonly ownWarmup: boolean;
}

/** Fewer updates than these change next to nothing. */
const FEW = 20;

/** Updates that a run of this form would have; null while a field is wrong or the data are not known. */
export function updatesOf({ draft, preview }: Pick<SftForm, 'draft' | 'preview'>): number | null {
  const config = sftConfigOf(draft);
  if (!config || !preview || 'refused' in preview) return null;
  return Math.ceil(preview.examples / config.batch) * config.epochs;
}

/** Epochs with which a run that is too short has `FEW` updates; null where it is long enough, or nothing is known. */
export function epochsWanted(form: Pick<SftForm, 'draft' | 'preview'>): number | null {
  const updates = updatesOf(form);
  if (updates === null || updates === 0 || updates >= FEW) return null;
  const epochs = Number(form.draft.epochs);
  return Math.ceil((FEW * epochs) / updates);
}

/** The rate rises for a tenth of the run, and for no more than the default's updates, unless it was set. */
export function withWarmup(form: SftForm): SftForm {
  const updates = form.ownWarmup ? null : updatesOf(form);
  if (updates === null) return form;
  const warmupSteps = String(Math.min(SFT_TABLE.defaults.warmupSteps, Math.floor(updates / 10)));
  return { ...form, draft: { ...form.draft, warmupSteps } };
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
  ownWarmup: false,
};

/** The form after the engine's answer, unless it was asked about something else meanwhile. */
export function afterPreview(form: SftForm, config: SftConfig, preview: SftForm['preview']): SftForm {
  const asked = sftConfigOf(form.draft);
  const { model, data, maxLength } = config;
  const same = asked?.model === model && asked.data === data && asked.maxLength === maxLength;
  return withWarmup({ ...form, looking: false, preview: same ? preview : null });
}
