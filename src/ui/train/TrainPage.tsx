import { RUN_KEYS } from '../actions';
import { retryOpening } from '../actions/retryOpening';
import { takeOwnFiles } from '../actions/takeOwnFiles';
import { Charts } from '../charts/Charts';
import { Heatmap } from '../heatmap/Heatmap';
import { perform, useShortcuts } from '../hooks';
import { DropZone } from '../models/DropZone';
import { LoadNotice } from '../models/LoadNotice';
import { ContinueOffer } from '../notices/ContinueOffer';
import { EngineTrouble } from '../notices/EngineTrouble';
import { FaultBanner } from '../notices/FaultBanner';
import { NextStep } from '../notices/NextStep';
import { NoGpu } from '../notices/NoGpu';
import notices from '../notices/Notices.module.css';
import { ProblemLine } from '../notices/ProblemLine';
import { StatusLine } from '../notices/StatusLine';
import { About } from '../panels/About';
import { Diagnostics } from '../panels/Diagnostics';
import { RunFacts } from '../panels/RunFacts';
import { TokenTable } from '../panels/TokenTable';
import { QueuePanel } from '../queue/QueuePanel';
import { Region } from '../Region';
import { ProbePanel } from '../replay/ProbePanel';
import { ReplayBar } from '../replay/ReplayBar';
import { SettingsPanel } from '../settings/SettingsPanel';
import { KindSwitch } from '../sft/KindSwitch';
import { SftCentre } from '../sft/SftCentre';
import { SftCurves } from '../sft/SftCurves';
import { SftPanel } from '../sft/SftPanel';
import { useLab } from '../state/store';
import { Welcome } from '../tour/Welcome';
import styles from './TrainPage.module.css';

/** Read from left to right: settings, rollouts (or answers), curves. On a phone: rollouts, curves, settings. */
export function TrainPage() {
  const supervised = useLab((s) => s.kind === 'sft');
  useShortcuts(RUN_KEYS);
  return (
    <div className={styles.page}>
      <main className={styles.columns}>
        <section className={styles.settings} aria-label="Settings">
          <Region name="The settings">
            <KindSwitch />
            {supervised ? <SftPanel /> : <SettingsPanel />}
            {!supervised && <About />}
          </Region>
          {!supervised && (
            <Region name="The experiments">
              <QueuePanel />
            </Region>
          )}
          <Region name="The list of stored runs">
            <Diagnostics />
          </Region>
        </section>
        <div className={styles.rollouts}>
          {supervised ? (
            <Region key="sft" name="The answers">
              <SftCentre />
            </Region>
          ) : (
            <Region key="rl" name="The heatmap">
              <ProbePanel />
              <Heatmap />
            </Region>
          )}
          <Region name="The replay">
            <ReplayBar />
          </Region>
        </div>
        <div className={styles.curves}>
          <Region key={supervised ? 'sft' : 'rl'} name="The curves">
            {supervised ? <SftCurves /> : <Charts />}
          </Region>
          {!supervised && (
            <Region name="The token table">
              <TokenTable />
            </Region>
          )}
          <Region name="The facts of the run">
            <RunFacts />
          </Region>
        </div>
      </main>
      <Region name="The notices">
        <div className={notices.stack}>
          <FaultBanner />
          <EngineTrouble />
          <ProblemLine />
          <LoadNotice onRetry={() => perform(retryOpening)} />
          <ContinueOffer />
          <DropZone onFiles={takeOwnFiles} />
          <NextStep />
          <Welcome />
        </div>
        <NoGpu />
      </Region>
      <Region name="The status line">
        <StatusLine />
      </Region>
    </div>
  );
}
