import { useEffect, useState } from 'react';
import { type RaceRun, raceRuns } from './race';

/** The recorded runs; null until they are here, or the reason why they are not. */
export function useRace(): readonly RaceRun[] | string | null {
  const [race, set] = useState<readonly RaceRun[] | string | null>(null);
  useEffect(() => {
    raceRuns().then(set, (error: Error) => set(error.message));
  }, []);
  return race;
}
