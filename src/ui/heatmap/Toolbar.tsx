import { useLab } from '../state/store';
import { MeasureButtons } from './MeasureButtons';
import { FILTERS, type FilterName, MEASURES, type MeasureName, SORTS, type SortName } from './measures';
import styles from './Toolbar.module.css';

const hold = (): void =>
  useLab.setState(({ held, snapshot }) => ({
    held: held ? null : { step: snapshot.rolloutStep, rollouts: snapshot.rollouts },
  }));

/** What the tint shows. */
export function Measures() {
  const measure = useLab((s) => s.measure);
  return (
    <MeasureButtons<MeasureName>
      measures={MEASURES}
      chosen={measure}
      onChoose={(name) => useLab.setState({ measure: name })}
    />
  );
}

/** Which rollouts, in which order, and whether they stay. */
export function Toolbar() {
  const filter = useLab((s) => s.filter);
  const sort = useLab((s) => s.sort);
  const held = useLab((s) => s.held !== null);
  return (
    <div className={styles.toolbar}>
      <label className={styles.choice}>
        <span className="visually-hidden">Show</span>
        <select value={filter} onChange={(e) => useLab.setState({ filter: e.target.value as FilterName })}>
          {Object.entries(FILTERS).map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label className={styles.choice}>
        <span className="visually-hidden">Sort</span>
        <select value={sort} onChange={(e) => useLab.setState({ sort: e.target.value as SortName })}>
          {Object.entries(SORTS).map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        aria-pressed={held}
        title="Keep these rollouts on screen while the run goes on"
        onClick={hold}
      >
        Hold
      </button>
    </div>
  );
}
