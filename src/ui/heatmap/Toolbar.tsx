import { ARMS } from '../../antisd/arms';
import { type LabState, useLab } from '../state/store';
import { MeasureButtons } from './MeasureButtons';
import { FILTERS, type FilterName, type MeasureName, measuresOf, SORTS, type SortName } from './measures';
import styles from './Toolbar.module.css';

const hold = (): void =>
  useLab.setState(({ held, snapshot }) => ({
    held: held ? null : { step: snapshot.rolloutStep, rollouts: snapshot.rollouts },
  }));

/** Whether the run's method rewards single steps. */
const hasSteps = ({ snapshot: { config } }: LabState): boolean =>
  config !== null && ARMS[config.arm].method.process > 0;

/** The measure that was chosen, where the run on screen has it. */
export const measureShown = (state: LabState): MeasureName =>
  state.measure === 'step' && !hasSteps(state) ? 'u' : state.measure;

/** What the tint shows. */
export function Measures() {
  const measure = useLab(measureShown);
  const rewardsSteps = useLab(hasSteps);
  return (
    <MeasureButtons<MeasureName>
      measures={measuresOf(rewardsSteps)}
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
