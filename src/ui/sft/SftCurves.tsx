import { useMemo } from 'react';
import type { SftFigures } from '../../runs/sft-events';
import { CurvesSection } from '../charts/CurvesSection';
import { Series } from '../state/series';
import { useLab } from '../state/store';
import { SFT_COLUMNS, SFT_FIGURES } from './curves';
import type { HeldOutLoss } from './snapshot';

const NO_FIGURES: Series<SftFigures> = Series.of();
const NO_EVALS: Series<HeldOutLoss> = Series.of();

/** The curves of a supervised run. */
export function SftCurves() {
  const figures = useLab((s) => s.snapshot.sft?.figures ?? NO_FIGURES);
  const evals = useLab((s) => s.snapshot.sft?.evals ?? NO_EVALS);
  const dots = useMemo(() => evals.slice().map(({ step, loss }) => ({ step, value: loss })), [evals]);
  return <CurvesSection figures={SFT_FIGURES} columns={SFT_COLUMNS} steps={figures} dots={dots} />;
}
