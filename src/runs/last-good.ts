/** The last good step of a run, in host memory: a lost device or a bad step continues from here. */
import type { HeldStep, Run } from './run';

/** Of the time, one part goes into keeping steps at most. */
const PART = 20;

export class LastGood {
  held: HeldStep | null = null;
  /** When a step was kept last, and how long that took, ms. */
  private at = 0;
  private took = 0;

  /**
   * Keeps the step that was just done. Of a large model that takes a while: where the run goes on, at most one part in
   * PART of the time goes into it, and a fault goes back by as many steps as were not kept.
   */
  async keep(run: Run, goesOn: boolean): Promise<void> {
    const now = performance.now();
    if (this.held && goesOn && now - this.at < PART * this.took) return;
    this.held = await run.held();
    this.at = performance.now();
    this.took = this.at - now;
  }

  forget(): void {
    this.held = null;
  }
}
