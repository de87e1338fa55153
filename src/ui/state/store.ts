/** The training page's store: choices and snapshots, never tensors. */
import { create } from 'zustand';
import type { ListedRun } from '../../runs/stored-runs';
import type { FilterName, MeasureName, SortName } from '../heatmap/measures';
import { INITIAL_FORM, type SftForm } from '../sft/form';
import { DEFAULT_DRAFT, type Draft } from './draft';
import { type EngineFields, OPENING } from './engine-state';
import { EMPTY, type RolloutView, type Snapshot } from './snapshot';

/** Reinforcement learning, or supervised fine-tuning. */
export type RunKind = 'rl' | 'sft';
export type Theme = 'system' | 'light' | 'dark';

/** A token the person points at. It keeps its rollout, so the card stays true when the next step arrives. */
export interface Picked {
  readonly rollout: RolloutView;
  readonly step: number;
  readonly token: number;
}

/** `engine` is the one that trains. */
export interface LabState extends EngineFields {
  /** Where the snapshot's events come from. */
  source: 'none' | 'recorded' | 'stored' | 'live';
  snapshot: Snapshot;
  /** A command that was sent and not yet answered by an event. */
  asked: 'start' | 'pause' | 'stop' | 'recover' | null;
  /** The name that the run on screen is stored by; null where it is not stored, or not this page's. */
  run: string | null;
  /** The stored run that was asked for last; null where a new one was. */
  continuing: string | null;
  /** Which kind of run the page is set to. */
  kind: RunKind;
  /** The form of reinforcement learning. */
  draft: Draft;
  /** The form of supervised runs. */
  sft: SftForm;
  /** Why the link's settings could not be used, or what the worker could not do. */
  problem: string | null;
  runs: readonly ListedRun[] | null;
  measure: MeasureName;
  filter: FilterName;
  sort: SortName;
  /** The rollouts kept on screen while the run goes on, or null. */
  held: { step: number; rollouts: readonly RolloutView[] } | null;
  picked: Picked | null;
  theme: Theme;
  /** The server has a newer build of the page. */
  newer: boolean;
}

export const INITIAL: LabState = {
  ...OPENING,
  source: 'none',
  snapshot: EMPTY,
  asked: null,
  run: null,
  continuing: null,
  kind: 'rl',
  draft: DEFAULT_DRAFT,
  sft: INITIAL_FORM,
  problem: null,
  runs: null,
  measure: 'u',
  filter: 'all',
  sort: 'order',
  held: null,
  picked: null,
  theme: 'system',
  newer: false,
};

export const useLab = create<LabState>(() => INITIAL);

/** Whether there is an engine to ask, now or soon. */
export const isReachable = (engine: LabState['engine']['state']): boolean => engine === 'opening' || engine === 'ready';

/** What the transport buttons go by. */
export type Activity = 'idle' | 'starting' | 'running' | 'pausing' | 'paused' | 'stopping' | 'faulted';

export function activityOf({ source, snapshot, asked }: Pick<LabState, 'source' | 'snapshot' | 'asked'>): Activity {
  if (asked === 'start' || asked === 'recover') return 'starting';
  if (source !== 'live') return 'idle';
  if (snapshot.fault && snapshot.stage === 'ended') return 'faulted';
  if (asked === 'stop') return 'stopping';
  if (snapshot.stage === 'paused') return 'paused';
  if (snapshot.stage !== 'working') return 'idle';
  return asked === 'pause' ? 'pausing' : 'running';
}

/** True while a closed tab would lose steps: they are in no checkpoint. */
export function losesSteps({ source, snapshot }: Pick<LabState, 'source' | 'snapshot'>): boolean {
  const { sft, steps, lastCheckpoint, done } = snapshot;
  const last = (sft ? sft.figures : steps).at(-1)?.step ?? 0;
  return source === 'live' && done === null && last > (lastCheckpoint ?? 0);
}

/** True while settings that are fixed for a run must not be touched. */
export const isBusy = (activity: Activity): boolean => activity !== 'idle' && activity !== 'faulted';
