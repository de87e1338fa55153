import { useEffect, useState } from 'react';
import type { LoadProgress } from '../../library/sources/progress';
import styles from '../models/Load.module.css';
import { LoadLine } from '../models/LoadLine';
import { nameShown } from '../models/names';
import { stop } from './session';
import { type InspectState, type Lane, useInspector } from './store';

/** What is over sooner needs no word, ms. */
const PATIENCE: Partial<Record<Lane, number>> = {
  ...{ main: 500, other: 500 },
  ...{ score: 2500, compare: 2500, contexts: 2500, layers: 2500 },
};

/** How far slow work is, and the way to stop it. */
export function BusyNotice() {
  const lane = useInspector(workingOn);
  const id = useInspector((s) => (lane ? s.asked[lane] : undefined));
  const what = useInspector((s) => (lane ? whatOf(s, lane) : ''));
  const progress = useInspector((s) => (s.progress?.of === id ? s.progress : null));
  const [late, setLate] = useState<number | undefined>();
  useEffect(() => {
    if (!lane) return;
    const timer = setTimeout(() => setLate(id), PATIENCE[lane]);
    return () => clearTimeout(timer);
  }, [id, lane]);
  if (!lane || id === undefined || late !== id) return null;
  const shown: LoadProgress = progress ?? { what, done: 0, total: null, download: null };
  return (
    <div className={styles.busy}>
      <LoadLine progress={shown} onCancel={() => void stop(lane)} />
    </div>
  );
}

const workingOn = (state: InspectState): Lane | null =>
  (Object.keys(PATIENCE) as Lane[]).find((lane) => state.asked[lane] !== undefined) ?? null;

function whatOf({ subject, otherSubject }: InspectState, lane: Lane): string {
  if (lane === 'main') return `Opening ${nameShown(subject.model)}`;
  if (lane === 'other') return `Opening ${nameShown(otherSubject.model)}`;
  if (lane === 'layers') return 'Reading the response out of every layer';
  return lane === 'contexts' ? 'Scoring the response under every context' : 'Scoring the response';
}
