import { useEffect } from 'react';
import { openBench, type Sheet, useBench } from './bench';

/** The response on screen; null until the recording is here. */
export function useBenchSheet(): Sheet | null {
  useEffect(() => void openBench(), []);
  return useBench(({ sheets, at }) => sheets[at] ?? null);
}
