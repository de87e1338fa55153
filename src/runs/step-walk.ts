/** A training step that waits after each of its stages, for somebody who looks at the arrays it has so far. */
import type { RunEvent } from './events';
import type { PreparedRun, RunBench } from './open-run';
import { type WalkedStage, wholeStep } from './walked-stage';

/**
 * Takes the first step of a run that nobody stores, and waits for `onStage` after every stage. What it rejects with ends the
 * step; nothing stays on the device either way. Throws as the run does.
 */
export async function walkStep(
  prepared: PreparedRun,
  place: Pick<RunBench, 'gpu' | 'device' | 'onLoaded'>,
  onStage: (told: WalkedStage) => Promise<void>,
  onPhase: (phase: string) => void,
): Promise<void> {
  const events: RunEvent[] = [];
  const emit = (event: RunEvent): void => {
    events.push(event);
    if (event.type === 'phase') onPhase(event.phase);
  };
  const run = await prepared.open({ ...place, store: null, watched: false, emit, between: onStage });
  try {
    await run.next();
    const whole = wholeStep(events);
    if (whole) await onStage(whole);
  } finally {
    run.destroy();
  }
}
