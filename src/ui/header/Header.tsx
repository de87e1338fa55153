import { toggleTheme } from '../actions/toggleTheme';
import { perform } from '../hooks';
import { useLab } from '../state/store';
import styles from './Header.module.css';
import { Progress } from './Progress';
import { Transport } from './Transport';

export function Header() {
  const source = useLab((s) => s.source);
  const theme = useLab((s) => s.theme);
  const device = useLab((s) =>
    s.engine.state === 'ready'
      ? s.engine.device.name
      : s.engine.state === 'opening'
        ? 'looking for a GPU …'
        : 'no WebGPU',
  );
  return (
    <header className={styles.header}>
      <h1 className={styles.title}>AntiSD Lab</h1>
      <Transport />
      <div className={styles.middle}>
        {(source === 'recorded' || source === 'stored') && (
          <span className={styles.badge}>{source === 'recorded' ? 'recorded' : 'stored run'}</span>
        )}
        <Progress />
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
