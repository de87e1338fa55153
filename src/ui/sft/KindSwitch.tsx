import { switchKind } from '../actions/switchKind';
import { activityOf, isBusy, type RunKind, useLab } from '../state/store';
import styles from './KindSwitch.module.css';

const KINDS: Record<RunKind, string> = { rl: 'Reinforcement', sft: 'Supervised' };

/** What kind of run the page is set to. */
export function KindSwitch() {
  const kind = useLab((s) => s.kind);
  const busy = useLab((s) => isBusy(activityOf(s)));
  return (
    <fieldset className={styles.kinds} disabled={busy} title={busy ? 'Until the run ends' : undefined}>
      <legend className="visually-hidden">Kind of training</legend>
      {(Object.keys(KINDS) as RunKind[]).map((name) => (
        <label key={name}>
          <input type="radio" name="kind" checked={name === kind} onChange={() => switchKind(name)} />
          {KINDS[name]}
        </label>
      ))}
    </fieldset>
  );
}
