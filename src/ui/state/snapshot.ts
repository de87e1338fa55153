/**
 * What the page knows about a run: a pure fold of RunEvents. A live run, a resumed run and a replay go through the same
 * function, so they look the same. Nats throughout, as in the events.
 */

import type { TokenRow } from '../../antisd/measures';
import { rowOf, type SignalRow } from '../../antisd/signals';
import type { DeviceReport } from '../../kernels/device-report';
import type { MemoryPlan } from '../../model/net/decoder';
import type { Fault, RunEvent, RunEventOf, StepFigures, ToldRollout } from '../../runs/events';
import { type Separator, separatorOf } from '../../runs/separator';
import type { TrainConfig } from '../../settings/config';
import { foldSft, type SftSnapshot } from '../sft/snapshot';
import { type Sequence, Series } from './series';

/** What is told of a rollout, with its columns. */
export type ScoredRollout = ToldRollout & SignalRow;

/** One rollout of the step on screen: its tokens as they arrive, its columns once it is scored. */
export interface RolloutView {
  /** Place in the step's order; unique within it. */
  readonly index: number;
  readonly problem: string;
  readonly group: number;
  readonly question: string;
  readonly tokens: Sequence<string>;
  readonly signals: ScoredRollout | null;
}

export type EvalFigures = RunEventOf<'eval'>;
export type GateFigures = Pick<StepFigures, 'gateState' | 'gateStatistic' | 'gateClosesBelow' | 'gateOpensAbove'>;

export interface Snapshot {
  readonly config: TrainConfig | null;
  readonly device: DeviceReport | null;
  readonly memory: MemoryPlan | null;
  readonly parameters: number;
  /** Which problems are left out, and why. */
  readonly leftOut: string | null;
  /** How the rows of a file were read. */
  readonly readAs: string | null;
  /** What is to be known of the settings. */
  readonly warnings: readonly string[];
  /** What the run is doing; 'ended' after done or fault. */
  readonly stage: 'none' | 'working' | 'paused' | 'ended';
  readonly phase: RunEventOf<'phase'>['phase'] | null;
  /** The step being worked on. */
  readonly step: number;
  /** The step that the run began or went on at; 0 at the beginning. */
  readonly begun: number;
  readonly rollouts: readonly RolloutView[];
  /** What stands between two tokens' texts. */
  readonly separator: Separator;
  /** The step whose rollouts are shown. */
  readonly rolloutStep: number;
  /** The last rollouts that were scored: what a fault leaves on screen. */
  readonly lastScored: { readonly step: number; readonly rollouts: readonly RolloutView[] } | null;
  /** The fixed texts as they were scored last. */
  readonly probe: { readonly step: number; readonly rollouts: readonly RolloutView[] } | null;
  readonly steps: Series<StepFigures>;
  readonly evals: Series<EvalFigures>;
  readonly gate: GateFigures | null;
  readonly table: readonly TokenRow[];
  readonly changes: readonly RunEventOf<'change'>[];
  /** What a supervised run tells; null for reinforcement learning. */
  readonly sft: SftSnapshot | null;
  /** Seconds left, as the engine estimates them. */
  readonly eta: number | null;
  readonly lastCheckpoint: number | null;
  readonly fault: Fault | null;
  readonly done: RunEventOf<'done'> | null;
}

export const EMPTY: Snapshot = {
  config: null,
  device: null,
  memory: null,
  parameters: 0,
  leftOut: null,
  readAs: null,
  warnings: [],
  stage: 'none',
  phase: null,
  step: 0,
  begun: 0,
  rollouts: [],
  separator: ' ',
  rolloutStep: 0,
  lastScored: null,
  probe: null,
  steps: Series.of(),
  evals: Series.of(),
  gate: null,
  table: [],
  changes: [],
  sft: null,
  eta: null,
  lastCheckpoint: null,
  fault: null,
  done: null,
};

/** The snapshot of a run whose engine is gone: nothing more comes of it, and what was scored last is shown. */
export const cutOff = (snapshot: Snapshot): Snapshot =>
  snapshot.stage === 'working' || snapshot.stage === 'paused'
    ? { ...snapshot, ...ended(snapshot), eta: null }
    : snapshot;

/** What ends a run before its time leaves on screen. */
const ended = ({ lastScored }: Snapshot): Partial<Snapshot> => ({
  stage: 'ended',
  phase: null,
  ...(lastScored && { rollouts: lastScored.rollouts, rolloutStep: lastScored.step }),
});

/** The step, or update, that the page is at: that of the rollouts on screen, else the last one done. All who name one ask here. */
export const stepOf = (snapshot: Snapshot): number =>
  snapshot.sft ? doneOf(snapshot) : Math.max(snapshot.rolloutStep, doneOf(snapshot));

/** The last step, or update, that is done, or that another run stood at where this one began. */
export const doneOf = ({ sft, steps, begun }: Snapshot): number => (sft ? sft.figures : steps).at(-1)?.step ?? begun;

type Draft = { -readonly [K in keyof Snapshot]: Snapshot[K] };

/** The snapshot after `events`, in order. What grows is appended to in place, whatever its length. */
export function fold(snapshot: Snapshot, events: readonly RunEvent[]): Snapshot {
  if (events.length === 0) return snapshot;
  const draft: Draft = { ...snapshot };
  // What a newer version tells besides changes nothing: the rest of the log is still good.
  for (const event of events)
    if (Object.hasOwn(AFTER, event.type)) (AFTER[event.type] as (draft: Draft, event: RunEvent) => void)(draft, event);
  return draft;
}

