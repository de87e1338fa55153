import { memo, useLayoutEffect, useRef } from 'react';
import { signed } from '../format';
import type { RolloutView } from '../state/snapshot';
import { MEASURES, type MeasureName, sum } from './measures';
import { paintTokens } from './paint';
import styles from './RolloutRow.module.css';

interface Props {
  rollout: RolloutView;
  measure: MeasureName;
}

/** One rollout: verdict, tokens, and Σu = log p(y with context) − log p(y without), nats. */
export const RolloutRow = memo(function RolloutRow({ rollout, measure }: Props) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (host.current) paintTokens(host.current, rollout, MEASURES[measure]);
  }, [rollout, measure]);
  const { signals } = rollout;
  return (
    <li className={styles.row}>
      <span className={styles.mark} title={signals?.reason}>
        {signals ? (signals.reward > 0 ? '✓' : '✗') : ''}
        {signals && (
          <span className="visually-hidden">{`${signals.reward > 0 ? 'correct' : 'incorrect'}: ${signals.reason}`}</span>
        )}
      </span>
      <div className={styles.tokens} ref={host} data-rollout={rollout.index} data-scale={MEASURES[measure].scale} />
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
});
