import { useDeferredValue, useMemo } from 'react';
import type { LoadedRun } from '../../report/loaded-run';
import { reportOf } from '../../report/model';
import { Region } from '../Region';
import { useLab } from '../state/store';
import styles from './ComparePage.module.css';
import { Comparison } from './Comparison';
import { RunPicker } from './RunPicker';
import { useCompare } from './store';

/** Runs side by side: the choice on the left, what they came to beside it. */
export default function ComparePage() {
  const { chosen, stored, given, evaluations: others, storedEvaluations, chosenEvaluations } = useCompare();
  const listed = useLab((s) => s.runs);
  const all = useMemo((): LoadedRun[] => {
    const kept = chosen.filter((id) => listed?.some((run) => run.id === id)); // one may have been deleted since
    return [...kept.flatMap((id) => stored.get(id) ?? []), ...given];
  }, [chosen, stored, given, listed]);
  const runs = useDeferredValue(all); // of several ticks in a row only the last is drawn
  const evaluations = useMemo(
    () => [...storedEvaluations.filter(({ name }) => chosenEvaluations.includes(name)), ...others],
    [storedEvaluations, chosenEvaluations, others],
  );
  const model = useMemo(() => reportOf(runs, {}, evaluations), [runs, evaluations]);
  return (
    <main className={styles.page}>
      <div className={styles.choices}>
        <Region name="The choice of runs">
          <RunPicker />
        </Region>
      </div>
      <div className={styles.comparison}>
        <Region name="The comparison’s figures">
          {runs.length + evaluations.length === 0 ? (
            <p className={styles.doc}>Curves, intervals and tables show once runs or evaluations are chosen.</p>
          ) : (
            <Comparison model={model} />
          )}
        </Region>
      </div>
    </main>
  );
}
