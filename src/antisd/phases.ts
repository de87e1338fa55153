/** The parts of a step and the time that each takes. */

/** The four timed parts of a step. */
export type PhaseName = 'sample' | 'score' | 'backward' | 'update';

/** Wall time by phase, in milliseconds. */
export function phaseClock(onPhase?: (phase: PhaseName) => void) {
  const ms: Record<PhaseName, number> = { sample: 0, score: 0, backward: 0, update: 0 };
  let phase: PhaseName | null = null;
  let since = 0;
  const leave = () => {
    if (phase) ms[phase] += performance.now() - since;
  };
  return {
    enter(next: PhaseName) {
      leave();
      phase = next;
      since = performance.now();
      onPhase?.(next);
    },
    /** Waits for what `wait` does with the times so far; no phase has that time. */
    async rest(wait: (ms: Readonly<Record<PhaseName, number>>) => Promise<void>) {
      leave();
      await wait({ ...ms });
      since = performance.now();
    },
    end() {
      leave();
      return ms;
    },
  };
}

export type PhaseClock = ReturnType<typeof phaseClock>;
