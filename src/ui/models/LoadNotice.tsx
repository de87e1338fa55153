import { type ReactNode, useEffect, useState } from 'react';
import { cancelLoading } from '../actions/cancelLoading';
import { forkRun } from '../actions/continueRun';
import { useLab } from '../state/store';
import styles from './Load.module.css';
import { LoadLine } from './LoadLine';
import { said } from './names';
import { useModels } from './store';
import { TokenField } from './TokenField';

/** The built-in model is there sooner; a line that comes and goes would only be a flicker. */
const SHOWN_AFTER = 400;

/** What is being opened and how far it is, in the place of what stands there else. */
export function LoadProgressLine({ children }: { children: ReactNode }) {
  const loading = useModels((s) => s.loading);
  const late = useLate(loading !== null);
  return loading && late ? <LoadLine progress={loading} onCancel={() => void cancelLoading()} /> : children;
}

/** Why something could not be opened, with the way on. `onRetry` starts again what was started. */
export function LoadNotice({ onRetry }: { onRetry(): void }) {
  const refused = useModels((s) => s.refused);
  const continuing = useLab((s) => s.continuing);
  if (!refused) return <MemoryNote />;
  const dismiss = (): void => useModels.setState({ refused: null });
  const cancelled = refused.kind === 'cancelled';
  return (
    <div className={styles.refused} role={cancelled ? 'status' : 'alert'} data-calm={cancelled}>
      <p>{said(refused.message)}</p>
      <div className={styles.buttons}>
        {refused.kind === 'changed' && continuing !== null && (
          <button type="button" onClick={() => forkRun(continuing)}>
            Fork the run
          </button>
        )}
        {refused.again && refused.kind !== 'denied' && (
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        )}
        <button type="button" onClick={dismiss}>
          Dismiss
        </button>
      </div>
      {refused.again && refused.kind === 'denied' && <TokenField label="Try again with it" onGiven={onRetry} />}
    </div>
  );
}

/** A download that is gone with the page is worth a word that stays. */
function MemoryNote() {
  const notice = useModels((s) => s.notice);
  if (!notice) return null;
  return (
    <div className={styles.refused} role="status" data-calm>
      <p>{notice}</p>
      <button type="button" onClick={() => useModels.setState({ notice: null })}>
        Dismiss
      </button>
    </div>
  );
}

/** True once `active` has lasted for a while. */
function useLate(active: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!active) return setLate(false);
    const timer = setTimeout(() => setLate(true), SHOWN_AFTER);
    return () => clearTimeout(timer);
  }, [active]);
  return late;
}
