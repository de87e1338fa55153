/** Plays a stored run into the store at a pace that can be followed. */
import type { RunEvent } from '../../runs/events';
import { EMPTY, fold } from '../state/snapshot';
import { type LabState, useLab } from '../state/store';
import { forgetEvents, trainer } from '../trainer';
import { expandForReplay } from './expand';

/** Time an event stays on screen before the next one, ms. */
const PAUSE_MS: Partial<Record<RunEvent['type'], number>> = {
  rollouts: 120,
  tokens: 90,
  signals: 400,
  step: 2200,
  'sft-step': 160,
};

let timer: ReturnType<typeof setTimeout> | undefined;

export function stopReplay(): void {
  clearTimeout(timer);
  timer = undefined;
}

/**
 * Shows the run up to its first step whose tokens are known at once, then plays the rest. Where a person wants less
 * motion the whole run is shown at once.
 */
export function play(events: readonly RunEvent[], source: Extract<LabState['source'], 'recorded' | 'stored'>): void {
  stopReplay();
  forgetEvents();
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const playable = still ? events : expandForReplay(events);
  const scored = playable.findIndex((event) => event.type === 'signals' || event.type === 'sft-tokens');
  const stepped = playable.findIndex((e, i) => i > scored && (e.type === 'step' || e.type === 'sft-step'));
  const shown = still || scored < 0 || stepped < 0 ? playable.length : stepped + 1;
  const snapshot = fold(EMPTY, playable.slice(0, shown));
  const kind = snapshot.sft ? 'sft' : 'rl';
  useLab.setState({ source, kind, snapshot, picked: null, held: null, asked: null });
  playFrom(playable, shown);
}

function playFrom(events: readonly RunEvent[], next: number): void {
  if (next >= events.length) return;
  const wait = PAUSE_MS[events[next - 1].type] ?? 0;
  timer = setTimeout(() => {
    const end = heldTogether(events, next);
    for (const event of events.slice(next, end)) trainer.tell({ type: 'event', event });
    playFrom(events, end);
  }, wait);
}

/** Where the events end that are shown at once: those of steps whose tokens were not kept come with the next that has some. */
export function heldTogether(events: readonly RunEvent[], from: number): number {
  const isKept = (event: RunEvent): boolean => event.type === 'rollouts' || event.type === 'done';
  const shown = events.slice(0, from).findLast((e) => e.type === 'rollouts' || e.type === 'signals');
  const event = events[from];
  if (!shown || !('step' in shown) || !('step' in event) || event.step <= shown.step || isKept(event)) return from + 1;
  const kept = events.findIndex((e, i) => i > from && isKept(e));
  return kept < 0 ? events.length : kept + 1;
}
