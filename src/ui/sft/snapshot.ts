/** What the page knows about a supervised run beside what it knows of every run: a pure fold of its own events. */
import type { RunEventOf } from '../../runs/events';
import type { ExampleLosses, SftFigures, SftOwnEvent } from '../../runs/sft-events';
import { Series } from '../state/series';

export type Sample = RunEventOf<'sample'>;
export type HeldOutLoss = RunEventOf<'sft-eval'>;

/** A held-out prompt with its answers. */
export interface Comparison {
  readonly prompt: string;
  readonly expected: string;
  readonly before: Sample;
  /** The last answer after an update; null until there is one. */
  readonly after: Sample | null;
}

export interface SftSnapshot {
  readonly start: RunEventOf<'sft-start'>;
  readonly figures: Series<SftFigures>;
  readonly evals: Series<HeldOutLoss>;
  /** The last batch whose tokens were told. */
  readonly batch: { readonly step: number; readonly examples: readonly ExampleLosses[] } | null;
  readonly comparisons: readonly Comparison[];
}

/** The snapshot after a supervised run's own event. */
export function foldSft(snapshot: SftSnapshot | null, event: { v: 1 } & SftOwnEvent): SftSnapshot | null {
  if (event.type === 'sft-start') return begun(snapshot, event);
  if (!snapshot) return null; // a log without its beginning says nothing
  switch (event.type) {
    case 'sft-step':
      return { ...snapshot, figures: snapshot.figures.append(event) };
    case 'sft-eval':
      return { ...snapshot, evals: snapshot.evals.append(event) };
    case 'sft-tokens':
      return { ...snapshot, batch: { step: event.step, examples: event.examples } };
    case 'sample':
      return { ...snapshot, comparisons: withSample(snapshot.comparisons, event) };
    default:
      return event satisfies never;
  }
}

/** A fresh run starts empty; a resumed one keeps what was known up to the step it goes on from. */
function begun(snapshot: SftSnapshot | null, start: RunEventOf<'sft-start'>): SftSnapshot {
  const from = start.resumedFrom;
  if (from === null || !snapshot)
    return { start, figures: Series.of(), evals: Series.of(), batch: null, comparisons: [] };
  return {
    ...snapshot,
    start,
    figures: Series.of(snapshot.figures.slice().filter((f) => f.step <= from)),
    evals: Series.of(snapshot.evals.slice().filter((e) => e.step <= from)),
  };
}

/** The first answer of a prompt is the one before; later ones follow it. */
function withSample(comparisons: readonly Comparison[], sample: Sample): readonly Comparison[] {
  const next = comparisons.slice();
  const old = next[sample.index];
  const { prompt, expected } = sample;
  next[sample.index] = old ? { ...old, after: sample } : { prompt, expected, before: sample, after: null };
  return next;
}
