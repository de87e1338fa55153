/** What a host steps, whatever is trained and how: a Session (reinforcement learning) or an SftRun (supervised). */
import type { TrainingState } from '../model/net/policy';
import type { Fault } from './events';

/** A step in host memory: with the same configuration a run goes on from it as if it had never stopped. */
export interface HeldStep<Extra> {
  readonly step: number;
  readonly state: TrainingState;
  readonly extra: Extra;
}

/** Where a run continues from: a state held in memory, or the step of a checkpoint in its folder. */
export type Resume<Extra> = HeldStep<Extra> | { readonly step: number };

export interface TrainingRun<Config = unknown, Extra = unknown> {
  /** As it stands, with what was changed while the run was going. */
  readonly config: Config;
  /** Updates done. */
  readonly step: number;
  readonly finished: boolean;
  /** The next update, with what is due around it. Rejects where it failed; the weights are then those before it. */
  next(): Promise<void>;
  /** Stores everything the next step depends on, where the run is stored. The next checkpoint replaces a `passing` one. */
  checkpoint(passing?: boolean): Promise<void>;
  /** Ends the run: tells 'done', and stores what was trained under final/ where it is finished. */
  finish(reason: 'finished' | 'stopped'): Promise<void>;
  /** What was trained, as the ecosystem reads it. */
  exportModel(): Promise<Map<string, Uint8Array<ArrayBuffer>>>;
  /** The step that was just done. */
  held(): Promise<HeldStep<Extra>>;
  /** Tells an error as a fault, with what can still be done. */
  fault(error: unknown): Fault;
  destroy(): void;
}
