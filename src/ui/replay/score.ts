/** A stored run as something that plays: where its steps end, what can be jumped to, and the page at any of them. */
import { rowOf } from '../../antisd/signals';
import { sum } from '../../antisd/statistics';
import type { RunEvent } from '../../runs/events';
import { EMPTY, fold, type Snapshot } from '../state/snapshot';

/** Steps between two snapshots that are kept to go on from. */
const EVERY = 50;

/** A place in a run that is worth a look. */
export interface Mark {
  readonly what: string;
  readonly step: number;
  /** Of its rollouts, by place in the step. */
  readonly rollout?: number;
}

export interface Score {
  readonly events: readonly RunEvent[];
  /** Ascending; `end`: events up to and with what is told after the step. */
  readonly steps: readonly { readonly step: number; readonly end: number }[];
  readonly marks: readonly Mark[];
  /** The page once the step at this place of `steps` is done; before the first: −1. */
  at(place: number): Snapshot;
}

const isStep = (event: RunEvent) => event.type === 'step' || event.type === 'sft-step';
/** What belongs to the step before it. */
const follows = ({ type }: RunEvent): boolean =>
  ['eval', 'eval-samples', 'probe', 'checkpoint', 'sft-eval', 'sample'].includes(type);

export function scoreOf(events: readonly RunEvent[]): Score {
  const steps: { step: number; end: number }[] = [];
  for (const [i, event] of events.entries()) {
    if (isStep(event) && 'step' in event) steps.push({ step: event.step, end: i + 1 });
    else if (follows(event) && steps.at(-1)?.end === i) steps[steps.length - 1].end = i + 1;
  }
  const last = steps.at(-1);
  if (last) last.end = events.length;
  const kept = new Map<number, Snapshot>();
  // Pieces of rollouts are shown while they are sampled only.
  const told = (from: number, to: number) =>
    events.slice(from, to).filter(({ type }) => type !== 'tokens' && type !== 'rollouts');
  const at = (place: number): Snapshot => {
    if (place < 0) return fold(EMPTY, told(0, steps[0] ? events.findIndex(isStep) : events.length));
    const base = place - (place % EVERY);
    let from = kept.get(base);
    if (!from) {
      from =
        base === 0
          ? fold(EMPTY, told(0, steps[0].end))
          : fold(at(base - EVERY), told(steps[base - EVERY].end, steps[base].end));
      kept.set(base, from);
    }
    return fold(from, told(steps[base].end, steps[place].end));
  };
  return { events, steps, marks: marksOf(events), at };
}

/** Gate switches, and the rollouts that training pushed up and down most: by the sum of their tokens' advantages. */
function marksOf(events: readonly RunEvent[]): Mark[] {
  const marks: Mark[] = [];
  let gate: string | null = null;
  let [best, worst] = [
    { sum: 0, step: 0, rollout: 0 },
    { sum: 0, step: 0, rollout: 0 },
  ];
  for (const event of events) {
    if (event.type === 'gate') {
      if (gate !== null && gate !== event.state)
        marks.push({ what: `gate: ${gate} → ${event.state}`, step: event.step });
      gate = event.state;
    }
    if (event.type !== 'signals') continue;
    for (const rollout of event.rollouts.keys()) {
      const pushed = sum(rowOf(event.signals, rollout).advantage);
      if (pushed > best.sum) best = { sum: pushed, step: event.step, rollout };
      if (pushed < worst.sum) worst = { sum: pushed, step: event.step, rollout };
    }
  }
  if (best.sum > 0) marks.push({ what: 'rollout praised most', step: best.step, rollout: best.rollout });
  if (worst.sum < 0) marks.push({ what: 'rollout punished most', step: worst.step, rollout: worst.rollout });
  return marks;
}
