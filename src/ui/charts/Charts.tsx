import { useMemo } from 'react';
import { useLab } from '../state/store';
import { CurvesSection } from './CurvesSection';
import { COLUMNS, FIGURES } from './curves';

/** The curves of reinforcement learning. */
export function Charts() {
  const steps = useLab((s) => s.snapshot.steps);
  const evals = useLab((s) => s.snapshot.evals);
  const dots = useMemo(() => evals.slice().map(({ step, accuracy }) => ({ step, value: accuracy })), [evals]);
  return <CurvesSection figures={FIGURES} columns={COLUMNS} steps={steps} dots={dots} />;
}
