import { copyReport } from '../actions/copyReport';
import { recoverRun } from '../actions/recoverRun';
import { perform } from '../hooks';
import { said } from '../models/names';
import { useLab } from '../state/store';
import styles from './Notices.module.css';

const WHAT: Record<string, string> = {
  'bad-input': 'The run cannot use its input',
  'device-lost': 'The GPU device was lost',
  'out-of-memory': 'The GPU is out of memory',
  nan: 'The loss is not a number',
  validation: 'The GPU refused a command',
  storage: 'The run cannot be stored',
  internal: 'The engine failed',
};

/** What happened, why, and the way on. What was on screen stays. */
export function FaultBanner() {
  const fault = useLab((s) => s.snapshot.fault);
  const unit = useLab((s) => (s.snapshot.sft ? 'update' : 'step'));
  const canRecover = useLab(recoverRun.enabled);
  if (!fault) return null;
  return (
    <div className={styles.fault} role="alert">
      <p>
        <strong>{WHAT[fault.kind]}.</strong> {said(fault.message)}
      </p>
      <div className={styles.buttons}>
        {canRecover && (
          <button type="button" onClick={() => perform(recoverRun)}>
            Resume from {unit} {fault.lastGoodStep ?? 0}
          </button>
        )}
        <button type="button" onClick={() => perform(copyReport)}>
          {copyReport.label}
        </button>
      </div>
    </div>
  );
}