/** What each event changes. */
const AFTER: { readonly [T in RunEvent['type']]: (draft: Draft, event: RunEventOf<T>) => void } = {
  start: applyStart,
  phase(draft, event) {
    draft.phase = event.phase;
    draft.step = event.step;
    draft.stage = event.phase === 'paused' ? 'paused' : 'working';
  },
  rollouts(draft, event) {
    draft.rolloutStep = event.step;
    draft.rollouts = event.rollouts.map((r, index) => ({ ...r, index, tokens: Series.of(), signals: null }));
  },
  tokens(draft, event) {
    draft.rollouts = withTokens(draft.rollouts, event.pieces);
    draft.separator = separatorOf(draft.separator, event.pieces);
  },
  signals(draft, event) {
    draft.rolloutStep = event.step;
    draft.rollouts = viewsOf(event);
    draft.separator = separatorOf(draft.separator, event.rollouts);
    draft.lastScored = { step: event.step, rollouts: draft.rollouts };
  },
  probe(draft, event) {
    draft.probe = { step: event.step, rollouts: viewsOf(event) };
  },
  gate(draft, event) {
    draft.gate = {
      gateState: event.state,
      gateStatistic: event.statistic,
      gateClosesBelow: event.closesBelow,
      gateOpensAbove: event.opensAbove,
    };
  },
  step(draft, event) {
    draft.step = event.step;
    draft.eta = event.eta;
    draft.gate = event;
    draft.steps = draft.steps.append(event);
  },
  eval(draft, event) {
    draft.evals = draft.evals.append(event);
  },
  'tokens-table'(draft, event) {
    draft.table = event.rows;
  },
  checkpoint(draft, event) {
    draft.lastCheckpoint = event.step;
    if (draft.fault?.kind === 'storage') draft.fault = null; // stored again
  },
  checked(draft, { selfTest }) {
    draft.device = draft.device && { ...draft.device, selfTest };
  },
  change(draft, event) {
    draft.changes = [...draft.changes, event];
    if (draft.config) draft.config = { ...draft.config, ...event.patch };
  },
  fault(draft, event) {
    draft.fault = event.fault;
    if (event.fault.kind !== 'storage') Object.assign(draft, ended(draft)); // the run goes on, in memory
  },
  done(draft, event) {
    draft.done = event;
    draft.stage = 'ended';
    draft.phase = null;
    draft.eta = null;
  },
  'sft-start'(draft, event) {
    Object.assign(draft, event.resumedFrom === null ? EMPTY : draft, sharedFacts(event));
    draft.sft = foldSft(event.resumedFrom === null ? null : draft.sft, event);
  },
  'sft-step'(draft, event) {
    draft.step = event.step;
    draft.eta = event.eta;
    draft.sft = foldSft(draft.sft, event);
  },
  'sft-tokens'(draft, event) {
    draft.separator = separatorOf(draft.separator, event.examples);
    draft.sft = foldSft(draft.sft, event);
  },
  'sft-eval'(draft, event) {
    draft.sft = foldSft(draft.sft, event);
  },
  sample(draft, event) {
    draft.sft = foldSft(draft.sft, event);
  },
  'eval-samples'() {}, // the record's
  'pretrain-start'() {}, // the command line's
  'pretrain-step'() {},
};

/** A fresh run starts empty; a resumed one keeps what was known up to the step it goes on from. */
function applyStart(draft: Draft, event: RunEventOf<'start'>): void {
  const from = event.resumedFrom;
  const kept = from === null ? EMPTY : draft;
  const undone = kept.rolloutStep > (from ?? 0); // its rollouts are sampled once more
  Object.assign(draft, kept, sharedFacts(event), {
    ...(undone && { rollouts: [], rolloutStep: 0, lastScored: null }),
    config: event.config,
    leftOut: event.leftOut ?? null,
    readAs: event.readAs ?? null,
    steps: Series.of(kept.steps.slice().filter((s) => s.step <= (from ?? 0))),
    evals: Series.of(kept.evals.slice().filter((e) => e.step <= (from ?? 0))),
    changes: kept.changes.filter((c) => c.step <= (from ?? 0)),
  });
}

/** What the beginning of every run settles. */
const sharedFacts = ({
  device,
  memory,
  parameters,
  separator = ' ',
  warnings = [],
  resumedFrom,
}: RunEventOf<'start'> | RunEventOf<'sft-start'>) => ({
  device,
  memory,
  parameters,
  separator,
  warnings,
  step: resumedFrom ?? 0,
  begun: resumedFrom ?? 0,
  stage: 'working' as const,
  fault: null,
  done: null,
});

const viewsOf = ({ rollouts, signals }: RunEventOf<'signals'> | RunEventOf<'probe'>): RolloutView[] =>
  rollouts.map((told, i) => viewOf({ ...told, ...rowOf(signals, i) }, i));

const viewOf = (signals: ScoredRollout, index: number): RolloutView => ({
  index,
  problem: signals.problem,
  group: signals.group,
  question: signals.question,
  tokens: signals.tokens,
  signals,
});

/** Appends sampled pieces; rollouts that got none keep their identity, so their rows are not drawn again. */
function withTokens(rollouts: readonly RolloutView[], pieces: RunEventOf<'tokens'>['pieces']): readonly RolloutView[] {
  const next = rollouts.slice();
  for (const { rollout, tokens } of pieces) {
    const old = next[rollout];
    if (!old || tokens.length === 0) continue;
    const sampled = old.tokens instanceof Series ? old.tokens : Series.of(old.tokens);
    next[rollout] = { ...old, tokens: sampled.concat(tokens) };
  }
  return next;
}
