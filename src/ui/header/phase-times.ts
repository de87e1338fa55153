/** How long the page has seen something go on. The engine says when it begins; the page's clock does the rest. */
import { useEffect, useReducer, useRef } from 'react';

const TICK_MS = 1000;

/** Draws its component anew every second. */
function useTick(): void {
  const [, tick] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, []);
}

/** Seconds since `what` is what it is. */
export function useSeconds(what: string): number {
  useTick();
  const now = performance.now() / 1000;
  const seen = useRef({ what, since: now });
  if (seen.current.what !== what) seen.current = { what, since: now };
  return now - seen.current.since;
}

/** Seconds. */
export interface PhaseTimes {
  readonly step: number;
  readonly phase: number;
  /** What this step's scoring took; 0 while it has not been seen to its end. */
  readonly scoring: number;
}

/** Times of the step and the phase that go on, anew every second. */
export function usePhaseTimes(step: number, phase: string): PhaseTimes {
  useTick();
  const now = performance.now() / 1000;
  const seen = useRef({ step, stepAt: now, phase, phaseAt: now, scoring: 0 });
  const { current } = seen;
  if (current.step !== step) seen.current = { step, stepAt: now, phase, phaseAt: now, scoring: 0 };
  else if (current.phase !== phase) {
    const scoring = current.phase === 'score' ? now - current.phaseAt : current.scoring;
    seen.current = { ...current, phase, phaseAt: now, scoring };
  }
  const { stepAt, phaseAt, scoring } = seen.current;
  return { step: now - stepAt, phase: now - phaseAt, scoring };
}
