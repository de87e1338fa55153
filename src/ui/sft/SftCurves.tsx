import { useMemo } from 'react';
import { SFT_METRICS } from '../../runs/metrics';
import type { SftFigures } from '../../runs/sft-events';
import { CurvesSection } from '../charts/CurvesSection';
import { columnsOf, figuresOf } from '../charts/curves';
import { Series } from '../state/series';
import { useLab } from '../state/store';
import type { HeldOutLoss } from './snapshot';

const FIGURES = figuresOf<SftFigures>(SFT_METRICS);
const COLUMNS = columnsOf<SftFigures>(SFT_METRICS);
const NO_FIGURES: Series<SftFigures> = Series.of();
const NO_EVALS: Series<HeldOutLoss> = Series.of();

/** The curves of a supervised run. */
export function SftCurves() {
  const figures = useLab((s) => s.snapshot.sft?.figures ?? NO_FIGURES);
  const evals = useLab((s) => s.snapshot.sft?.evals ?? NO_EVALS);
  const dots = useMemo(() => evals.slice().map(({ step, loss }) => ({ step, value: loss })), [evals]);
  return (
    <CurvesSection figures={FIGURES} columns={COLUMNS} steps={figures} dots={dots} unit={SFT_METRICS.step.label} />
  );
}
