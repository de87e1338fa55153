import type { Action } from '../actions/action';
import { exportModel } from '../actions/exportModel';
import { listRuns } from '../actions/listRuns';
import { loseDevice } from '../actions/loseDevice';
import { perform } from '../hooks';
import { useLab } from '../state/store';
import styles from './Folds.module.css';
import { StoredRunList } from './StoredRunList';

export function Diagnostics() {
  return (
    <details className={styles.fold} onToggle={(event) => event.currentTarget.open && perform(listRuns)}>
      <summary>Diagnostics and stored runs</summary>
      <ActionButton action={exportModel} />
      <ActionButton action={loseDevice} />
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

function ActionButton({ action }: { action: Action }) {
  const enabled = useLab(action.enabled);
  return (
    <button type="button" disabled={!enabled} onClick={() => perform(action)}>
      {action.label}
    </button>
  );
}
