import { useEffect } from 'react';
import { excerpt } from '../../data/visible';
import type { StoredRun } from '../../runs/stored-runs';
import { listRuns } from '../actions/listRuns';
import { perform } from '../hooks';
import { FileButtons } from '../models/FileButtons';
import { useLab } from '../state/store';
import { unless } from '../unless';
import styles from './ComparePage.module.css';
import { EvaluationPicker } from './EvaluationPicker';
import { choose, forgetGiven, listEvaluations, takeGiven } from './session';
import { useCompare } from './store';

/** The runs that this browser keeps, to choose from, and the way to others. */
export function RunPicker() {
  const listed = useLab((s) => s.runs);
  const { chosen, given, evaluations, words, reading } = useCompare();
  useEffect(() => {
    perform(listRuns);
    listEvaluations();
  }, []);
  const runs = (listed ?? []).filter((run): run is StoredRun => !('broken' in run) && run.unit === 'step');
  const pick = (ids: readonly string[]): void => choose(runs.filter(({ id }) => ids.includes(id)));
  const toggle = (id: string): void =>
    pick(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  return (
    <section aria-label="Runs to compare">
      <h2>Stored runs</h2>
      {listed !== null && runs.length === 0 && (
        <p className={styles.doc}>No run of reinforcement learning is stored in this browser.</p>
      )}
      {runs.length > 0 && (
        <div className={styles.buttons}>
          <button type="button" onClick={() => pick(runs.map(({ id }) => id))}>
            All
          </button>
          <button type="button" {...unless(chosen.length === 0 ? 'None is chosen.' : null)} onClick={() => pick([])}>
            None
          </button>
        </div>
      )}
      <ul className={styles.runs}>
        {runs.map(({ id, label, name, starred, created }) => (
          <li key={id}>
            <label>
              <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
              <span>
                {starred ? '★ ' : ''}
                {name ? `${excerpt(name)}: ${label}` : label}
                <span className={styles.doc}> {Number.isNaN(created) ? id : new Date(created).toLocaleString()}</span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      <EvaluationPicker />
      <h2>From files</h2>
      <p className={styles.doc}>
        A folder of a run or of an evaluation (eval --data), a folder of such folders, or archives of runs; nothing is
        stored.
      </p>
      <FileButtons what="model" onFiles={takeGiven} />
      {given.length + evaluations.length > 0 && (
        <p>
          {given.length} {given.length === 1 ? 'run' : 'runs'} and {evaluations.length}{' '}
          {evaluations.length === 1 ? 'evaluation' : 'evaluations'} from files.{' '}
          <button type="button" onClick={forgetGiven}>
            Forget
          </button>
        </p>
      )}
      <p role="status">{reading ? 'Reading …' : words.map((word) => excerpt(word, 200)).join('; ')}</p>
    </section>
  );
}
