import type { ArmName } from '../../antisd/arms';
import styles from './ArmChoice.module.css';
import { useInspector } from './store';
import { useView } from './view';

/** Which method's term and advantage are shown. */
export function ArmChoice() {
  const view = useView();
  if (!view) return null;
  const { arm } = view;
  return (
    <label className={styles.choice}>
      <span className="visually-hidden">Method</span>
      <select
        value={arm.name}
        title={arm.doc}
        onChange={(event) => useInspector.setState({ arm: event.target.value as ArmName })}
      >
        {view.arms.map(({ name, label, formula }) => (
          <option key={name} value={name}>
            {label}: {formula}
          </option>
        ))}
      </select>
    </label>
  );
}
