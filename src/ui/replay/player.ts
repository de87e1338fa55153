/** Plays a stored run into the store at a pace that can be followed, and goes to any of its steps. */
import { create } from 'zustand';
import type { RunEvent } from '../../runs/events';
import { type LabState, useLab } from '../state/store';
import { forgetEvents, trainer } from '../trainer';
import { expandForReplay } from './expand';
import { type Mark, type Score, scoreOf } from './score';

/** Time an event stays on screen before the next one, ms. */
const PAUSE_MS: Partial<Record<RunEvent['type'], number>> = {
  rollouts: 120,
  tokens: 90,
  signals: 400,
  step: 2200,
  'sft-step': 160,
};
export const SPEEDS = [1, 10] as const;
/** From here on rollouts come as a whole, and those before them stay until then. */
const FAST = 10;
const isSampled = ({ type }: RunEvent): boolean => type === 'tokens' || type === 'rollouts';

interface Replay {
  /** What plays; null where nothing does, or what plays has no step. */
  readonly score: Score | null;
  /** The event that comes next. */
  readonly next: number;
  readonly playing: boolean;
  readonly speed: number;
}

export const useReplay = create<Replay>(() => ({ score: null, next: 0, playing: false, speed: 1 }));

let timer: ReturnType<typeof setTimeout> | undefined;

export const playsFast = ({ playing, speed }: Replay): boolean => playing && speed >= FAST;

/** Something else is shown. */
export function stopReplay(): void {
  clearTimeout(timer);
  useReplay.setState({ score: null, playing: false });
}

/**
 * Shows the run up to its first step whose tokens are known at once, then plays the rest. Where a person wants less
 * motion the whole run is shown at once.
 */
export function play(events: readonly RunEvent[], source: Extract<LabState['source'], 'recorded' | 'stored'>): void {
  stopReplay();
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const score = scoreOf(still ? events : expandForReplay(events));
  const scored = score.events.findIndex((event) => event.type === 'signals' || event.type === 'sft-tokens');
  const first = score.steps.findIndex(({ end }) => end > scored);
  const place = still || scored < 0 || first < 0 ? score.steps.length - 1 : first;
  useLab.setState({ source });
  useReplay.setState({ score, speed: 1 });
  goTo(place);
  if (!still) resumeReplay();
}

/** The page as it was once the step at this place of the score's was done; what played goes on from there. */
export function goTo(place: number, mark?: Mark): void {
  const { score, playing } = useReplay.getState();
  if (!score) return;
  clearTimeout(timer);
  forgetEvents();
  const snapshot = score.at(Math.min(place, score.steps.length - 1));
  const rollout = mark?.rollout === undefined ? undefined : snapshot.rollouts[mark.rollout];
  const picked = rollout ? { rollout, step: snapshot.rolloutStep, token: 0 } : null;
  useLab.setState({ kind: snapshot.sft ? 'sft' : 'rl', snapshot, picked, held: null, asked: null });
  useReplay.setState({ next: score.steps[place]?.end ?? score.events.length });
  if (playing) playOn();
}

/** The place of the last step that is not after this one. */
export const placeOf = ({ steps }: Score, step: number): number => steps.findLastIndex((entry) => entry.step <= step);

export function pauseReplay(): void {
  clearTimeout(timer);
  useReplay.setState({ playing: false });
}

/** From the beginning where it has ended. */
export function resumeReplay(): void {
  const { score, next } = useReplay.getState();
  if (!score) return;
  if (next >= score.events.length && score.steps.length > 1) goTo(0);
  useReplay.setState({ playing: true });
  playOn();
}

export function setSpeed(speed: number): void {
  useReplay.setState({ speed });
  if (useReplay.getState().playing) playOn();
}

function playOn(): void {
  clearTimeout(timer);
  const { score, next, speed } = useReplay.getState();
  if (!score) return;
  if (next >= score.events.length) {
    useReplay.setState({ playing: false });
    return;
  }
  timer = setTimeout(
    () => {
      const end = nextStop(score.events, next);
      const due = score.events.slice(next, end);
      for (const event of due) if (speed < FAST || !isSampled(event)) trainer.tell({ type: 'event', event });
      useReplay.setState({ next: end });
      playOn();
    },
    pauseAfter(score.events[next - 1]) / speed,
  );
}

const pauseAfter = (event: RunEvent | undefined): number => (event && PAUSE_MS[event.type]) ?? 0;

/** Where the events end that come at once: with the first that stays on screen. */
function nextStop(events: readonly RunEvent[], from: number): number {
  let end = heldTogether(events, from);
  while (end < events.length && pauseAfter(events[end - 1]) === 0) end = heldTogether(events, end);
  return end;
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
