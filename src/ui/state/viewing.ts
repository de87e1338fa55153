/**
 * Which steps the page follows. A small model takes several steps a second, and the next step's first tokens would wipe
 * the colours before anyone has read them: a coloured step stays for DWELL_MS, and steps that begin meanwhile are passed
 * over. What else is told of those waits with them, so that everything on screen is of one step: it comes, in order, with
 * the next step that is shown. A run that comes to rest shows its last one.
 */
import type { RunEvent } from '../../runs/events';

/** Time a coloured step stays, ms. */
export const DWELL_MS = 1500;

export class Viewing {
  private until = 0;
  /** The step whose colours are on screen. */
  private shown = 0;
  private passedOver: number | null = null;
  /** What was told of the steps that were passed over; of their rollouts the last scored ones only. */
  private waiting: RunEvent[] = [];

  /** What the page is to be told of `event`, which came at `now` (ms, any origin): nothing, the event, or more before it. */
  admit(event: RunEvent, now: number): RunEvent[] {
    switch (event.type) {
      case 'rollouts':
        if (now >= this.until) return this.flush(event);
        this.passedOver = event.step;
        return [];
      case 'tokens':
        return event.step === this.passedOver ? [] : [event];
      case 'signals':
        if (event.step === this.passedOver) return this.wait(event);
        this.until = now + DWELL_MS;
        this.shown = event.step;
        return [event];
      case 'start':
      case 'sft-start':
        this.next();
        return [event];
      case 'phase':
        return event.phase === 'paused' ? this.flush(event) : this.inStep(event, event.step, now);
      case 'done':
      case 'fault':
        return this.flush(event);
      default:
        return this.inStep(event, 'step' in event ? event.step : 0, now);
    }
  }

  /** The next step is shown whatever is on screen: a person asked for it. */
  next(): void {
    this.until = 0;
    this.passedOver = null;
    this.waiting = [];
  }

  /** What is of a later step than the one that stays on screen waits. */
  private inStep(event: RunEvent, step: number, now: number): RunEvent[] {
    const stays = this.passedOver !== null || now < this.until;
    return stays && step > this.shown ? this.wait(event) : [event];
  }

  private wait(event: RunEvent): RunEvent[] {
    if (event.type === 'signals') this.waiting = this.waiting.filter(({ type }) => type !== 'signals');
    this.waiting.push(event);
    return [];
  }

  /** What waits: nothing more may come. */
  rest(): RunEvent[] {
    const { waiting } = this;
    this.next();
    return waiting;
  }

  private flush(event: RunEvent): RunEvent[] {
    return [...this.rest(), event];
  }
}
