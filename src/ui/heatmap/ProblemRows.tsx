import { memo } from 'react';
import { visible } from '../../data/visible';
import type { Separator } from '../../runs/separator';
import type { Measure, ProblemGroup } from './measures';
import styles from './ProblemRows.module.css';
import { RolloutRow } from './RolloutRow';

interface Props {
  group: ProblemGroup;
  measure: Measure;
  separator: Separator;
}

/** A problem's question and its rollouts. */
export const ProblemRows = memo(function ProblemRows({ group, measure, separator }: Props) {
  const scored = group.rollouts.filter((r) => r.signals);
  const right = scored.filter((r) => r.signals && r.signals.reward === 1).length;
  return (
    <article className={styles.problem}>
      <h3 className={styles.question}>
        <span>{visible(group.question)}</span>
        <span className={styles.score}>{scored.length > 0 && `${right} of ${scored.length} correct`}</span>
      </h3>
      <ul>
        {group.rollouts.map((r) => (
          <RolloutRow key={r.index} rollout={r} measure={measure} separator={separator} />
        ))}
      </ul>
    </article>
  );
});
