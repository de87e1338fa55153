import { useMemo } from 'react';
import type { StepFigures } from '../../runs/events';
import { STEP_METRICS } from '../../runs/metrics';
import { useLab } from '../state/store';
import { CurvesSection } from './CurvesSection';
import { columnsOf, figuresOf } from './curves';

const FIGURES = figuresOf<StepFigures>(STEP_METRICS);
const COLUMNS = columnsOf<StepFigures>(STEP_METRICS);

/** The curves of reinforcement learning. */
export function Charts() {
  const steps = useLab((s) => s.snapshot.steps);
  const evals = useLab((s) => s.snapshot.evals);
  const dots = useMemo(() => evals.slice().map(({ step, accuracy }) => ({ step, value: accuracy })), [evals]);
  return <CurvesSection figures={FIGURES} columns={COLUMNS} steps={steps} dots={dots} unit={STEP_METRICS.step.label} />;
}
