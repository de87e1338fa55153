import { useEffect, useState } from 'react';
import { bytesText } from '../../data/bytes';
import type { ListedRun } from '../../runs/stored-runs';
import { takeRuns } from '../actions/takeRuns';
import { FileButtons } from '../models/FileButtons';
import { useLab } from '../state/store';
import { StoredRunRow } from './StoredRunRow';
import styles from './StoredRuns.module.css';

const isStarred = (run: ListedRun): boolean => !('broken' in run) && run.starred === true;

/** The runs that this browser keeps, starred ones first, then the newest, and what they take of its storage. */
export function StoredRunList() {
  const runs = useLab((s) => s.runs);
  const room = useRoom(runs);
  if (runs === null) return null;
  const total = runs.reduce((sum, { bytes }) => sum + bytes, 0);
  const sorted = [...runs.filter(isStarred), ...runs.filter((run) => !isStarred(run))];
  return (
    <section aria-label="Stored runs">
      <p className={styles.caption}>
        {runs.length === 0
          ? 'No run is stored in this browser.'
          : `${runs.length === 1 ? 'One run' : `${runs.length} runs`}, ${bytesText(total)}`}
        {room !== null && `; room for ${bytesText(room)} more`}
      </p>
      {runs.length > 1 && <a href="#compare">Compare runs</a>}
      <ul>
        {sorted.map((run) => (
          <StoredRunRow key={run.id} run={run} />
        ))}
      </ul>
      <p className={styles.caption}>Take in runs: folders of the command line, or archives.</p>
      <FileButtons what="model" onFiles={takeRuns} />
    </section>
  );
}

/** Bytes that this browser may still store, as it guesses, whenever the list changes; null where it does not say. */
function useRoom(runs: readonly ListedRun[] | null): number | null {
  const [room, setRoom] = useState<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again with every other list
  useEffect(() => {
    const estimate = navigator.storage?.estimate?.() ?? Promise.resolve({});
    estimate.then(
      ({ quota, usage }: StorageEstimate) => setRoom(quota === undefined || usage === undefined ? null : quota - usage),
      () => setRoom(null),
    );
  }, [runs]);
  return room;
}
