import { ActionButton } from '../ActionButton';
import { whyNotReady } from '../actions/startRun';
import { toggleTheme } from '../actions/toggleTheme';
import { LoadProgressLine } from '../models/LoadNotice';
import type { PageName } from '../route';
import { activityOf, useLab } from '../state/store';
import { Device } from './Device';
import styles from './Header.module.css';
import { Masthead } from './Masthead';
import { Progress } from './Progress';
import { Transport } from './Transport';

/** The pages, and of the train page its run: elsewhere only that there is one. Nothing in it moves while a run goes on. */
export function Header({ page }: { page: PageName }) {
  const training = page === 'train';
  const running = useLab((s) => activityOf(s) !== 'idle');
  return (
    <header className={styles.header} lang="en">
      <Masthead page={page} />
      {training && (
        <div className={styles.run}>
          <Transport />
        </div>
      )}
      <div className={styles.middle}>{(training || running) && <Run training={training} />}</div>
      <Device inspecting={page === 'inspect'} />
      <Theme />
    </header>
  );
}

/** What runs, how far it is, or what is missing before anything can. */
function Run({ training }: { training: boolean }) {
  const source = useLab((s) => s.source);
  const missing = useLab((s) => (activityOf(s) === 'idle' ? whyNotReady(s) : null));
  if (training && missing) return <span className={styles.missing}>{missing}</span>;
  return (
    <LoadProgressLine>
      {training && (source === 'recorded' || source === 'stored') && (
        <span className={styles.badge}>{source === 'recorded' ? 'recorded' : 'stored run'}</span>
      )}
      <Progress />
    </LoadProgressLine>
  );
}

function Theme() {
  const theme = useLab((s) => s.theme);
  return (
    <span className={styles.theme} title="Light, dark, or as the system says">
      <ActionButton action={toggleTheme}>Theme: {theme}</ActionButton>
    </span>
  );
}
