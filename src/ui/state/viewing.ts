/**
 * Which steps the heatmap follows. A small model takes several steps a second, and the next step's first tokens would
 * wipe the colours before anyone has read them: a coloured step stays for DWELL_MS, and steps that begin meanwhile are
 * passed over. Figures and charts still get every step, and a run that comes to rest shows its last one.
 */
import type { RunEvent, RunEventOf } from '../../runs/events';

/** Time a coloured step stays, ms. */
export const DWELL_MS = 1500;

export class Viewing {
  private until = 0;
  private passedOver: number | null = null;
  /** The last scored step that was passed over. */
  private unseen: RunEventOf<'signals'> | null = null;

  /** What the page is to be told of `event`, which came at `now` (ms, any origin): nothing, the event, or one more before it. */
  admit(event: RunEvent, now: number): RunEvent[] {
    switch (event.type) {
      case 'rollouts':
        this.passedOver = now < this.until ? event.step : null;
        if (this.passedOver === null) this.unseen = null;
        return this.passedOver === null ? [event] : [];
      case 'tokens':
        return event.step === this.passedOver ? [] : [event];
      case 'signals':
        if (event.step === this.passedOver) {
          this.unseen = event;
          return [];
        }
        this.until = now + DWELL_MS;
        return [event];
      case 'start':
        this.next();
        return [event];
      case 'phase':
        return event.phase === 'paused' ? this.atRest(event) : [event];
      case 'done':
      case 'fault':
        return this.atRest(event);
      default:
        return [event];
    }
  }

  /** The next step is shown whatever is on screen: a person asked for it. */
  next(): void {
    this.until = 0;
    this.passedOver = null;
    this.unseen = null;
  }

  private atRest(event: RunEvent): RunEvent[] {
    const { unseen } = this;
    this.next();
    return unseen ? [unseen, event] : [event];
  }
}
