import { RUN_KEYS } from '../actions';
import { Charts } from '../charts/Charts';
import { Heatmap } from '../heatmap/Heatmap';
import { useShortcuts } from '../hooks';
import { FaultBanner } from '../notices/FaultBanner';
import { NoGpu } from '../notices/NoGpu';
import { ProblemLine } from '../notices/ProblemLine';
import { StatusLine } from '../notices/StatusLine';
import { StepNote } from '../notices/StepNote';
import { About } from '../panels/About';
import { Diagnostics } from '../panels/Diagnostics';
import { RunFacts } from '../panels/RunFacts';
import { TokenTable } from '../panels/TokenTable';
import { SettingsPanel } from '../settings/SettingsPanel';
import styles from './TrainPage.module.css';

/** Read from left to right: settings, rollouts, curves. On a phone: rollouts, curves, settings. */
export function TrainPage() {
  useShortcuts(RUN_KEYS);
  return (
    <div className={styles.page}>
      <FaultBanner />
      <ProblemLine />
      <NoGpu />
      <main className={styles.columns}>
        <section className={styles.settings} aria-label="Settings">
          <SettingsPanel />
          <About />
          <Diagnostics />
        </section>
        <div className={styles.rollouts}>
          <StepNote />
          <Heatmap />
        </div>
        <div className={styles.curves}>
          <Charts />
          <TokenTable />
          <RunFacts />
        </div>
      </main>
      <StatusLine />
    </div>
  );
}
