import type { LoadedRun } from '../../report/loaded-run';
import { type ProbeView, probesByProblem } from '../../report/probes-html';
import { MEASURES } from '../heatmap/measures';
import { TokenText } from '../tokens/TokenText';
import styles from './ComparePage.module.css';

const marksOf = ({ u }: ProbeView) => ({ scale: MEASURES.u, values: u });

/** The same text under each run, tinted by u. */
export function ProbeTexts({ runs }: { runs: readonly LoadedRun[] }) {
  const problems = [...probesByProblem(runs)];
  if (problems.length === 0) return null;
  return (
    <section aria-label="The same text under each run">
      <h2>The same text under each run</h2>
      {problems.map(([problem, views]) => (
        <div key={problem} className={styles.probe}>
          <p className={styles.doc}>{views[0].question}</p>
          <div className={styles.charts}>
            {views.map((view) => (
              <div key={view.run.name}>
                <p>
                  {view.run.name}, step {view.step}
                </p>
                <TokenText tokens={view.tokens} separator={view.run.separator} marks={marksOf(view)} />
              </div>
            ))}
          </div>
        </div>
      ))}
    </section>
  );
}
