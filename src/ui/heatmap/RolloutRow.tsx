import { memo } from 'react';
import { sum } from '../../antisd/statistics';
import { signed } from '../format';
import type { RolloutView } from '../state/snapshot';
import type { Measure } from './measures';
import styles from './RolloutRow.module.css';
import tints from './Tints.module.css';

interface Props {
  rollout: RolloutView;
  scale: Measure['scale'];
}

/** One rollout: verdict, room for its tokens (paint.ts writes them), and Σu = log p(y with context) − log p(y without), nats. */
export const RolloutRow = memo(function RolloutRow({ rollout, scale }: Props) {
  const { signals } = rollout;
  return (
    <li className={styles.row}>
      <span className={styles.mark} title={signals?.reason}>
        {signals ? (signals.reward > 0 ? '✓' : '✗') : ''}
        {signals && (
          <span className="visually-hidden">{`${signals.reward > 0 ? 'correct' : 'incorrect'}: ${signals.reason}`}</span>
        )}
      </span>
      <div className={`${styles.tokens} ${tints.tints}`} data-rollout={rollout.index} data-scale={scale} />
      <span className={styles.sum}>
        {signals && (
          <>
            <span className={styles.source} title="where the teacher’s context came from">
              {signals.truncated ? `${signals.context}, cut` : signals.context}
            </span>
            <span data-number title="sum of u over the rollout, nats">
              Σ {signed(sum(signals.u), 1)}
            </span>
          </>
        )}
      </span>
    </li>
  );
}, sameRow);

/** New tokens alone are painted, not rendered. */
export function sameRow(a: Props, b: Props): boolean {
  return a.rollout.index === b.rollout.index && a.rollout.signals === b.rollout.signals && a.scale === b.scale;
}
