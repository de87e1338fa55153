import { toggleTheme } from '../actions/toggleTheme';
import { perform } from '../hooks';
import { type InspectState, useInspector } from '../inspector/store';
import type { PageName } from '../route';
import { activityOf, type LabState, useLab } from '../state/store';
import styles from './Header.module.css';
import { Pages } from './Pages';
import { Progress } from './Progress';
import { Transport } from './Transport';

/** The pages, and of the train page its run: elsewhere only that there is one. */
export function Header({ page }: { page: PageName }) {
  const training = page === 'train';
  const running = useLab((s) => activityOf(s) !== 'idle');
  const source = useLab((s) => s.source);
  const theme = useLab((s) => s.theme);
  const trainer = useLab((s) => s.engine);
  const inspector = useInspector((s) => s.device);
  const device = deviceName(training ? trainer : inspector);
  return (
    <header className={styles.header}>
      <h1 className={styles.title}>AntiSD Lab</h1>
      <Pages current={page} />
      {training && <Transport />}
      <div className={styles.middle}>
        {training && (source === 'recorded' || source === 'stored') && (
          <span className={styles.badge}>{source === 'recorded' ? 'recorded' : 'stored run'}</span>
        )}
        {(training || running) && <Progress />}
      </div>
      <span className={styles.device} title={device}>
        {device}
      </span>
      <button type="button" title="Light, dark, or as the system says (T)" onClick={() => perform(toggleTheme)}>
        Theme: {theme}
      </button>
    </header>
  );
}

/** Each page has an engine of its own. */
function deviceName(engine: LabState['engine'] | InspectState['device']): string {
  if (engine.state === 'ready') return engine.device.name;
  if (engine.state === 'unavailable') return 'no WebGPU';
  if (engine.state === 'failed') return 'engine stopped';
  const progress = engine.state === 'opening' ? engine.progress : null;
  return progress ? `${progress.what} ${progress.done} of ${progress.total}` : 'looking for a GPU …';
}
