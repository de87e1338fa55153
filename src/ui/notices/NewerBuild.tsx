import { ActionButton } from '../ActionButton';
import { takeNewerBuild } from '../actions/takeNewerBuild';
import { useLab } from '../state/store';
import styles from './Notices.module.css';

/** On every page: its server has a newer version, which waits. */
export function NewerBuild() {
  const newer = useLab((s) => s.newer);
  if (!newer) return null;
  return (
    <div className={styles.offer} role="status">
      <p>A newer version of the lab is here. This one stays as it is until you reload.</p>
      <div className={styles.buttons}>
        <ActionButton action={takeNewerBuild} primary />
        <button type="button" onClick={() => useLab.setState({ newer: false })}>
          Later
        </button>
      </div>
    </div>
  );
}
