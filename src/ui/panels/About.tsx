import { PRESETS } from '../../settings/presets';
import styles from './Folds.module.css';

/** What this is, what was measured, and what was not. */
export function About() {
  return (
    <details className={styles.fold}>
      <summary>About this experiment</summary>
      <p>
        A small model looks for two of six cards that sum to a target. It tries pairs in a fixed order; its one free
        choice is to go on (Wait) or to give up and guess (So). A copy of it that is shown the solution, the teacher,
        scores every token. u says how much likelier the solution makes a token.
      </p>
      <p>
        Anti-Self-Distillation rewards tokens that the solution makes unlikely. In this task that means: search on. The
        task is built so that this helps; it does not show that it always does.
      </p>
      <dl>
        {PRESETS.map((preset) => (
          <div key={preset.id}>
            <dt>{preset.label}</dt>
            <dd>{preset.measured ?? preset.doc}</dd>
          </div>
        ))}
      </dl>
      <p>
        The method is by Shen et al., arXiv 2605.11609. The paper’s figures are for models of 4 to 30 billion
        parameters, one run each; what happens in a model this small is this lab’s own experiment.
      </p>
    </details>
  );
}
