import { memo, useRef } from 'react';
import { sum } from '../../antisd/statistics';
import type { Separator } from '../../runs/separator';
import { signed } from '../format';
import type { RolloutView, ScoredRollout } from '../state/snapshot';
import { TokenText } from '../tokens/TokenText';
import { useKeptHeight } from './kept-height';
import type { Measure } from './measures';
import styles from './RolloutRow.module.css';

interface Props {
  rollout: RolloutView;
  measure: Measure;
  separator: Separator;
}

/** One rollout: verdict, tokens, and Σu = log p(y with context) − log p(y without), nats. */
export const RolloutRow = memo(function RolloutRow({ rollout, measure, separator }: Props) {
  const { index, tokens, signals } = rollout;
  const marks = { values: signals && measure.of(signals), scale: measure, u: signals?.u };
  const box = useRef<HTMLDivElement>(null);
  useKeptHeight(box, signals !== null);
  return (
    <li className={styles.row}>
      <span className={styles.mark} title={signals?.reason}>
        {signals ? (signals.reward === 1 ? '✓' : '✗') : ''}
        {signals && (
          <span className="visually-hidden">{`${signals.reward === 1 ? 'correct' : 'incorrect'}: ${signals.reason}`}</span>
        )}
      </span>
      <div ref={box} className={styles.box} data-growing={!signals || undefined}>
        <TokenText tokens={tokens} separator={separator} marks={marks} place={index} />
      </div>
      <span className={styles.sum}>
        {signals ? <Sum signals={signals} /> : tokens.length > 0 && <Growing tokens={tokens.length} />}
      </span>
    </li>
  );
});

/** How many tokens there are so far. */
const Growing = ({ tokens }: { tokens: number }) => (
  <span className={styles.source} data-number>
    {tokens} {tokens === 1 ? 'token' : 'tokens'}
  </span>
);

const Sum = memo(function Sum({ signals }: { signals: ScoredRollout }) {
  return (
    <>
      <span className={styles.source} title="where the teacher’s context came from">
        {signals.truncated ? `${signals.context}, cut` : signals.context}
      </span>
      <span data-number title="sum of u over the rollout, nats">
        Σ {signed(sum(signals.u), 1)}
      </span>
    </>
  );
});
