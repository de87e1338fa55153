import { bytesText } from '../../data/bytes';
import { removeModel } from '../actions/removeModel';
import { cachedName } from './names';
import styles from './Section.module.css';
import { useModels } from './store';

/** What was downloaded, with sizes, and the way to remove it. */
export function CachedList() {
  const cached = useModels((s) => s.cached);
  if (!cached || cached.length === 0) return null;
  const total = cached.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <details className={styles.fold}>
      <summary>
        Downloaded models: {cached.length}, {bytesText(total)}
      </summary>
      <ul className={styles.list}>
        {cached.map((model) => (
          <li key={`${model.id}@${model.sha}`}>
            <span className={styles.name}>{cachedName(model)}</span>
            <span className={styles.caption} data-number>
              {bytesText(model.bytes)}
              {!model.complete && ', unfinished'}
            </span>
            <button type="button" aria-label={`Remove ${cachedName(model)}`} onClick={() => removeModel(model)}>
              Remove
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
