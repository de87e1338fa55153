import { ARMS, type ArmName } from '../../antisd/arms';
import styles from './ArmChoice.module.css';
import { useInspector } from './store';

/** Which method's term and advantage are shown. */
export function ArmChoice() {
  const arm = useInspector((s) => s.arm);
  return (
    <label className={styles.choice}>
      <span className="visually-hidden">Method</span>
      <select
        value={arm}
        title={ARMS[arm].doc}
        onChange={(event) => useInspector.setState({ arm: event.target.value as ArmName })}
      >
        {Object.entries(ARMS).map(([name, { label, formula }]) => (
          <option key={name} value={name}>
            {label}: {formula}
          </option>
        ))}
      </select>
    </label>
  );
}
