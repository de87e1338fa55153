import { type KeyboardEvent, type SyntheticEvent, useEffect, useMemo, useRef } from 'react';
import { useLab } from '../state/store';
import styles from './Heatmap.module.css';
import { Legend } from './Legend';
import { arrange, type ProblemGroup } from './measures';
import { tokenAt } from './paint';
import { RolloutRow } from './RolloutRow';
import { keepOneTabStop, moveTabStop, neighbour } from './roving';
import { TokenDetail } from './TokenDetail';
import { Toolbar } from './Toolbar';

/** The rollouts of a step, token by token while they are sampled, tinted once they are scored. */
export function Heatmap() {
  const live = useLab((s) => s.snapshot.rollouts);
  const liveStep = useLab((s) => s.snapshot.rolloutStep);
  const held = useLab((s) => s.held);
  const measure = useLab((s) => s.measure);
  const filter = useLab((s) => s.filter);
  const sort = useLab((s) => s.sort);
  const region = useRef<HTMLElement>(null);
  const rollouts = held?.rollouts ?? live;
  const step = held?.step ?? liveStep;
  const groups = useMemo(() => arrange(rollouts, filter, sort), [rollouts, filter, sort]);
  useEffect(() => {
    if (region.current) keepOneTabStop(region.current);
  });

  const pick = (event: SyntheticEvent): void => {
    const at = tokenAt(event.target);
    const rollout = at && rollouts[Number(at.row.dataset.rollout)];
    if (!at || !rollout) return;
    if (event.type === 'focus' && region.current) moveTabStop(region.current, at.span);
    useLab.setState({ picked: { rollout, step, token: at.token } });
  };
  const onKey = (event: KeyboardEvent): void => {
    const at = tokenAt(event.target);
    const next = at && region.current && neighbour(region.current, at.span, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  return (
    <div className={styles.heatmap}>
      <div className={styles.head}>
        <h2>
          Rollouts
          {step > 0 && (
            <span className={styles.step}>
              {' '}
              of step {step}
              {held && ', held'}
            </span>
          )}
        </h2>
        <Toolbar />
      </div>
      <Legend measure={measure} />
      <section
        ref={region}
        className={styles.region}
        aria-label="Token heatmap"
        onPointerOver={pick}
        onFocus={pick}
        onKeyDown={onKey}
      >
        {groups.length === 0 ? (
          <p className={styles.empty}>
            {rollouts.length === 0
              ? 'Rollouts appear here token by token once a run samples.'
              : 'No rollout of this step passes the filter.'}
          </p>
        ) : (
          groups.map((g) => <Problem key={g.group} group={g} measure={measure} />)
        )}
      </section>
      <TokenDetail />
    </div>
  );
}

function Problem({ group, measure }: { group: ProblemGroup; measure: Parameters<typeof RolloutRow>[0]['measure'] }) {
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
          <RolloutRow key={r.index} rollout={r} measure={measure} />
        ))}
      </ul>
    </article>
  );
}
