import { bytesText } from '../../data/bytes';
import type { LoadProgress } from '../../library/sources/progress';
import { duration } from '../format';
import styles from './Load.module.css';

interface Props {
  progress: LoadProgress;
  onCancel(): void;
}

/** How far a model is on its way, in a bar and in words, and the way to stop it. */
export function LoadLine({ progress, onCancel }: Props) {
  const { what, done, total } = progress;
  return (
    <div className={styles.line}>
      <span className={styles.what}>{what}</span>
      <progress className={styles.bar} aria-label={what} value={total ? done : undefined} max={total || 1} />
      <span className={styles.figures} data-number>
        {figures(progress)}
      </span>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}

/** "12.3 MB of 1.20 GB, 4.5 MB/s, 4:23 left"; of weights on their way to the device the share. */
export function figures({ done, total, download }: LoadProgress): string {
  if (!download) return total ? `${Math.round((100 * done) / total)} %` : done > 0 ? done.toLocaleString('en-US') : '';
  if (download.state === 'waiting') return 'another tab downloads this model; waiting for it';
  const of = total === null ? '' : ` of ${bytesText(total)}`;
  const here = `${bytesText(done)}${of}`;
  if (download.state === 'checking') return `${here}, checking what is here`;
  if (download.state === 'retrying') return `${here}, trying again: ${download.reason}`;
  if (download.rate <= 0) return here;
  const left = total === null ? '' : `, ${duration((total - done) / download.rate)} left`;
  return `${here}, ${bytesText(download.rate)}/s${left}`;
}
