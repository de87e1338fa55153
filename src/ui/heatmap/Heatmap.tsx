import { useLayoutEffect, useMemo, useRef } from 'react';
import { StepNote } from '../notices/StepNote';
import { playsFast, useReplay } from '../replay/player';
import { stepOf } from '../state/snapshot';
import { useLab } from '../state/store';
import { TokenRegion } from '../tokens/TokenRegion';
import type { TokenPlace } from '../tokens/walk';
import styles from './Heatmap.module.css';
import { Intro } from './Intro';
import { showNewest } from './kept-height';
import { Legend } from './Legend';
import { arrange, MEASURES } from './measures';
import { ProblemRows } from './ProblemRows';
import { TokenDetail } from './TokenDetail';
import { Measures, measureShown, Toolbar } from './Toolbar';
import { useTurns } from './turns';

/** The rollouts of a step, token by token while they are sampled, tinted once they are scored. */
export function Heatmap() {
  const live = useLab((s) => s.snapshot.rollouts);
  const liveStep = useLab((s) => s.snapshot.rolloutStep);
  const held = useLab((s) => s.held);
  const measure = useLab(measureShown);
  const filter = useLab((s) => s.filter);
  const sort = useLab((s) => s.sort);
  const separator = useLab((s) => s.snapshot.separator);
  const task = useLab((s) => s.snapshot.config?.task ?? s.draft.task);
  const rollouts = held?.rollouts ?? live;
  const step = held?.step ?? liveStep;
  const at = useLab((s) => stepOf(s.snapshot));
  const coloured = useLab((s) => s.snapshot.lastScored?.step ?? 0);
  const groups = useMemo(() => arrange(rollouts, filter, sort), [rollouts, filter, sort]);
  const rows = useRef<HTMLDivElement>(null);
  const drawn = useTurns(groups, coloured, rows, useReplay(playsFast));
  const pick = (at: TokenPlace | null): void => {
    const rollout = at && rollouts[at.text];
    if (rollout) useLab.setState({ picked: { rollout, step, token: at.token } });
  };

  useLayoutEffect(() => {
    if (rows.current) showNewest(rows.current);
  });

  return (
    <div className={styles.heatmap}>
      <div className={styles.head}>
        <h2>
          Rollouts
          {step > 0 && (
            <span className={styles.step}>
              {' '}
              of step {step}
              {held ? ', held' : step < at && ', the last that are known'}
            </span>
          )}
        </h2>
        <Toolbar />
      </div>
      <Intro task={task} />
      <div className={styles.scale}>
        <Measures />
        <Legend measure={MEASURES[measure]} />
      </div>
      <TokenRegion label="Token heatmap" className={styles.region} scrolls onFocus={pick} onPoint={pick}>
        {groups.length === 0 ? (
          <p className={styles.empty}>
            {rollouts.length === 0
              ? 'Rollouts appear here token by token once a run samples.'
              : 'No rollout of this step passes the filter.'}
          </p>
        ) : (
          // Texts that are coloured have heights of their own; while the next ones are written, rows keep these.
          <div ref={rows}>
            {drawn.map(({ group, scored }) => (
              <ProblemRows
                key={`${scored} ${group.group}`}
                group={group}
                measure={MEASURES[measure]}
                separator={separator}
              />
            ))}
          </div>
        )}
      </TokenRegion>
      <StepNote />
      <TokenDetail at={step} />
    </div>
  );
}
