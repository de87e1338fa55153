import { ActionButton } from '../ActionButton';
import { exportModel, whyNotTrained } from '../actions/exportModel';
import { listRuns } from '../actions/listRuns';
import { loseDevice } from '../actions/loseDevice';
import { perform } from '../hooks';
import { useLab } from '../state/store';
import styles from './Folds.module.css';
import { StoredRunList } from './StoredRunList';

/** What is kept, what a run can give, and a test of its recovery: each where it can be used. */
export function Diagnostics() {
  const notTrained = useLab(whyNotTrained);
  const running = useLab(loseDevice.enabled);
  return (
    <details className={styles.fold} onToggle={(event) => event.currentTarget.open && perform(listRuns)}>
      <summary>Diagnostics and stored runs</summary>
      {notTrained === null ? <ActionButton action={exportModel} /> : <p className={styles.keys}>{notTrained}</p>}
      {running && <ActionButton action={loseDevice} />}
      <ActionButton action={listRuns} />
      <StoredRunList />
      <p className={styles.keys}>
        Keys: Space pauses and goes on, S does one step, T changes the theme; arrow keys move among tokens.
      </p>
      <p className={styles.keys}>
        <a href="./third-party-licenses.txt">Licences of the packages that are built into this page</a>
      </p>
    </details>
  );
}
