import type { ReactNode } from 'react';
import { copyReport } from '../actions/copyReport';
import { restartEngine, runCutOff } from '../actions/restartEngine';
import { perform } from '../hooks';
import { useModels } from '../models/store';
import { type LabState, useLab } from '../state/store';
import type { Trouble } from '../watch';
import styles from './Notices.module.css';

const WHAT: Record<Trouble['kind'], string> = {
  unloaded: 'The engine could not be loaded',
  unready: 'The GPU could not be made ready',
  closed: 'The engine is gone',
  error: 'The engine met an error outside of its steps',
  silent: 'The engine is silent',
};

interface Props {
  readonly trouble: Trouble;
  /** What it said last. */
  readonly said?: string | null;
  readonly onDismiss: () => void;
  /** The ways on. */
  readonly children: ReactNode;
}

/** What is wrong with an engine. An error that it outlived can be dismissed. */
export function TroubleBanner({ trouble, said, onDismiss, children }: Props) {
  return (
    <div className={styles.fault} role="alert">
      <p>
        <strong>{WHAT[trouble.kind]}.</strong> {trouble.message}
        {said && ` The last that it told: ${said}.`}
      </p>
      <div className={styles.buttons}>
        {children}
        {trouble.kind === 'error' && (
          <button type="button" onClick={onDismiss}>
            Dismiss
          </button>
        )}
      </div>
    </div>
  );
}

/** What is wrong with the run's engine, what it said last, and the way on. What was on screen stays. */
export function EngineTrouble() {
  const trouble = useLab((s) => s.trouble);
  const from = useLab((s) => runCutOff(s)?.step ?? null);
  const last = useLab(lastWord);
  const unit = useLab((s) => (s.snapshot.sft ? 'update' : 'step'));
  const loading = useModels((s) => s.loading?.what ?? null);
  if (!trouble) return null;
  return (
    <TroubleBanner trouble={trouble} said={loading ?? last} onDismiss={() => useLab.setState({ trouble: null })}>
      <button type="button" onClick={() => perform(restartEngine)}>
        {restartEngine.label}
        {from !== null && `, continue from ${unit} ${from}`}
      </button>
      <button type="button" onClick={() => perform(copyReport)}>
        {copyReport.label}
      </button>
    </TroubleBanner>
  );
}

/** What a run was at, and which of its steps were done. */
function lastWord({ source, snapshot }: LabState): string | null {
  if (source !== 'live') return null;
  const { phase, step, steps, sft } = snapshot;
  const done = (sft ? sft.figures : steps).at(-1)?.step ?? 0;
  const unit = sft ? 'update' : 'step';
  if (phase !== null) return `${phase}, ${unit} ${step}`;
  return done > 0 ? `${unit} ${done} was done` : null;
}
