import { type KeyboardEvent, type SyntheticEvent, useLayoutEffect, useMemo, useRef } from 'react';
import { useLab } from '../state/store';
import styles from './Heatmap.module.css';
import { Legend } from './Legend';
import { arrange, MEASURES } from './measures';
import { ProblemRows } from './ProblemRows';
import { paintRows, tokenAt } from './paint';
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
  useLayoutEffect(() => {
    if (!region.current) return;
    paintRows(region.current, rollouts, MEASURES[measure]);
    keepOneTabStop(region.current);
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
      <Legend measure={MEASURES[measure]} />
      <section
        ref={region}
        className={styles.region}
        aria-label="Token heatmap"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
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
          groups.map((g) => <ProblemRows key={g.group} group={g} scale={MEASURES[measure].scale} />)
        )}
      </section>
      <TokenDetail />
    </div>
  );
}
