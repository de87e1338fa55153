import type { StepFigures } from '../../lab/events';
import { plain } from '../format';
import type { EvalFigures } from '../state/snapshot';
import styles from './StepTable.module.css';

/** Rows shown; the stored run holds all of them. */
const ROWS = 50;

const COLUMNS: readonly [string, (f: StepFigures) => number | string | null][] = [
  ['step', (f) => String(f.step)],
  ['reward', (f) => f.reward],
  ['statistic', (f) => f.gateStatistic],
  ['H_T', (f) => f.teacherEntropy],
  ['gate', (f) => f.gateState],
  ['λ', (f) => f.lambda],
  ['loss', (f) => f.loss],
  ['norm', (f) => f.gradNorm],
  ['length', (f) => f.responseLength],
  ['tokens/s', (f) => f.tokensPerSecond],
];

/** The curves as numbers, newest step first. */
export function StepTable({ steps, evals }: { steps: readonly StepFigures[]; evals: readonly EvalFigures[] }) {
  if (steps.length === 0) return <p className={styles.note}>Figures show after step 1.</p>;
  const accuracy = new Map(evals.map((e) => [e.step, e.accuracy]));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label="Figures by step">
      <table>
        <thead>
          <tr>
            {COLUMNS.map(([name]) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            <th scope="col">held-out</th>
          </tr>
        </thead>
        <tbody data-number>
          {steps
            .slice(-ROWS)
            .reverse()
            .map((f) => (
              <tr key={f.step}>
                {COLUMNS.map(([name, of]) => {
                  const value = of(f);
                  return <td key={name}>{typeof value === 'string' ? value : plain(value)}</td>;
                })}
                <td>{plain(accuracy.get(f.step) ?? null)}</td>
              </tr>
            ))}
        </tbody>
      </table>
      {steps.length > ROWS && <p className={styles.note}>The last {ROWS} steps.</p>}
    </section>
  );
}
