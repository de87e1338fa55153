import { memo } from 'react';
import type { Measure, ProblemGroup } from './measures';
import styles from './ProblemRows.module.css';
import { RolloutRow, sameRow } from './RolloutRow';

interface Props {
  group: ProblemGroup;
  scale: Measure['scale'];
}

/** A problem's question and its rollouts. */
export const ProblemRows = memo(function ProblemRows({ group, scale }: Props) {
  const scored = group.rollouts.filter((r) => r.signals);
  const right = scored.filter((r) => r.signals && r.signals.reward > 0).length;
  return (
    <article className={styles.problem}>
      <h3 className={styles.question}>
        <span>{group.question}</span>
        <span className={styles.score}>{scored.length > 0 && `${right} of ${scored.length} correct`}</span>
      </h3>
      <ul>
        {group.rollouts.map((r) => (
          <RolloutRow key={r.index} rollout={r} scale={scale} />
        ))}
      </ul>
    </article>
  );
}, sameProblem);

function sameProblem(a: Props, b: Props): boolean {
  const [before, after] = [a.group.rollouts, b.group.rollouts];
  const same =
    a.group.group === b.group.group && a.group.question === b.group.question && before.length === after.length;
  return (
    same && after.every((rollout, i) => sameRow({ rollout: before[i], scale: a.scale }, { rollout, scale: b.scale }))
  );
}
