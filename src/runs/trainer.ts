/**
 * What differs between the kinds of runs. A Trainer has a policy, makes its updates and measures it; a Run does the rest:
 * it counts, keeps the log, the checkpoints and the schedule, and goes on where it was left.
 */
import type * as v from 'valibot';
import { BadInput } from '../data/errors';
import type { DeviceReport } from '../kernels/device-report';
import type { MemoryPlan } from '../model/net/decoder';
import type { Policy } from '../model/net/policy';
import type { TrainConfig } from '../settings/config';
import type { RunConfig } from './run-config';
import type { Unstamped } from './run-log';

/** Settings that are changed while a run is going. */
export type Patch = Partial<TrainConfig>;

/** What a trainer is asked for, in steps. */
export interface Schedule {
  /** The last step. */
  readonly steps: number;
  readonly checkpointEvery: number;
  /** How many of the newest checkpoints stay, besides one of the older; 0 for all. */
  readonly keepCheckpoints: number;
  /** 0 for never. */
  readonly evalEvery: number;
  /** Whether the last step is measured, whatever its number. */
  readonly evalAtEnd: boolean;
}

/** The run's clock after an update. */
export interface Clock {
  readonly step: number;
  /** Wall time of this update. */
  readonly seconds: number;
  /** Seconds that the steps to come will take. */
  readonly eta: number;
  /** Whether a measurement is due. */
  readonly due: boolean;
}

/** Tells what an update did, with the measurement where it is due. */
export type Report = (clock: Clock) => Promise<void>;

/** What every run begins with. */
export interface Beginning {
  readonly device: DeviceReport;
  readonly memory: MemoryPlan;
  /** Those that are trained. */
  readonly parameters: number;
  /** The step that it goes on from; null at its beginning. */
  readonly resumedFrom: number | null;
}

/** The run that a new one begins from: its configuration, null where an earlier version did not store it, and its step. */
export interface BegunFrom {
  readonly config: RunConfig | null;
  readonly step: number;
}

/** `Own`: what a checkpoint holds of it besides the policy; plain data. */
export interface Trainer<Own extends object = object> {
  readonly policy: Policy;
  /** As it stands, with what was changed while the run was going. */
  readonly config: RunConfig;
  readonly schedule: Schedule;
  /** The tokenizer's files, for model folders. */
  readonly tokenizer: ReadonlyMap<string, string>;
  /** What an adapter is trained for; null where it is all of a model. */
  readonly baseModel: string | null;
  /** The event that the run begins with. */
  opening(beginning: Beginning): Unstamped;
  /** What is measured before the first update. */
  begin(): Promise<void>;
  /** Update `step` (from 1). Rejects where it failed; weights and state are then those before it. */
  update(step: number): Promise<Report>;
  /** Takes settings from the next step on. Throws BadInput where they cannot be changed. */
  change(patch: Patch): void;
  /** What a state that was stored must be. */
  readonly stateSchema: v.GenericSchema<unknown, Own>;
  state(): Own;
  /** What step `step` was measured as on held-out data, more is better; null where it was not. */
  score(step: number): number | null;
  /** Puts it where a run stood; `begunFrom`: that was another run. Throws BadInput where the state is not of this trainer's data. */
  restore(own: Own, begunFrom: BegunFrom | null): void;
  /** What is measured after the last update, after step `step`. */
  end(step: number, reason: 'finished' | 'stopped'): Promise<void>;
  destroy(): void;
}

/** What a trainer says to `change` where no setting can be changed on the way. Throws BadInput. */
export function nothingLive(what: string): never {
  throw new BadInput(`${what} takes no settings while it runs`, 'settings', 'Stop it and start another run.');
}
