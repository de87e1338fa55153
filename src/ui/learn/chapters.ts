/** The chapters: a row each. Their words are in words/. */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { TrainConfig } from '../../settings/config';
import type { ChapterId } from './answers';
import { STEP_SETTINGS } from './step-settings';

export interface Chapter {
  readonly id: ChapterId;
  /** Of formulas.json: what is worth a line of its own. */
  readonly formulas: readonly string[];
  readonly Figure: LazyExoticComponent<ComponentType>;
  /** Where the lab does the same: settings of the training page, or the inspector. */
  readonly lab: Partial<TrainConfig> | 'inspect';
}

export const CHAPTERS: readonly Chapter[] = [
  { id: 'write', formulas: ['write'], Figure: lazy(() => import('./chapters/Write')), lab: 'inspect' },
  { id: 'hint', formulas: ['u'], Figure: lazy(() => import('./chapters/Hint')), lab: 'inspect' },
  { id: 'belief', formulas: ['belief'], Figure: lazy(() => import('./chapters/Belief')), lab: 'inspect' },
  { id: 'colours', formulas: [], Figure: lazy(() => import('./chapters/Colours')), lab: 'inspect' },
  { id: 'slope', formulas: ['phi', 'antisd'], Figure: lazy(() => import('./chapters/Slope')), lab: { arm: 'sd-jsd' } },
  { id: 'group', formulas: ['group'], Figure: lazy(() => import('./chapters/Group')), lab: { arm: 'grpo' } },
  { id: 'step', formulas: [], Figure: lazy(() => import('./chapters/Step')), lab: STEP_SETTINGS },
  { id: 'gate', formulas: [], Figure: lazy(() => import('./chapters/Gate')), lab: { arm: 'antisd-paper' } },
  { id: 'race', formulas: [], Figure: lazy(() => import('./chapters/Race')), lab: { arm: 'antisd' } },
  { id: 'open', formulas: [], Figure: lazy(() => import('./chapters/Open')), lab: {} },
];

/** The chapter that the part of the address after #learn? names; the first where it names none. */
export function chapterIn(hash: string): number {
  const id = new URLSearchParams(hash.split('?')[1] ?? '').get('chapter');
  return Math.max(
    0,
    CHAPTERS.findIndex((chapter) => chapter.id === id),
  );
}

export const addressOfChapter = ({ id }: Chapter): string => `#learn?chapter=${id}`;
