import { useEffect, useState } from 'react';
import { LoadLine } from '../models/LoadLine';
import { laneOf, stop } from './bridge';
import { useInspector } from './store';

/** What is over sooner needs no word, ms. */
const PATIENCE_MS = 500;

/** How far a model is, once that takes longer. */
export function LoadNotice() {
  const progress = useInspector((s) => s.progress);
  const lane = useInspector((s) => (s.progress ? laneOf(s.asked, s.progress.id) : null));
  const [late, setLate] = useState<number | null>(null);
  const id = progress?.id ?? null;
  useEffect(() => {
    if (id === null) return;
    const timer = setTimeout(() => setLate(id), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [id]);
  if (!progress || !lane || late !== id) return null;
  return <LoadLine progress={progress} onCancel={() => stop(lane)} />;
}
