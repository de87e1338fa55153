import { useEffect } from 'react';
import { DropZone } from '../models/DropZone';
import notices from '../notices/Notices.module.css';
import { Region } from '../Region';
import { takeInspectorFiles } from './actions/chooseModel';
import { openPage, restore } from './actions/openLink';
import { BusyNotice } from './BusyNotice';
import { AnswerPanel } from './choices/AnswerPanel';
import { ContextPanel } from './choices/ContextPanel';
import { ModelPanel } from './choices/ModelPanel';
import { ProblemPanel } from './choices/ProblemPanel';
import { FailureBanner } from './FailureBanner';
import { Figures } from './figures/Figures';
import { TokenFigures } from './figures/TokenFigures';
import styles from './InspectorPage.module.css';
import { LinkNotice } from './LinkNotice';
import { ResponsePanel } from './ResponsePanel';
import { StatusLine } from './StatusLine';
import { Tabs } from './tabs/Tabs';

/** One problem, one response, every token's signal. Left to right: choices, the response, its figures. */
export default function InspectorPage() {
  useEffect(() => {
    void openPage();
    const onHash = (): void => void restore(location.hash);
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, []);
  return (
    <div className={styles.page}>
      <main className={styles.columns}>
        <section className={styles.choices} aria-label="Choices">
          <Region name="The choices">
            <ModelPanel />
            <ProblemPanel />
            <ContextPanel />
            <AnswerPanel />
          </Region>
        </section>
        <div className={styles.response}>
          <Region name="The response">
            <ResponsePanel />
          </Region>
          <Region name="The tabs">
            <Tabs />
          </Region>
        </div>
        <div className={styles.figures}>
          <Region name="The token’s figures">
            <TokenFigures />
          </Region>
          <Region name="The response’s figures">
            <Figures />
          </Region>
        </div>
      </main>
      <Region name="The notices">
        <div className={notices.stack}>
          <FailureBanner />
          <LinkNotice />
          <BusyNotice />
          <DropZone onFiles={takeInspectorFiles} />
        </div>
      </Region>
      <Region name="The status line">
        <StatusLine />
      </Region>
    </div>
  );
}
